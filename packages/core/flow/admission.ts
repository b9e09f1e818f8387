/**
 * Event → run: the gates in order, then the rows of a new run (semantics §1.4).
 * One commit per event covers all functions it starts.
 */
import { bodyJson, type WireEvent } from "../model/event.ts";
import type { FunctionRow } from "../model/function.ts";
import type { EventId, PoolId } from "../model/ids.ts";
import type { Instant, Moment } from "../model/moment.ts";
import type { GateCellRow } from "../model/queue.ts";
import type { RunRow, RunState } from "../model/run.ts";
import type { Change } from "../model/tables.ts";
import { laneOf } from "../run/record.ts";
import { concurrencyCells } from "./gates/concurrency.ts";
import { isTaken, take } from "./gates/idempotency.ts";

/** A function that an event may start. */
export interface Candidate {
  fn: FunctionRow;
  eventId: EventId;
  event: WireEvent;
  /** The gate key of its idempotency. */
  onceKey: string;
  cron: string | null;
  /** Not before this time (a future `ts`); null: at once. */
  startAt: Instant | null;
}

export interface Admission {
  write: Change[];
  /** The new run; null: its idempotency key lives already. */
  runId: string | null;
  pool: PoolId;
}

/** All functions of one pool are claimed under one lock; without shared limits that is the function itself. */
export function poolOf(fn: FunctionRow): PoolId {
  return fn.id;
}

/**
 * @param taken the gate cells of this event, locked by the commit; a key taken here is added to it
 * @param keyText evaluates a concurrency key over the event (semantics §4.1)
 */
export function admit(
  candidate: Candidate,
  taken: Map<string, GateCellRow>,
  keyText: (expression: string) => string,
  moment: Moment,
): Admission {
  const { fn, event, onceKey } = candidate;
  const pool = poolOf(fn);
  if (isTaken(taken.get(onceKey), moment.now)) return { write: [], runId: null, pool };
  const runId = moment.id();
  const cell = take(onceKey, runId, moment.now);
  taken.set(onceKey, cell);
  const run = newRun(runId, candidate, moment);
  const cells = concurrencyCells(fn.id, fn.config, keyText);
  const state = newState(runId, pool, cells, candidate, event, moment);
  const write: Change[] = [
    { put: "gateCells", row: cell },
    { insert: "runs", row: run },
    { insert: "runStates", row: { runId, state } },
    {
      insert: "history",
      row: {
        runId,
        at: moment.now,
        kind: "run.queued",
        step: null,
        data: { event: event.name, eventId: candidate.eventId },
      },
    },
    ...firstCall(runId, state, candidate.startAt, moment),
  ];
  return { write, runId, pool };
}

function newRun(runId: string, candidate: Candidate, moment: Moment): Omit<RunRow, "seq"> {
  const { fn, eventId, event, cron } = candidate;
  return {
    id: runId,
    functionId: fn.id,
    appId: fn.appId,
    functionVersion: fn.version,
    eventId,
    eventIds: [eventId],
    eventName: event.name,
    cron,
    batchId: null,
    originalRunId: null,
    status: "queued",
    queuedAt: moment.now,
    startedAt: null,
    endedAt: null,
  };
}

function newState(
  runId: string,
  pool: PoolId,
  cells: string[],
  candidate: Candidate,
  event: WireEvent,
  moment: Moment,
): RunState {
  return {
    v: 1,
    requestVersion: -1,
    open: {},
    group: 0,
    race: false,
    discovering: true,
    again: false,
    plan: false,
    stored: 0,
    bytes: JSON.stringify(bodyJson({ data: event.data })).length,
    pool,
    lane: [candidate.fn.id, ...cells].join(" "),
    cells,
    score: candidate.startAt ?? moment.now,
  };
}

function firstCall(runId: string, state: RunState, startAt: Instant | null, moment: Moment): Change[] {
  const call = { target: null, attempt: 0, generation: 1 };
  const score = state.score;
  if (startAt !== null && startAt > moment.now)
    return [
      {
        insert: "wakes",
        row: { id: moment.id(), job: { kind: "later-call", call }, runId, lane: null, score, dueAt: startAt },
      },
    ];
  const lane = laneOf(state.lane, "start");
  return [
    {
      insert: "wakes",
      row: { id: moment.id(), job: { kind: "call", call }, runId, lane, score, dueAt: moment.now },
    },
    { insert: "nudges", row: { pool: state.pool, lane, cells: state.cells, score, gone: null } },
  ];
}
