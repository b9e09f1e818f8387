/** Runs: one, those of an event, and all that a call to the app needs of one. */
import type { HistoryRow, Json, RunRow, RunState } from "@stepwell/core";
import { type CallContext, decodeRow } from "@stepwell/store";
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
