/** Runs: one, those of an event, and all that a call to the app needs of one. */
import type { HistoryRow, Json, RunRow, RunState } from "@stepwell/core";
import { type CallContext, decodeRow } from "@stepwell/store";
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
