/**
 * A job over many things does up to 500 of them itself. Above that it invokes a second function for each
 * page of them, so that no run has more than 500 steps (a run may have 1,000). Pages are small, because
 * the SDK reads all results of a run again for each of its steps. The ids alone are one step's result,
 * which may have 4 MB: room for some hundred thousand.
 */
import { NonRetriableError } from "inngest";

const MOST_STEPS = 500;
const SMALLEST_PAGE = 50;

/** How many something was done for, and how many failed for good; for the others there was nothing to do. */
export type Tally = { done: number; failed: number };

type Work = {
  ids: string[];
  /** Does these in the run itself. */
  here: (ids: string[]) => Promise<Tally>;
  /** Invokes the function that does one page; pages count from 1. */
  invoke: (ids: string[], page: number) => Promise<Tally>;
};

/** Returns for how many something was done. One failure stops nobody else; a run in which all failed has failed. */
export async function inPages({ ids, here, invoke }: Work): Promise<number> {
  const tallies = await Promise.all(
    ids.length <= MOST_STEPS ? [here(ids)] : toPages(ids).map((page, index) => invoke(page, index + 1)),
  );
  const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0);
  if (failed > 0 && failed === ids.length) {
    throw new NonRetriableError(`None of ${failed} succeeded: each step says why`);
  }
  return tallies.reduce((sum, tally) => sum + tally.done, 0);
}

export function toPages(ids: string[]): string[][] {
  const size = Math.max(SMALLEST_PAGE, Math.ceil(ids.length / MOST_STEPS));
  const pages = Math.ceil(ids.length / size);
  return Array.from({ length: pages }, (_, page) => ids.slice(page * size, (page + 1) * size));
}
