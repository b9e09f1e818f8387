/** Runs, their hot state, their steps and their history. */
import type {
  AppId,
  CellKey,
  EventId,
  FunctionId,
  LaneId,
  LeaseId,
  PoolId,
  RunId,
  StepHash,
  WaitId,
} from "./ids.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Instant } from "./moment.ts";

export type RunStatus = "queued" | "running" | "completed" | "failed" | "cancelled" | "skipped";
export type EndStatus = "completed" | "failed" | "cancelled";

/** True when nothing of the run can change any more. */
export function hasEnded(status: RunStatus): boolean {
  return status !== "queued" && status !== "running";
}

/** List columns only: written when queued, started, ended. */
export interface RunRow {
  id: RunId;
  /** Assigned by the store; an event "after the run" has a higher one. */
  seq: number;
  functionId: FunctionId;
  appId: AppId;
  functionVersion: number;
  /** The first trigger event. */
  eventId: EventId;
  /** All trigger events (a batch has several). */
  eventIds: EventId[];
  eventName: string;
  cron: string | null;
  batchId: string | null;
  originalRunId: RunId | null;
  status: RunStatus;
  queuedAt: Instant;
  startedAt: Instant | null;
  endedAt: Instant | null;
}

/** A step op that was reported and has no result yet. */
export interface OpenOp {
  op: "StepPlanned" | "Sleep" | "WaitForEvent" | "WaitForSignal" | "InvokeFunction" | "Gateway" | "AIGateway";
  /** Of a sleep the duration, of a wait the event name or signal, of an invoke the function. */
  name: string;
  displayName: string;
  userland: { id: string; index?: number } | null;
  since: Instant;
  /** A sleep: when it ends. A wait or invoke: when it times out. */
  until?: Instant;
  /** A wait: its rows, to be removed when it is over. */
  waits?: WaitId[];
  /** An invoke: the event that starts the child. */
  eventId?: EventId;
  /** A planned step: arguments that replace its own (rerun from a step, wire.md §4.7). */
  input?: Json[];
}

/** Written by each commit of the run, deleted at its end. Versioned: an older one must load for ever (ADR 0011). */
export interface RunState {
  v: 1;
  /** Version in force: −1 until the SDK's first answer (wire.md §4.5). */
  requestVersion: -1 | 1 | 2;
  open: Record<StepHash, OpenOp>;
  /** Ops opened since nothing was open: 1 = lone, ≥ 2 = a parallel group (wire.md §6.3). */
  group: number;
  /** Some op of the group asked for `parallelMode: "race"`. */
  race: boolean;
  /** A discovery call is queued, waits for its retry, or is in flight: there is never a second one (rule 7). */
  discovering: boolean;
  /** The discovery that is out must be followed by another. */
  again: boolean;
  /** The next discovery must plan, not run, what it finds (rule 2). */
  plan: boolean;
  /** Steps stored so far: the next one's place in completion order. */
  stored: number;
  /** Bytes of events and stored results, against the state limit. */
  bytes: number;
  /** Where the run's calls queue, fixed when the run was created (semantics §6.0). */
  pool: PoolId;
  lane: LaneId;
  cells: CellKey[];
  /** Where its first call queues, when starts have limits of their own (throttle, limits on runs). */
  start?: { lane: LaneId; cells: CellKey[] };
  /** Queue position of the run: older runs go first. */
  score: number;
  /** The call that has stored steps by checkpoints: its attempts count for the step that comes next (wire.md §7.5). */
  checkpointed?: LeaseId;
  /** A rerun from an AI step: the body that replaces its own when the step comes (wire.md §4.7). */
  replacedBody?: { step: StepHash; body: Json };
}

export interface RunStateRow {
  runId: RunId;
  state: RunState;
}

/** A finished step; its result is in `payloads`. Insert-only. */
export interface StepRow {
  runId: RunId;
  id: StepHash;
  /** Completion order, from 0: `ctx.stack` (wire.md §6.2). */
  ord: number;
  op: string;
  name: string;
  userlandId: string | null;
  userlandIndex: number | null;
  status: "completed" | "failed";
  /** Tries that were made. */
  attempts: number;
  queuedAt: Instant;
  startedAt: Instant | null;
  endedAt: Instant;
}

/**
 * One line of a run's history. Insert-only; `id` (the order) is assigned by the store. What `data` holds:
 * - run.skipped `{event, eventId, reason, existingRunId?, key?}`
 * - run.queued `{event, eventId}`; run.started `{}`; run.ended `{status}`
 * - request.failed `{attempt, final, error, startedAt}`; step.retrying `{attempt, name, error, startedAt}`
 * - step.planned `{name}`; step.sleeping `{name, until, warning?}`
 * - step.waiting `{name, op, event, expression, timeout}` or `{name, op, signal, timeout}` (timeout: an instant)
 * - step.invoking `{name, function, functionId, eventId, timeout}`; step.fetching `{name, op, method, url}`
 * - step.matched `{eventId}` or `{signal}`; step.returned `{runId, eventId}` (child and its last event)
 * - step.timedOut `{}`; step.completed and step.failed `{name, op, attempt}`
 */
export interface HistoryRow {
  id: number;
  runId: RunId;
  at: Instant;
  kind:
    | "run.queued"
    | "run.skipped"
    | "run.started"
    | "request.failed"
    | "step.planned"
    | "step.sleeping"
    | "step.waiting"
    | "step.invoking"
    | "step.fetching"
    | "step.matched"
    | "step.returned"
    | "step.timedOut"
    | "step.completed"
    | "step.failed"
    | "step.retrying"
    | "run.ended";
  step: StepHash | null;
  data: JsonObject;
}

/** An error as SDKs report it and as runs and steps keep it (wire.md §5.2). Unknown properties are kept. */
export interface ErrorJson {
  name: string;
  message: string;
  stack?: string;
  cause?: Json;
  data?: Json;
  [key: string]: Json | undefined;
}
