/** A function by what stands in an address: its id or its slug. */
import { type FunctionRow, StepwellError } from "@stepwell/core";
import type { Reads } from "@stepwell/store";

/**
 * @param named id or slug; of two functions with one slug, the one that is still in its app
 * @throws StepwellError `not_found`
 */
export async function findFunction(read: Reads, named: string): Promise<FunctionRow> {
  const hits = (await read.functions()).filter(({ id, slug }) => id === named || slug === named);
  const found = hits.find(({ archived }) => !archived) ?? hits[0];
  if (found !== undefined) return found;
  throw new StepwellError(
    "not_found",
    `There is no function ${JSON.stringify(named.slice(0, 200))}. It may be of an app that has not synced yet.`,
  );
}
