/**
 * A job over many things does up to 500 of them itself. Above that it invokes a second function for each
 * page of them, so that no run has more than 500 steps (a run may have 1,000). Pages are small, because
 * the SDK reads all results of a run again for each of its steps. The ids alone are one step's result,
 * which may have 4 MB: room for some hundred thousand.
 */
const MOST_STEPS = 500;
const SMALLEST_PAGE = 50;

type Work = {
  ids: string[];
  /** Does these in the run itself. */
  here: (ids: string[]) => Promise<number>;
  /** Invokes the function that does one page; pages count from 1. */
  invoke: (ids: string[], page: number) => Promise<number>;
};

/** Returns what `here` returned, or the sum of the pages. */
export async function inPages({ ids, here, invoke }: Work): Promise<number> {
  if (ids.length <= MOST_STEPS) return here(ids);
  const counts = await Promise.all(toPages(ids).map((page, index) => invoke(page, index + 1)));
  return counts.reduce((sum, count) => sum + count, 0);
}

export function toPages(ids: string[]): string[][] {
  const size = Math.max(SMALLEST_PAGE, Math.ceil(ids.length / MOST_STEPS));
  const pages = Math.ceil(ids.length / size);
  return Array.from({ length: pages }, (_, page) => ids.slice(page * size, (page + 1) * size));
}
