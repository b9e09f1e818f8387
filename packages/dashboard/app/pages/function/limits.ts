/** How full a limit is for a key, as numbers and as a word. */
import type { LimitUse } from "@stepwell/api/dashboard";

export type LimitKey = LimitUse["keys"][number];
export type Fullness = "free" | "busy" | "full";

/** `busy` from four fifths on; a limit that somebody waits for is full, whatever its count says. */
export function fullnessOf({ used, limit, waiting }: LimitKey): Fullness {
  if (waiting || (limit > 0 && used >= limit)) return "full";
  return limit > 0 && used / limit >= 0.8 ? "busy" : "free";
}

/** 0 to 1, for a bar. */
export function shareOf({ used, limit }: LimitKey): number {
  return limit <= 0 ? 0 : Math.max(0, Math.min(1, used / limit));
}

/** The fullest first: those that hold somebody up are seen without scrolling. */
export function sortKeys(keys: readonly LimitKey[]): LimitKey[] {
  const rank: Record<Fullness, number> = { full: 0, busy: 1, free: 2 };
  return [...keys].sort(
    (a, b) =>
      Number(b.waiting) - Number(a.waiting) ||
      rank[fullnessOf(a)] - rank[fullnessOf(b)] ||
      shareOf(b) - shareOf(a) ||
      (a.key ?? "").localeCompare(b.key ?? ""),
  );
}

/** `2 keys full`, for the head of a limit; null: none is. */
export function summariseKeys(keys: readonly LimitKey[]): string | null {
  const full = keys.filter((key) => fullnessOf(key) === "full").length;
  if (full === 0) return null;
  if (keys.length === 1 && keys[0]?.key === null) return "Full";
  return `${full} ${full === 1 ? "key" : "keys"} full`;
}

const counted: Record<LimitUse["option"], string> = {
  concurrency: "in use",
  throttle: "started",
  rateLimit: "taken",
  debounce: "waiting",
  batchEvents: "collected",
  singleton: "running",
  priority: "",
};
/** `3 of 5 in use`. */
export function wordsOfUse(option: LimitUse["option"], { used, limit }: LimitKey): string {
  return `${used} of ${limit} ${counted[option]}`.trim();
}
