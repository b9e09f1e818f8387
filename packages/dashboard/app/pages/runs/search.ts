/** What the address of the run list holds: the filter. What is selected is not in it. */
import { type RawSearch, textOf } from "../search-params.ts";

export interface RunsSearch {
  /** The filter, as people write it. */
  q?: string | undefined;
}

/** Longer texts are no filters, but cut ones would find other runs: they are left out. */
const MOST = 2000;

export function parseSearch(search: RawSearch): RunsSearch {
  const q = textOf(search, "q").q?.trim();
  return { q: q === undefined || q === "" || q.length > MOST ? undefined : q };
}
