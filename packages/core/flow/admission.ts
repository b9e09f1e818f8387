/**
 * Event → run: the gates in the order of semantics §1.4, each in its own file. One commit per event covers
 * all functions it starts. What a gate keeps is written in the same commit, so its state survives any crash.
 */
import { bodyJson, type WireEvent } from "../model/event.ts";
import type { FunctionRow } from "../model/function.ts";
import type { CellKey, EventId, PoolId, RunId } from "../model/ids.ts";
import type { JsonObject } from "../model/json.ts";
import type { Instant, Moment } from "../model/moment.ts";
import type { GateCellRow } from "../model/queue.ts";
import type { RunStatus } from "../model/run.ts";
import type { Change } from "../model/tables.ts";
import { type Parent, parentsOf } from "../run/parents.ts";
import { judgeBatch } from "./gates/batch.ts";
import { concurrencyCells, hasSharedLimit } from "./gates/concurrency.ts";
import { judgeDebounce } from "./gates/debounce.ts";
import { holderOf, isTaken, take } from "./gates/idempotency.ts";
import { skipReason } from "./gates/pause.ts";
import { prioritised } from "./gates/priority.ts";
import { judgeRate } from "./gates/rate-limit.ts";
import { judgeSingleton, singletonHeld } from "./gates/singleton.ts";
import { throttleCell } from "./gates/throttle.ts";
import type { GateKeys } from "./keys.ts";
import { cancelWaits, type NewRun, newRunRows, type Rerun, skippedRunRows } from "./new-run.ts";
import {
  batchedOutcome,
  becameRun,
  debouncedOutcome,
  duplicateOutcome,
  keyOfCell,
  limitedOutcome,
  refusedOutcome,
} from "./outcomes.ts";

/** A function that an event may start. */
export interface Candidate {
  fn: FunctionRow;
  eventId: EventId;
  event: WireEvent;
  /** The gate key of its idempotency; null: it is never de-duplicated (a rerun). */
  onceKey: string | null;
  cron: string | null;
  /** A schedule that somebody runs by hand: its event is always stored, and no tick tells what became of it. */
  byHand?: true;
  /** Not before this time (a future `ts`); null: at once. */
  startAt: Instant | null;
  /** The gates' cells for this event, and its priority. */
  keys: GateKeys;
  /** Absent: the event itself. `quiet`: its debounce is over. `rerun`: neither limited nor de-duplicated. */
  from?: "quiet" | "rerun";
  /** Of a debounce that is over: the event that opened it. */
  leader?: EventId;
  rerun?: Rerun;
}

/** What the commit has locked. A gate's new cell is put into `gates`, so that the next candidate sees it. */
export interface AdmissionSeen {
  gates: Map<string, GateCellRow>;
  /** Of the runs that singleton cells name. */
  holders: ReadonlyMap<string, RunStatus>;
  awaited: ReadonlyMap<string, readonly string[]>;
  /** Runs that were cancelled for this event to take their place, by singleton cell. */
  cancelled: ReadonlyMap<string, RunId>;
}

export type Admitted =
  | { is: "started"; runId: RunId }
  | { is: "skipped"; runId: RunId; reason: string }
  | { is: "duplicate" | "limited" | "debounced" | "batched" | "refused" }
  /** Nothing is written: this run must be cancelled first, and the event tried again. */
  | { is: "cancelFirst"; cell: string; holder: RunId };

export interface Admission {
  write: Change[];
  outcome: Admitted;
}

/** The pool of all functions whose counters others share. */
export const SHARED_POOL: PoolId = "shared";

/** All functions of one pool are claimed under one lock: those with shared limits together, each other alone. */
export function poolOf(fn: FunctionRow): PoolId {
  return hasSharedLimit(fn.config) ? SHARED_POOL : fn.id;
}

