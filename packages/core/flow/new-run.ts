/** The rows of a new run: itself, its state, its cancelling waits, its deadline, and its first call. */
import { parseSleep } from "../intake/duration.ts";
import { placeWait } from "../intake/waits.ts";
import type { WireEvent } from "../model/event.ts";
import type { FunctionConfig, FunctionRow } from "../model/function.ts";
import type { CellKey, EventId, PoolId, RunId, StepHash } from "../model/ids.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { Instant, Moment } from "../model/moment.ts";
import type { OpenOp, RunRow, RunState, StepRow } from "../model/run.ts";
import type { Change } from "../model/tables.ts";
import { inputName } from "../run/kept.ts";
import { callWakeId, laneOf } from "../run/record.ts";

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

/** A run that is about to be. */
export interface NewRun {
  id: RunId;
  fn: FunctionRow;
  pool: PoolId;
  /** The trigger events, first one first; a batch has several. */
  eventIds: EventId[];
  event: Pick<WireEvent, "name">;
  /** Bytes of the events, against the state limit. */
  bytes: number;
  cron: string | null;
  batchId: string | null;
  /** The cells of its calls, and those that only its start uses besides. */
  cells: CellKey[];
  startCells: CellKey[];
  score: number;
  /** Not before this time; null: at once. */
  startAt: Instant | null;
  rerun?: Rerun;
}

export function newRunRows(run: NewRun, moment: Moment): Change[] {
  const state = newState(run, moment);
  const data = { event: run.event.name, eventId: run.eventIds[0] ?? "" };
  const { id: runId } = run;
  return [
    { insert: "runs", row: runRow(run, "queued", moment) },
    { insert: "runStates", row: { runId, state } },
    { insert: "history", row: { runId, at: moment.now, kind: "run.queued", step: null, data } },
    ...(run.batchId === null ? startDeadline(runId, run.fn.config, moment) : []),
    ...copiedSteps(runId, run.rerun, moment),
    ...firstCall(runId, state, run.startAt, moment),
  ];
}

/**
 * A run that was not to be: its row says why, and nothing will ever happen to it (semantics §1.2).
 * @param way what was in its way, as its history tells it (`HistoryRow`)
 */
export function skippedRunRows(run: NewRun, reason: string, way: JsonObject, moment: Moment): Change[] {
  const { id: runId } = run;
  const data = { event: run.event.name, eventId: run.eventIds[0] ?? "", reason, ...way };
  return [
    { insert: "runs", row: { ...runRow(run, "skipped", moment), endedAt: moment.now } },
    { insert: "history", row: { runId, at: moment.now, kind: "run.skipped", step: null, data } },
  ];
}

function runRow(run: NewRun, status: RunRow["status"], moment: Moment): Omit<RunRow, "seq"> {
  const { id, fn, eventIds, event, cron, batchId, rerun } = run;
  return {
    id,
    functionId: fn.id,
    appId: fn.appId,
    functionVersion: fn.version,
    eventId: eventIds[0] ?? "",
    eventIds,
    eventName: event.name,
    cron,
    batchId,
    originalRunId: rerun?.originalRunId ?? null,
    status,
    queuedAt: moment.now,
    startedAt: null,
    endedAt: null,
  };
}

function newState(run: NewRun, moment: Moment): RunState {
  const { target = null, steps = [], replacedBody } = run.rerun ?? {};
  const { fn, pool, cells, startCells, score } = run;
  const lane = [fn.id, ...cells].join(" ");
  const startLane = laneOf([lane, ...startCells].join(" "), "start");
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
    bytes: run.bytes + JSON.stringify(steps.map((step) => step.result)).length,
    pool,
    lane,
    cells,
    score,
    ...(startCells.length === 0 ? {} : { start: { lane: startLane, cells: [...cells, ...startCells] } }),
    ...(replacedBody === undefined ? {} : { replacedBody }),
  };
}

/** Stored before the first request, so that no cancelling event slips through (semantics §1.4, §6.10). */
export function cancelWaits(
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
  const { lane, cells } = state.start ?? { lane: laneOf(state.lane, "start"), cells: state.cells };
  return [
    {
      insert: "wakes",
      row: {
        id: callWakeId(runId, moment),
        job: { kind: "call", call },
        runId,
        lane,
        score,
        dueAt: moment.now,
      },
    },
    { insert: "nudges", row: { pool: state.pool, lane, cells, score, gone: null } },
  ];
}
