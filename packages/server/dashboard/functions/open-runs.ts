/** How many runs have not ended; counted no further than a bound. */
import type { Count } from "@stepwell/api/dashboard";
import type { FunctionId } from "@stepwell/core";
import type { Reads } from "@stepwell/store";

/**
 * @param ids of these functions only; null: of all
 * @param most counted as far as this
 */
export async function countOpen(
  read: Reads,
  status: "queued" | "running",
  ids: readonly FunctionId[] | null,
  most: number,
): Promise<Count> {
  if (ids?.length === 0) return { count: 0, capped: false };
  const only = ids === null ? {} : { functionIds: [...ids] };
  const count = await read.countRuns({ status: [status], ...only }, most);
  return { count, capped: count >= most };
}
