/** Terms of a filter as the lists of the server need them. */
import { instantOf, parseFilter, type Term } from "@stepwell/api/dashboard";
import type { Instant } from "@stepwell/core";
import { wrong } from "../query.ts";

/** @throws StepwellError `query_invalid` that names the place: without the term, more would be found */
export function readTerms(q: string, of: "runs" | "events"): Term[] {
  const { filter, errors } = parseFilter(q, of);
  const [first] = errors;
  if (first === undefined) return filter.terms;
  throw wrong(`at character ${first.from + 1} of the filter: ${first.message}`);
}

/** The time that all of the terms leave: from `since` on, and before `until`; null: no bound. */
export function timeOf(
  terms: readonly Term[],
  now: Instant,
): { since: Instant | null; until: Instant | null } {
  const instants = (field: string): Instant[] =>
    terms
      .filter((term) => term.field === field)
      .flatMap(({ values }) => values.flatMap(({ text }) => instantOf(text, now) ?? []));
  const [since, until] = [instants("since"), instants("until")];
  return {
    since: since.length === 0 ? null : Math.max(...since),
    until: until.length === 0 ? null : Math.min(...until),
  };
}
