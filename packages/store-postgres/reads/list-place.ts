/** Where a page of a list begins, in SQL: the cursor's row is looked up by the statement itself, as a read is one flight. */
import { type ListFilter, rangeOf } from "@stepwell/store";
import type { Param } from "../driver.ts";

/** Adds a value to a statement, and gives its mark. */
export type Mark = (value: Param) => string;

export function createMarks(): { values: Param[]; mark: Mark } {
  const values: Param[] = [];
  return {
    values,
    mark: (value) => {
      values.push(value);
      return `$${values.length}`;
    },
  };
}

/**
 * Conditions on `time` and `seq`: one beginning out of the range of time and the cursor, so that an index is
 * entered there and nowhere before. A cursor that is not in the list is followed by nothing.
 */
export function placesIn(
  table: "runs" | "events",
  time: string,
  { cursor, ...filter }: ListFilter & { cursor?: string | undefined },
  mark: Mark,
): string[] {
  const { order = "desc" } = filter;
  const { start, bound } = rangeOf(filter, null);
  const [past, within, back] = order === "desc" ? ["<", ">=", "asc"] : [">", "<", "desc"];
  const first = `${mark(start.at)}::bigint, ${mark(start.seq)}::bigint`;
  const bounded = `${time} ${within} ${mark(bound)}`;
  if (cursor === undefined) return [bounded, `(${time}, seq) ${past} (${first})`];
  const last = `select c.${time}, c.seq from {${table}} c where c.id = ${mark(cursor)} and c.${time} is not null`;
  const further = `select p.at, p.seq from (${last} union all select ${first}) p (at, seq)
    order by p.at ${back}, p.seq ${back} limit 1`;
  return [bounded, `exists (${last})`, `(${time}, seq) ${past} (${further})`];
}
