/** The run of the same function before and after this one. */
import type { Answer, RunLine } from "@stepwell/api/dashboard";

/** Reads a page of the run list. */
export type ReadRuns = (query: { q: string; cursor?: string; limit: number }) => Promise<Answer<RunLine[]>>;

/** A page of the list going back from newer runs; further away is looked up in the list itself. */
const PAGE = 200;
const MOST_PAGES = 5;

/**
 * @param run the one whose neighbour is sought
 * @returns its id; null: there is none, or it is more than 1,000 runs away
 */
export async function neighbour(
  run: Pick<RunLine, "id" | "function" | "queuedAt">,
  which: "older" | "newer",
  read: ReadRuns,
): Promise<string | null> {
  const at = Date.parse(run.queuedAt);
  // Both bounds let the run itself in: it is where the list is cut.
  const bound = which === "older" ? `until:${new Date(at + 1).toISOString()}` : `since:${run.queuedAt}`;
  const q = `function:${run.function.id} ${bound}`;
  let cursor: string | undefined;
  let before: string | null = null;
  let passed = false;
  for (let n = 0; n < MOST_PAGES; n += 1) {
    const page = await read({
      q,
      limit: which === "older" && n === 0 ? 10 : PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    for (const { id } of page.data) {
      if (passed) return id;
      if (id === run.id) {
        if (which === "newer") return before;
        passed = true;
      } else before = id;
    }
    const next = page.page?.next ?? null;
    if (next === null) return null;
    cursor = next;
  }
  return null;
}
