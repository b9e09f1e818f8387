/** Lists ordered by (time, number): where a page of one begins, and the order of its rows. */
import type { Instant } from "@stepwell/core";

/** A place in a list. */
export interface ListPlace {
  at: Instant;
  seq: number;
}

/** Where a page begins and where the list ends: after `start` in its order, and up to the bound of the other side. */
export interface ListRange {
  start: ListPlace;
  /** Ascending: only times before it. Descending: only times from it on. */
  bound: Instant;
}

export interface ListFilter {
  /** Counts, too. */
  from?: Instant | undefined;
  /** Does not count. */
  until?: Instant | undefined;
  order?: "asc" | "desc" | undefined;
}

/**
 * One beginning out of the range of time and the cursor, so that an index is entered there and nowhere before.
 * @param last where the page before has ended; null: this is the first
 */
export function rangeOf({ from, until, order = "desc" }: ListFilter, last: ListPlace | null): ListRange {
  const [least, most] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  // No row has this number: after (from, least) comes all that is from `from` on.
  const first = { at: (order === "asc" ? from : until) ?? (order === "asc" ? least : most), seq: least };
  const isFurther = last !== null && (order === "asc" ? isBefore(first, last) : isBefore(last, first));
  return { start: isFurther ? last : first, bound: order === "asc" ? (until ?? most) : (from ?? least) };
}

function isBefore(one: ListPlace, other: ListPlace): boolean {
  return one.at < other.at || (one.at === other.at && one.seq < other.seq);
}

/** Sorts the rows of a page, which a join may have given in another order. */
export function inListOrder<Row>(
  rows: Row[],
  place: (row: Row) => ListPlace,
  order: "asc" | "desc" = "desc",
): Row[] {
  const ascending = rows.sort((a, b) => (isBefore(place(a), place(b)) ? -1 : 1));
  return order === "asc" ? ascending : ascending.reverse();
}
