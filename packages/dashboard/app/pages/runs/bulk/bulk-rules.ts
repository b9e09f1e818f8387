/** When a bulk action may be confirmed. The server asks for the same. */
import type { BulkPreview } from "@stepwell/api/dashboard";

/** For more runs than this the number is typed. */
export const CONFIRM_ABOVE = 100;
/** Runs per second to choose from. */
export const rates: readonly number[] = [1, 5, 10, 25, 50, 100];

/** Null: it may. @param typed what was typed as the number of runs; signs between digits do not count */
export function whyNot({ total }: Pick<BulkPreview, "total">, typed: string): string | null {
  if (total.count === 0) return "There is no run to act on";
  if (total.count <= CONFIRM_ABOVE) return null;
  return typed.replace(/[\s,.']/g, "") === String(total.count) ? null : `Type ${total.count} to confirm`;
}
