/**
 * Event → run: the gates in order, then the rows of a new run (semantics §1.4).
 * One commit per event covers all functions it starts.
 */

import { parseSleep } from "../intake/duration.ts";
import { placeWait } from "../intake/waits.ts";
import { bodyJson, type WireEvent } from "../model/event.ts";
import type { FunctionConfig, FunctionRow } from "../model/function.ts";
import type { EventId, PoolId, RunId, StepHash } from "../model/ids.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { Instant, Moment } from "../model/moment.ts";
import type { GateCellRow } from "../model/queue.ts";
import type { OpenOp, RunRow, RunState, StepRow } from "../model/run.ts";
import type { Change } from "../model/tables.ts";
import { inputName } from "../run/kept.ts";
import { laneOf } from "../run/record.ts";
import { concurrencyCells } from "./gates/concurrency.ts";
import { isTaken, take } from "./gates/idempotency.ts";

/** A function that an event may start. */
export interface Candidate {
  fn: FunctionRow;
  eventId: EventId;
  event: WireEvent;
  /** The gate key of its idempotency; null: it is never de-duplicated (a rerun). */
  onceKey: string | null;
  cron: string | null;
  /** Not before this time (a future `ts`); null: at once. */
  startAt: Instant | null;
  rerun?: Rerun;
}

/** What a new run takes over from an earlier one (semantics §8.2). */
export interface Rerun {
  originalRunId: RunId;
  eventIds: EventId[];
  /** Steps that are not executed again, in completion order, with their results as stored. */
  steps: { row: StepRow; result: Json; input?: Json }[];
  /** The step to begin with, if it can be called alone; null: begin with a discovery. */
  target: (Pick<OpenOp, "name" | "displayName" | "userland" | "input"> & { id: StepHash }) | null;
  replacedBody?: NonNullable<RunState["replacedBody"]>;
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
 * @param awaited the paths that waits of event names use, for the waits of cancelOn
 */
export function admit(
  candidate: Candidate,
  taken: Map<string, GateCellRow>,
  keyText: (expression: string) => string,
  moment: Moment,
  awaited: ReadonlyMap<string, readonly string[]> = new Map(),
): Admission {
  const { fn, event, onceKey } = candidate;
  const pool = poolOf(fn);
  if (onceKey !== null && isTaken(taken.get(onceKey), moment.now)) return { write: [], runId: null, pool };
  const runId = moment.id();
  const write: Change[] = [];
  if (onceKey !== null) {
    const cell = take(onceKey, runId, moment.now);
    taken.set(onceKey, cell);
    write.push({ put: "gateCells", row: cell });
  }
  const cells = concurrencyCells(fn.id, fn.config, keyText);
  const state = newState(runId, pool, cells, candidate, event, moment);
  const data = { event: event.name, eventId: candidate.eventId };
  write.push(
    { insert: "runs", row: newRun(runId, candidate, moment) },
    { insert: "runStates", row: { runId, state } },
    { insert: "history", row: { runId, at: moment.now, kind: "run.queued", step: null, data } },
    ...cancelWaits(runId, fn.config, event, awaited, moment),
    ...startDeadline(runId, fn.config, moment),
    ...copiedSteps(runId, candidate.rerun, moment),
    ...firstCall(runId, state, candidate.startAt, moment),
  );
  return { write, runId, pool };
}

/** Stored before the first request, so that no cancelling event slips through (semantics §1.4, §6.10). */
function cancelWaits(
  runId: RunId,
  config: FunctionConfig,
  event: WireEvent,
  awaited: ReadonlyMap<string, readonly string[]>,
  moment: Moment,
): Change[] {
  return (config.cancelOn ?? []).flatMap((rule): Change[] => {
    const { event: name, if: source = null, timeout } = rule;
    const placing = placeWait(source, event as unknown as JsonObject, awaited.get(name) ?? []);
    const until = cancelUntil(timeout, moment.now);
    if (placing === null || until <= moment.now) return [];
    const paths = placing.paths.map((path): Change => {
      return { insert: "waitPaths", row: { name, path }, orIgnore: true };
    });
    const { expression } = placing;
    const waits = placing.anchors.map((anchor): Change => {
      const what = { kind: "cancel" as const, name, anchor, runId, step: null, expression };
      return { insert: "waits", row: { id: moment.id(), ...what, openedAt: moment.now, until } };
    });
    return [...paths, ...waits];
  });
}

/** No wake of its own: the end is looked at when an event matches, and the rows go with the run. */
function cancelUntil(timeout: string | undefined, now: Instant): Instant {
  if (timeout === undefined) return now + 365 * 86_400_000;
  const end = parseSleep(timeout, now);
  return "until" in end ? end.until : now + 365 * 86_400_000;
}

function startDeadline(runId: RunId, config: FunctionConfig, moment: Moment): Change[] {
  const startMs = config.timeouts?.startMs ?? 0;
  if (startMs === 0) return [];
  const dueAt = moment.now + startMs;
  const job = { kind: "deadline" as const, which: "start" as const };
  return [{ insert: "wakes", row: { id: moment.id(), job, runId, lane: null, score: dueAt, dueAt } }];
}

function copiedSteps(runId: RunId, rerun: Rerun | undefined, moment: Moment): Change[] {
  return (rerun?.steps ?? []).flatMap(({ row, result, input }, ord): Change[] => {
    const kind = row.status === "completed" ? "step.completed" : "step.failed";
    const data = { name: row.name, op: row.op, attempt: row.attempts - 1 };
    return [
      { insert: "steps", row: { ...row, runId, ord } },
      { insert: "payloads", row: { owner: runId, name: `step:${row.id}`, value: result } },
      { insert: "history", row: { runId, at: moment.now, kind, step: row.id, data } },
      ...keptInput(runId, row.id, input),
    ];
  });
}

function keptInput(runId: RunId, step: StepHash, value: Json | undefined): Change[] {
  if (value === undefined) return [];
  return [{ insert: "payloads", row: { owner: runId, name: inputName(step), value } }];
}

function newRun(runId: string, candidate: Candidate, moment: Moment): Omit<RunRow, "seq"> {
  const { fn, eventId, event, cron, rerun } = candidate;
  return {
    id: runId,
    functionId: fn.id,
    appId: fn.appId,
    functionVersion: fn.version,
    eventId,
    eventIds: rerun?.eventIds ?? [eventId],
    eventName: event.name,
    cron,
    batchId: null,
    originalRunId: rerun?.originalRunId ?? null,
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
  const { target = null, steps = [], replacedBody } = candidate.rerun ?? {};
  return {
    v: 1,
    requestVersion: -1,
    open: target === null ? {} : opened(target, moment),
    group: target === null ? 0 : 1,
    race: false,
    discovering: target === null,
    again: false,
    plan: false,
    stored: steps.length,
    bytes: JSON.stringify([bodyJson({ data: event.data }), ...steps.map((step) => step.result)]).length,
    pool,
    lane: [candidate.fn.id, ...cells].join(" "),
    cells,
    score: candidate.startAt ?? moment.now,
    ...(replacedBody === undefined ? {} : { replacedBody }),
  };
}

function opened(target: NonNullable<Rerun["target"]>, moment: Moment): RunState["open"] {
  const { id, ...what } = target;
  return { [id]: { op: "StepPlanned", ...what, since: moment.now } };
}

function firstCall(runId: string, state: RunState, startAt: Instant | null, moment: Moment): Change[] {
  const call = { target: Object.keys(state.open)[0] ?? null, attempt: 0, generation: 1 };
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
