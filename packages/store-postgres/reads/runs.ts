/** Runs: one, a page, those of an event, and all that a call to the app needs of one. */
import type { HistoryRow, Json, RunRow, RunState } from "@stepwell/core";
import {
  type CallContext,
  columnName,
  decodeRow,
  type Page,
  type RunFilter,
  type SqlValue,
} from "@stepwell/store";
import { rowsOf, type Source, selectList } from "../rows.ts";
import { eventColumns, storedEvent } from "./events.ts";

const runs = selectList("runs");

export const runReadSql: Readonly<
  Record<"run" | "ofEvent" | "payload" | "state" | "events" | "steps" | "history", string>
> = {
  // index: primary key
  run: `select ${runs} from {runs} where id = $1`,
  // index: runs_event
  ofEvent: `select ${runs} from {runs} where event_id = $1 order by seq`,
  // index: primary key (owner, name)
  payload: `select ${selectList("payloads")} from {payloads} where owner = $1 and name = $2`,
  // index: primary key
  state: `select ${selectList("runStates")} from {run_states} where run_id = $1`,
  // index: primary keys; the limits keep the planner from turning the joins around
  events: `select ${eventColumns} from {runs} r
    cross join lateral json_array_elements_text(r.event_ids::json) with ordinality wanted (id, nth)
    cross join lateral (select ${selectList("events")} from {events} events where events.id = wanted.id limit 1) e
    left join lateral (select value from {payloads} where owner = wanted.id and name = 'event' limit 1) p on true
    where r.id = $1 order by wanted.nth`,
  // index: primary key (run_id, id), and (owner, name)
  steps: `select ${selectList("steps", "s")}, p.value as value from {steps} s
    left join lateral (select value from {payloads} where owner = s.run_id and name = 'step:' || s.id limit 1) p on true
    where s.run_id = $1 order by s.ord`,
  // index: history_run
  history: `select ${selectList("history")} from {history} where run_id = $1 order by id`,
};

export async function readRun(source: Source, id: string): Promise<RunRow | null> {
  return (await rowsOf(source, "runs", runReadSql.run, id))[0] ?? null;
}

export function readEventRuns(source: Source, eventId: string): Promise<RunRow[]> {
  return rowsOf(source, "runs", runReadSql.ofEvent, eventId);
}

export async function readPayload(source: Source, owner: string, name: string): Promise<Json> {
  return (await rowsOf(source, "payloads", runReadSql.payload, owner, name))[0]?.value ?? null;
}

export function readHistory(source: Source, id: string): Promise<HistoryRow[]> {
  return rowsOf(source, "history", runReadSql.history, id);
}

export async function readRunState(source: Source, id: string): Promise<RunState | null> {
  return (await rowsOf(source, "runStates", runReadSql.state, id))[0]?.state ?? null;
}

/** One snapshot: the reader's transaction sees all of it as of one moment. */
export async function readCallContext(source: Source, id: string): Promise<CallContext | null> {
  const { link, codec } = source;
  const [run, states, events, steps] = await Promise.all([
    readRun(source, id),
    rowsOf(source, "runStates", runReadSql.state, id),
    link.query(runReadSql.events, id),
    link.query(runReadSql.steps, id),
  ]);
  if (run === null) return null;
  return {
    run,
    state: states[0]?.state ?? null,
    events: events.map((raw) => storedEvent(raw, codec)),
    steps: steps.map((raw) => ({
      row: decodeRow("steps", raw, codec),
      result: raw["value"] instanceof Uint8Array ? codec.decode(raw["value"]) : null,
    })),
  };
}

/**
 * Ordered by (time, seq); the cursor is the last run's id. Runs that do not have the time yet are not
 * in the list.
 */
export async function readRuns({ link, codec }: Source, filter: RunFilter): Promise<Page<RunRow>> {
  const { sql, values } = runsStatement(filter);
  const raw = await link.once(sql, ...values);
  const rows = raw.slice(0, filter.limit).map((row) => decodeRow("runs", row, codec));
  return { rows, cursor: raw.length > filter.limit ? (rows.at(-1)?.id ?? null) : null };
}

/** index: runs_queued, runs_started or runs_ended; runs_function with one function, runs_status with one status. */
export function runsStatement(filter: RunFilter): { sql: string; values: SqlValue[] } {
  const { status, functionIds, appIds, from, until, cursor, limit, order = "desc" } = filter;
  const time = columnName(filter.timeField ?? "queuedAt");
  const where = [`${time} is not null`];
  const values: SqlValue[] = [];
  const mark = (value: SqlValue): string => {
    values.push(value);
    return `$${values.length}`;
  };
  const among = (column: string, wanted: readonly string[] | undefined): void => {
    if (wanted === undefined) return;
    // One value as an equality: with it an index gives the order, too.
    if (wanted.length === 1) where.push(`${column} = ${mark(wanted[0] ?? "")}`);
    else where.push(`${column} in (${wanted.length === 0 ? "null" : wanted.map(mark).join(", ")})`);
  };
  among("function_id", functionIds);
  among("status", status);
  among("app_id", appIds);
  if (from !== undefined) where.push(`${time} >= ${mark(from)}`);
  if (until !== undefined) where.push(`${time} < ${mark(until)}`);
  if (cursor !== undefined) {
    const after = order === "desc" ? "<" : ">";
    where.push(
      `(${time}, seq) ${after} (select c.${time}, c.seq from {runs} c where c.id = ${mark(cursor)})`,
    );
  }
  const sql = `select ${runs} from {runs} where ${where.join(" and ")}
    order by ${time} ${order}, seq ${order} limit ${mark(limit + 1)}`;
  return { sql, values };
}
