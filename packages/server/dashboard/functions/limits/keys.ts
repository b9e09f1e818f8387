/** The keys of one limit as pages show them: the fullest first, and not more than fit. */
import type { LimitUse } from "@stepwell/api/dashboard";

export type LimitKey = LimitUse["keys"][number];

/** Cells of one limit that are read: those of the lowest names. */
export const MOST_CELLS = 500;
const MOST_KEYS = 20;

/**
 * @param cut more cells may be there than were read
 * @returns at most 20 keys; those that wait first, then by their use
 */
export function shownKeys(keys: readonly LimitKey[], cut: boolean): Pick<LimitUse, "keys" | "more"> {
  const sorted = [...keys].sort(
    (a, b) =>
      Number(b.waiting) - Number(a.waiting) || b.used / b.limit - a.used / a.limit || compare(a.key, b.key),
  );
  return { keys: sorted.slice(0, MOST_KEYS), more: sorted.length > MOST_KEYS || cut };
}

function compare(a: string | null, b: string | null): number {
  return (a ?? "") < (b ?? "") ? -1 : 1;
}