/** @param keyText evaluates a concurrency or throttle key over the event (semantics §4.1) */
export function admit(
  candidate: Candidate,
  seen: AdmissionSeen,
  keyText: (expression: string) => string,
  moment: Moment,
): Admission {
  const { fn, keys } = candidate;
  const write: Change[] = [];
  const keep = (row: GateCellRow): void => {
    seen.gates.set(row.key, row);
    write.push({ put: "gateCells", row });
  };
  const done = (outcome: Admitted): Admission => ({ write, outcome });
  if (keys.refused !== null) {
    write.push(...refuseParents(candidate, keys.refused, moment));
    write.push(...refusedOutcome(candidate, keys.refused, moment));
    return done({ is: "refused" });
  }
  if (keys.batch !== null && candidate.from === undefined)
    return collect(candidate, keys.batch, seen, keyText, moment);
  if (keys.rate !== null && candidate.from === undefined && fn.config.rateLimit !== undefined) {
    const verdict = judgeRate(fn.config.rateLimit, keys.rate, liveCell(seen, keys.rate, moment), moment.now);
    if (verdict.is === "drop") {
      write.push(...refuseParents(candidate, `function ${fn.slug} is rate limited`, moment));
      write.push(...limitedOutcome(candidate, keys.rate, verdict.until, moment));
      return done({ is: "limited" });
    }
    keep(verdict.keep);
  }
  if (keys.debounce !== null && candidate.from !== "quiet" && fn.config.debounce !== undefined) {
    const event = { id: candidate.eventId, ts: candidate.event.ts };
    const row = liveCell(seen, keys.debounce, moment);
    const verdict = judgeDebounce(fn.config.debounce, keys.debounce, row, event, moment.now);
    if (!("late" in verdict)) {
      keep(verdict.keep);
      const job = { kind: "debounce" as const, functionId: fn.id, key: keys.debounce };
      if (verdict.opens) write.push(laterWake(job, verdict.state.flushAt, moment));
    }
    write.push(...debouncedOutcome(candidate, keys.debounce, verdict, moment));
    return done({ is: "debounced" });
  }
  return enter(candidate, seen, keyText, moment, write);
}

/** The gates that look at the run itself: singleton, pause, idempotency. */
function enter(
  candidate: Candidate,
  seen: AdmissionSeen,
  keyText: (expression: string) => string,
  moment: Moment,
  write: Change[],
): Admission {
  const { fn, event, keys, onceKey } = candidate;
  const taken = onceKey === null ? undefined : seen.gates.get(onceKey);
  if (taken !== undefined && isTaken(taken, moment.now)) {
    write.push(...duplicateOutcome(candidate, taken, moment));
    const before = holderOf(taken);
    if (before !== null) write.push(...becameRun(candidate.leader, fn, before));
    return { write, outcome: { is: "duplicate" } };
  }
  const run = newRunOf(candidate, keyText, moment);
  write.push(...becameRun(candidate.leader, fn, run.id));
  const skip = (reason: string, way: JsonObject = {}): Admission => {
    write.push(...skippedRunRows(run, reason, way, moment));
    write.push(...refuseParents(candidate, `the invoked run was skipped: ${reason}`, moment));
    return { write, outcome: { is: "skipped", runId: run.id, reason } };
  };
  const reason = skipReason(fn.mode);
  if (keys.singleton !== null && fn.config.singleton !== undefined && reason === null) {
    const cell = keys.singleton;
    const row = seen.gates.get(cell);
    const verdict = judgeSingleton(
      fn.config.singleton,
      row,
      seen.holders.get(cell),
      seen.cancelled.get(cell) ?? null,
    );
    if (verdict.is === "cancelFirst")
      return { write: [], outcome: { is: "cancelFirst", cell, holder: verdict.holder } };
    if (verdict.is === "skip") {
      const key = keyOfCell(cell, fn);
      return skip("Singleton", { existingRunId: verdict.existing, ...(key === null ? {} : { key }) });
    }
    const held = singletonHeld(cell, run.id);
    seen.gates.set(cell, held);
    write.push({ put: "gateCells", row: held });
  }
  if (reason !== null) return skip(reason);
  if (onceKey !== null) {
    const cell = take(onceKey, run.id, moment.now);
    seen.gates.set(onceKey, cell);
    write.push({ put: "gateCells", row: cell });
  }
  write.push(...newRunRows(run, moment), ...cancelWaits(run.id, fn.config, event, seen.awaited, moment));
  return { write, outcome: { is: "started", runId: run.id } };
}

function newRunOf(candidate: Candidate, keyText: (expression: string) => string, moment: Moment): NewRun {
  const { fn, event, eventId, cron, startAt, keys, rerun } = candidate;
  const { score, notBefore } = prioritised(startAt ?? moment.now, keys.priority);
  return {
    id: moment.id(),
    fn,
    pool: poolOf(fn),
    eventIds: rerun?.eventIds ?? [eventId],
    event,
    bytes: eventBytes(event),
    cron,
    batchId: null,
    ...cellsOf(fn, keyText),
    score,
    startAt: notBefore > moment.now ? notBefore : null,
    ...(rerun === undefined ? {} : { rerun }),
  };
}

