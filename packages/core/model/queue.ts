/**
 * What happens later, and who may do it now: wakes, lanes, cells, nudges, leases
 * (hard-parts.md §1). Each table has one writer; everybody else may only insert beside it.
 */
import type {
  CellKey,
  EventId,
  FunctionId,
  LaneId,
  LeaseId,
  NodeId,
  PoolId,
  RunId,
  StepHash,
  WaitId,
  WakeId,
} from "./ids.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Instant } from "./moment.ts";

/** One request to an app, before it is made. */
export interface CallSpec {
  /** A hash: run this planned step. Null: discovery. */
  target: StepHash | null;
  /** Zero-based; of this step, or of the discovery. */
  attempt: number;
  /** +1 for each dispatch of the same job (wire.md §7.4). */
  generation: number;
}

/** Why a wake is there and what it carries. `call` wakes queue in a lane; the others only have a due time. */
export type WakeJob =
  | { kind: "call"; call: CallSpec }
  /** A call that becomes queued when due: a delayed start, a retry. */
  | { kind: "later-call"; call: CallSpec }
  | { kind: "sleep"; step: StepHash }
  /** A wait, signal or invoke is over without an answer. */
  | { kind: "timeout"; step: StepHash }
  /** A request that the server makes for the run (`step.fetch`, `step.ai.infer`). */
  | { kind: "fetch"; step: StepHash; attempt: number }
  /** `timeouts.start` or `timeouts.finish` passed (semantics §6.9). */
  | { kind: "deadline"; which: "start" | "finish" }
  /** Starts the child of an invoke; belongs to no run, since it outlives the parent. */
  | { kind: "invoke"; eventId: EventId; functionId: FunctionId }
  /** Put into the parent's wakes when the invoked function does not start: `message` says why. */
  | { kind: "child-refused"; step: StepHash; message: string }
  /** Put into the parent's wakes by the child's last commit. */
  | { kind: "child-ended"; step: StepHash; childId: RunId; eventId: EventId }
  | { kind: "route"; eventId: EventId }
  /** The quiet time of a debounce may be over. */
  | { kind: "debounce"; functionId: FunctionId; key: string }
  /** The time of a batch is over. */
  | { kind: "batch"; functionId: FunctionId; key: string; batchId: string }
  /** A throttled cell has room again. */
  | { kind: "room"; pool: PoolId; cell: CellKey }
  /** Put into the parent's wakes when the invoked function would not start: `message` says why. */
  | { kind: "child-refused"; step: StepHash; message: string }
  | { kind: "cron"; functionId: FunctionId; cron: string; scheduledAt: Instant }
  /** A tick held back by its jitter. */
  | { kind: "tick"; functionId: FunctionId; cron: string; scheduledAt: Instant; fireAt: Instant };

export interface WakeRow {
  id: WakeId;
  job: WakeJob;
  runId: RunId | null;
  /** Set exactly while the wake is queued for a call. */
  lane: LaneId | null;
  /** Order inside the lane: the run's score, or the due time of a retry. */
  score: number;
  dueAt: Instant;
}

/** Only the pool commit writes these. `head` is at most the lane's lowest queued score. */
export interface LaneRow {
  lane: LaneId;
  pool: PoolId;
  /** Whose calls they are: of a counter that functions share, each has a number of its own. */
  functionId: FunctionId;
  cells: CellKey[];
  head: number;
  /** The full cell it waits for; null: it may be claimed from. */
  blocked: CellKey | null;
}

export interface CellRow {
  cell: CellKey;
  /** Equals the live leases that name the cell, and those freed but not yet collected. */
  used: number;
  state: Json;
}

/** "Look here": inserted by anybody, deleted by the pool commit. `id` is assigned by the store. */
export interface NudgeRow {
  id: number;
  pool: PoolId;
  /** A lane with new wakes (`cells` and `score` set), or null. */
  lane: LaneId | null;
  /** With a lane: its cells. Without: cells that may have got room. */
  cells: CellKey[];
  /** The lowest new score. */
  score: number | null;
  /** A queued wake that must go. */
  gone: WakeId | null;
}

/** A node's right to make one call. Never changed but for `freed`; no expiry: liveness hangs on the node. */
export interface LeaseRow {
  id: LeaseId;
  pool: PoolId;
  runId: RunId;
  lane: LaneId;
  score: number;
  cells: CellKey[];
  node: NodeId;
  freed: boolean;
  call: CallSpec;
  at: Instant;
}

/** The state of a gate (idempotency now; rate limit, debounce, batch, singleton later) for one key. */
export interface GateCellRow {
  key: string;
  state: Json;
  /** From here on it counts as absent. */
  expiresAt: Instant | null;
}

export interface NodeRow {
  id: NodeId;
  startedAt: Instant;
  /** Dead when in the past; null where the store admits one engine only (SQLite). */
  aliveUntil: Instant | null;
}

/** A run that waits for an event or a signal, or would be cancelled by one (ADR 0007). */
export interface WaitRow {
  id: WaitId;
  /** Assigned by the store: only later events match. */
  seq: number;
  kind: "event" | "signal" | "cancel";
  /** Event name, or signal. */
  name: string;
  /** Hash of the anchor's (path, type, value); `*`: evaluated for every event of the name. */
  anchor: string;
  runId: RunId;
  step: StepHash | null;
  /** What is left to evaluate, `event.*` frozen; null: nothing. */
  expression: string | null;
  openedAt: Instant;
  until: Instant | null;
}

/** Which paths the anchors of a name use, so that an event knows what to hash. */
export interface WaitPathRow {
  name: string;
  path: string;
}

export interface PayloadRow {
  /** An event id or a run id. */
  owner: string;
  /** `event`, `output`, or `step:<hash>`. */
  name: string;
  value: Json;
}

/** A cron tick and what became of it. Insert-only: the key is why a tick fires exactly once (semantics §3.4). */
export interface TickRow {
  functionId: FunctionId;
  cron: string;
  scheduledAt: Instant;
  /** `missed`: no server ran then, and it was more than 60 s late. `merged`: another expression of the function had started this second's run. */
  outcome: "started" | "merged" | "missed" | "skipped" | "limited";
  /** When it was decided. */
  at: Instant;
  /** The run it started; of a `merged` one, the run that stands for it, too. */
  runId: RunId | null;
  /** Only in a summary of missed ticks: the last of those it stands for, `scheduledAt` being the first. */
  until: Instant | null;
}

/**
 * What a gate made of an event for a function, where no run came of it at once; a run speaks for itself.
 * Written by the admission commit, under the lock of its cell.
 */
export interface OutcomeRow {
  eventId: EventId;
  functionId: FunctionId;
  at: Instant;
  /** `outdated`: a debounce had a newer event already (by `ts`). `refused`: the key could not be evaluated. */
  outcome: "limited" | "duplicate" | "debounced" | "outdated" | "batched" | "refused";
  /** The gate's cell; null: it has none. */
  cell: string | null;
  /** Of a debounce or a batch: the event that opened it. What becomes of all of them is in that event's row. */
  leader: EventId | null;
  /** Of a duplicate: the run there was. In a leader's row: the run of its debounce or batch, from when that exists. */
  runId: RunId | null;
  /** The rule as it was then: `{limit, periodMs, …}`, the evaluated `key`, `until` (an instant), `why` (words). */
  detail: JsonObject;
}
