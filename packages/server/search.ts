/**
 * Searching lists by what is in payloads (semantics §10.4). A store cannot look into payloads, so pages are
 * read in the order of the list and looked at row by row. One request looks at a bounded number of rows for a
 * bounded time and lets other requests in between; where it stops, its cursor goes on. So a search over a
 * million runs is many small requests, and none holds up the server.
 */
import {
  type EventBody,
  ExpressionError,
  type Json,
  type JsonObject,
  matchesSearch,
  parseSearch,
  type RunRow,
  type Search,
} from "@stepwell/core";
import type { Page, Reads, StoredEvent } from "@stepwell/store";
import { wrong } from "./query.ts";
import { wrapped } from "./render/trace/span.ts";
import { inTurns } from "./turns.ts";

/** How far one request may go. */
export interface Bound {
  rows: number;
  ms: number;
}

/** A search reads payloads, a count reads list rows only. */
export const SEARCH_BOUND: Bound = { rows: 10_000, ms: 1_000 };
export const COUNT_BOUND: Bound = { rows: 100_000, ms: 1_000 };
const PAGE = 100;

/** A list that can be read page by page; a row's id is the cursor after it, as stores promise for their lists. */
export interface Listed<T> {
  page(cursor: string | undefined, limit: number): Promise<Page<T>>;
  idOf(row: T): string;
  matches(row: T): boolean | Promise<boolean>;
}

export interface Found<T> extends Page<T> {
  /** The last row looked at, when the bound was reached before the page was full. */
  stoppedAt: T | null;
}

/** The next rows that match, at most `limit`; fewer with a cursor means that the bound was reached. */
export async function searchList<T>(
  list: Listed<T>,
  cursor: string | undefined,
  limit: number,
  bound: Bound = SEARCH_BOUND,
): Promise<Found<T>> {
  const rows: T[] = [];
  const { last } = await walk(list, cursor, bound, (row) => rows.push(row) < limit);
  return {
    rows,
    cursor: last === null ? null : list.idOf(last),
    stoppedAt: rows.length < limit ? last : null,
  };
}

/** How many rows match; not `exact` when the bound was reached, after `looked` rows. */
export async function countList<T>(
  list: Listed<T>,
  bound: Bound,
): Promise<{ total: number; totalExact: boolean; looked: number }> {
  let total = 0;
  const { last, looked } = await walk(list, undefined, bound, () => {
    total += 1;
    return true;
  });
  return { total, totalExact: last === null, looked };
}

interface Walked<T> {
  /** Where it stopped; null: the list has ended. */
  last: T | null;
  looked: number;
}

/** Visits matches until `visit` says stop, the bound is reached or the list ends. */
async function walk<T>(
  list: Listed<T>,
  from: string | undefined,
  bound: Bound,
  visit: (row: T) => boolean,
): Promise<Walked<T>> {
  const end = performance.now() + bound.ms;
  const giveWay = inTurns();
  let left = bound.rows;
  let cursor = from;
  for (;;) {
    const page = await list.page(cursor, Math.min(PAGE, left));
    for (const row of page.rows) {
      left -= 1;
      const goOn = !(await list.matches(row)) || visit(row);
      if (!goOn || left === 0 || performance.now() >= end) {
        const isLast = page.cursor === null && row === page.rows.at(-1);
        return { last: isLast ? null : row, looked: bound.rows - left };
      }
      await giveWay();
    }
    if (page.cursor === null) return { last: null, looked: bound.rows - left };
    cursor = page.cursor;
  }
}

/** `query`, once or several times: all must hold. Undefined: there is none. @throws StepwellError `query_invalid` */
export function readSearch(
  params: URLSearchParams,
  roots: readonly ("event" | "output" | "error")[],
): Search | undefined {
  const text = params.getAll("query").join("\n");
  if (text.trim() === "") return undefined;
  try {
    return parseSearch(text, roots);
  } catch (error) {
    if (error instanceof ExpressionError) throw wrong(error.message);
    throw error;
  }
}

/** Whether a run is one of those searched for; reads only the payloads that the search names. */
export async function runMatches(read: Reads, search: Search, run: RunRow): Promise<boolean> {
  const { roots } = search;
  const event = roots.has("event") ? await read.event(run.eventId) : null;
  const outcome = roots.has("output") || roots.has("error") ? outcomeOf(run, await read.output(run.id)) : {};
  return matchesSearch(search, { ...(event === null ? {} : { event: searchedEvent(event) }), ...outcome });
}

export function eventMatches(search: Search, event: StoredEvent): boolean {
  return matchesSearch(search, { event: searchedEvent(event) });
}

/** What a run has returned or failed with; neither while it goes on, or when it was cancelled. */
export function outcomeOf({ status }: RunRow, stored: Json): { output?: Json; error?: Json } {
  const { data = null, error = null } = wrapped(stored);
  if (status === "completed") return { output: data };
  return status === "failed" ? { error } : {};
}

/** An event as searches see it. */
export function searchedEvent({ row, body }: StoredEvent): JsonObject {
  const { data = {}, v } = (body ?? {}) as unknown as Partial<EventBody>;
  return { id: row.externalId, name: row.name, ts: row.ts, data, ...(v === undefined ? {} : { v }) };
}