function cellsOf(
  fn: FunctionRow,
  keyText: (expression: string) => string,
): { cells: CellKey[]; startCells: CellKey[] } {
  const throttle = throttleCell(fn.id, fn.config, keyText);
  return {
    cells: concurrencyCells(fn.id, fn.config, keyText),
    startCells: [
      ...concurrencyCells(fn.id, fn.config, keyText, "run"),
      ...(throttle === null ? [] : [throttle]),
    ],
  };
}

/** Adds the event to its batch; the event that fills it starts the run in the same commit. */
function collect(
  candidate: Candidate,
  cell: string,
  seen: AdmissionSeen,
  keyText: (expression: string) => string,
  moment: Moment,
): Admission {
  const { fn, event, eventId } = candidate;
  const rule = fn.config.batch;
  if (rule === undefined) throw new Error(`invariant: ${fn.slug} has a batch cell without a batch rule`);
  const row = liveCell(seen, cell, moment);
  const first = { name: event.name, ...cellsOf(fn, keyText) };
  const parents = parentsOf(fn.id, [event as unknown as JsonObject]);
  const added = { id: eventId, bytes: eventBytes(event), first, parents };
  const verdict = judgeBatch(rule, cell, row, added, moment);
  if (verdict.is === "full") {
    seen.gates.delete(cell);
    const flushed = flushBatch(fn, cell, verdict.state, moment);
    const { runId } = flushed.outcome as { runId: RunId };
    flushed.write.push(...batchedOutcome(candidate, cell, verdict.state, runId, moment));
    return flushed;
  }
  seen.gates.set(cell, verdict.keep);
  const write: Change[] = [{ put: "gateCells", row: verdict.keep }];
  const { batchId, flushAt } = verdict.state;
  const job = { kind: "batch" as const, functionId: fn.id, key: cell, batchId };
  if (verdict.opens) write.push(laterWake(job, flushAt, moment));
  write.push(...batchedOutcome(candidate, cell, verdict.state, null, moment));
  return { write, outcome: { is: "batched" } };
}

/** A batch that is full, or whose time is over, becomes a run; a paused function's is skipped as a whole. */
export function flushBatch(
  fn: FunctionRow,
  cell: string,
  batch: NonNullable<ReturnType<typeof judgeBatch>["state"]>,
  moment: Moment,
): Admission {
  const { batchId, events, bytes, first, parents } = batch;
  const run: NewRun = {
    id: moment.id(),
    fn,
    pool: poolOf(fn),
    eventIds: events,
    event: first,
    bytes,
    cron: null,
    batchId,
    cells: first.cells,
    startCells: first.startCells,
    score: moment.now,
    startAt: null,
  };
  const write: Change[] = [
    { remove: "gateCells", key: { key: cell } },
    ...becameRun(batch.events[0], fn, run.id),
  ];
  const reason = skipReason(fn.mode);
  if (reason !== null) {
    write.push(...skippedRunRows(run, reason, {}, moment));
    write.push(...refused(parents, `the invoked run was skipped: ${reason}`, moment));
    return { write, outcome: { is: "skipped", runId: run.id, reason } };
  }
  write.push(...newRunRows(run, moment));
  return { write, outcome: { is: "started", runId: run.id } };
}

/** An expired cell counts as absent. */
function liveCell(seen: AdmissionSeen, key: string, moment: Moment): GateCellRow | undefined {
  const row = seen.gates.get(key);
  return row !== undefined && (row.expiresAt === null || row.expiresAt > moment.now) ? row : undefined;
}

/** Steps that invoked a function which does not start for them fail, instead of waiting for their timeout. */
function refuseParents({ fn, event }: Candidate, message: string, moment: Moment): Change[] {
  return refused(parentsOf(fn.id, [event as unknown as JsonObject]), message, moment);
}

/** Their steps fail with this message. */
export function refused(parents: readonly Parent[], message: string, moment: Moment): Change[] {
  return parents.map(({ parent, step }): Change => {
    const job = { kind: "child-refused" as const, step, message };
    const row = { id: moment.id(), job, runId: parent, lane: null, score: moment.now, dueAt: moment.now };
    return { insert: "wakes", row };
  });
}

function laterWake(
  job: Extract<Change, { insert: "wakes" }>["row"]["job"],
  dueAt: Instant,
  moment: Moment,
): Change {
  return { insert: "wakes", row: { id: moment.id(), job, runId: null, lane: null, score: dueAt, dueAt } };
}

function eventBytes(event: WireEvent): number {
  return JSON.stringify(bodyJson({ data: event.data })).length;
}
