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
import { rowOf, rowsOf, type Source, selectList } from "../rows.ts";
import { readEvent } from "./events.ts";

export const runReadSql: Readonly<
  Record<"run" | "ofEvent" | "payload" | "state" | "steps" | "history", string>
> = {
  // index: unique (id)
  run: "select * from runs where id = ?",
  // index: runs_event
  ofEvent: "select * from runs where event_id = ? order by seq",
  // index: primary key (owner, name)
  payload: "select * from payloads where owner = ? and name = ?",
  // index: primary key
  state: "select * from run_states where run_id = ?",
  // index: primary key (run_id, id), and (owner, name)
  steps: `select ${selectList("steps", "s")}, p.value as value from steps s
    left join payloads p on p.owner = s.run_id and p.name = 'step:' || s.id
    where s.run_id = ? order by s.ord`,
  // index: history_run
  history: "select * from history where run_id = ? order by id",
};

export function readRun(source: Source, id: string): RunRow | null {
  return rowOf(source, "runs", runReadSql.run, id);
}

export function readEventRuns(source: Source, eventId: string): RunRow[] {
  return rowsOf(source, "runs", runReadSql.ofEvent, eventId);
}

export function readPayload(source: Source, owner: string, name: string): Json {
  return rowOf(source, "payloads", runReadSql.payload, owner, name)?.value ?? null;
}

export function readOutput(source: Source, id: string): Json {
  return readPayload(source, id, "output");
}

export function readHistory(source: Source, id: string): HistoryRow[] {
  return rowsOf(source, "history", runReadSql.history, id);
}

export function readRunState(source: Source, id: string): RunState | null {
  return rowOf(source, "runStates", runReadSql.state, id)?.state ?? null;
}

export function readCallContext(source: Source, id: string): CallContext | null {
  const run = readRun(source, id);
  if (run === null) return null;
  const steps = source.db.all(runReadSql.steps, id).map((raw) => ({
    row: decodeRow("steps", raw, source.codec),
    result: raw["value"] instanceof Uint8Array ? source.codec.decode(raw["value"]) : null,
  }));
  return {
    run,
    state: readRunState(source, id),
    events: run.eventIds.map((eventId) => readEvent(source, eventId)).filter((event) => event !== null),
    steps,
  };
}

/**
 * Ordered by (time, seq); the cursor is the last run's id. Runs that do not have the time yet are not
 * in the list.
 */
export function readRuns(source: Source, filter: RunFilter): Page<RunRow> {
  const { cursor, limit } = filter;
  const { sql, values } = runsStatement(filter);
  const rows = rowsOf(source, "runs", sql, ...values, ...(cursor === undefined ? [] : [cursor]), limit + 1);
  const page = rows.slice(0, limit);
  return { rows: page, cursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
}

/**
 * index: runs_queued, runs_started or runs_ended; with one function runs_function, with one status
 * runs_status. A `+` keeps a column out of the choice of the index: several values would mean a sort.
 */
export function runsStatement(filter: RunFilter): { sql: string; values: SqlValue[] } {
  const { status, functionIds, appIds, from, until, order = "desc" } = filter;
  const time = columnName(filter.timeField ?? "queuedAt");
  const where = [`${time} is not null`];
  const values: SqlValue[] = [];
  let indexed = time !== "queued_at";
  const among = (column: string, wanted: readonly string[] | undefined): void => {
    if (wanted === undefined) return;
    const free = !indexed && wanted.length === 1;
    indexed ||= free;
    where.push(`${free ? "" : "+"}${column} in (${wanted.map(() => "?").join(", ")})`);
    values.push(...wanted);
  };
  among("function_id", functionIds);
  among("status", status);
  if (appIds !== undefined) {
    where.push(`app_id in (${appIds.map(() => "?").join(", ")})`);
    values.push(...appIds);
  }
  if (from !== undefined) {
    where.push(`${time} >= ?`);
    values.push(from);
  }
  if (until !== undefined) {
    where.push(`${time} < ?`);
    values.push(until);
  }
  if (filter.cursor !== undefined)
    where.push(`(${time}, seq) ${order === "desc" ? "<" : ">"} (select ${time}, seq from runs where id = ?)`);
  const sql = `select * from runs where ${where.join(" and ")} order by ${time} ${order}, seq ${order} limit ?`;
  return { sql, values };
}
