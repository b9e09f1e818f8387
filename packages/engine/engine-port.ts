/** What the engine needs from outside, and what it offers: the only types its callers see. */
import type {
  DurationMs,
  EventId,
  EventOutcome,
  FunctionId,
  FunctionMode,
  Instant,
  Json,
  JsonObject,
  Moment,
  NewEvent,
  NodeId,
  RunId,
  StepwellError,
} from "@stepwell/core";
import type { Registration } from "@stepwell/protocol";
import type { Ask, Decision, Reads, Seen, Store } from "@stepwell/store";
import type { Along } from "./along.ts";
import type { Touched } from "./changes.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { Invoked } from "./invoke.ts";
import type { RerunFrom } from "./rerun.ts";
import type { RanNow } from "./run-now.ts";
import type { RunReason } from "./why.ts";

/** Time comes from outside: the real clock, or a virtual one in tests. */
export interface Clock {
  now(): Instant;
  /** Calls back once `now()` has reached `at`. Returns the cancel. */
  at(at: Instant, call: () => void): () => void;
}

/** A clock that can be moved forward, as the server's own can be (only `dev` does). */
export interface MovableClock extends Clock {
  /** How far it has been moved in all, over restarts. */
  movedMs(): DurationMs;
  /** Moves forward from where it stands, once the store has kept that; never back. @throws StoreError */
  moveBy(ms: DurationMs): Promise<void>;
}

/** Fresh ids and dice come from outside, too. */
export interface Chance {
  /** A ULID of the given time; later ones sort later. */
  id(now: Instant): string;
  roll(): number;
}

export interface CallRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}
export interface CallResponse {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  body: string;
  /** Where the last redirect led; the asked URL otherwise. */
  url: string;
}
/** Why no answer came. `too_large`: the body passed the limit. `forbidden`: the address is not allowed. */
export type CallFailure = { failure: "network" | "timeout" | "too_large" | "forbidden"; message: string };
export interface Transport {
  /**
   * One request; never throws. Follows redirects keeping method and body (`asFetch`: as a browser's fetch
   * does), each hop checked again; to another origin no header goes along that may hold a key.
   */
  send(
    request: CallRequest,
    limits: { timeoutMs: DurationMs; maxBytes: number; asFetch?: true },
  ): Promise<CallResponse | CallFailure>;
  close(): Promise<void>;
}

/** Stable names of what the engine tells its log; payloads are never in it. */
export interface LogEntry {
  level: "debug" | "info" | "warn" | "error";
  /** For instance `app.synced`, `run.ended`, `run.failed`, `step.failed`, `store.refused`. */
  event: string;
  message: string;
  runId?: RunId;
  function?: string;
  [field: string]: string | number | boolean | null | undefined;
}

export interface EngineOptions {
  store: Store;
  clock: Clock;
  chance: Chance;
  transport: Transport;
  /** New for each process. */
  node: NodeId;
  mode: "dev" | "start";
  /** Signs calls and checks answers; null in dev. */
  signingKey: string | null;
  /** Most calls in flight at once. Default 100. */
  queueWorkers: number;
  /** Time limit of one call. Default 2 h. */
  requestTimeoutMs: DurationMs;
  /** Replaces the retry table by a constant when set. */
  retryIntervalMs: DurationMs | null;
  /** Default 1000. */
  maxSteps: number;
  /** Events that wait for their commit, over which `receive` refuses with `overloaded`. Default 20000. */
  maxPendingEvents: number;
  log: (entry: LogEntry) => void;
  /** Gives way in the middle of long work. Default: one turn of the event loop. */
  breathe?: () => Promise<void>;
}

export type SyncResult = { ok: true; modified: boolean; appId: string; functions: number };
export interface EngineHealth {
  status: "ok" | "degraded";
  /** The last refusal of the store, when commits are failing now. */
  store: string | null;
  callsInFlight: number;
}

/** Where the clock stands. */
export interface ClockState {
  now: Instant;
  /** How far it has been moved; 0 where it cannot be. */
  offsetMs: DurationMs;
}
export interface AdvanceResult extends ClockState {
  /** Later wakes that fired on the way: sleeps, retries, timeouts, cron ticks. */
  fired: number;
}
export interface AdvanceProgress extends AdvanceResult {
  /** Where the clock would end if no more real time passed on the way. */
  target: Instant;
  /** What keeps the clock where it is, once that takes long. */
  waitingFor: string | null;
}
export interface AdvanceOptions {
  /** Aborted: the clock stays at the instant it has reached. */
  signal?: AbortSignal | undefined;
  /** Told at each instant where the clock stops, and often while it waits there. */
  tell?: ((progress: AdvanceProgress) => void) | undefined;
}

export interface Engine {
  /** Loads functions, recovers what a dead process left, starts the loops. */
  start(): Promise<void>;
  /**
   * Stores events; resolves once they are durable.
   * @returns the internal ids, in order
   * @throws StepwellError `overloaded` (503, Retry-After) or `store_unavailable` (503)
   */
  receive(events: NewEvent[]): Promise<string[]>;
  /** Stores an app and its functions. @throws StepwellError `sync_refused` and friends, with the cure in the text */
  sync(registration: Registration): Promise<SyncResult>;
  /** Asks the app at this URL to sync: in-band PUT, or the out-of-band register that follows it. */
  syncUrl(url: string): Promise<SyncResult | { ok: true; outOfBand: true }>;
  /** Keeps in the row of a known app why its own register call was refused; never throws. */
  keepSyncTrouble(appName: string, error: StepwellError): Promise<void>;
  /**
   * Ends the wait for a signal (semantics §7.4).
   * @returns the run that goes on; null: nobody waits
   */
  signal(signal: string, data: Json): Promise<{ runId: string } | null>;
  /** Stores steps of a call that goes on (wire.md §7). `stale`: the call must stop, nothing was stored. */
  checkpoint(runId: RunId, checkpoint: Checkpoint): Promise<"stored" | "stale" | "unknown">;
  /**
   * Runs again what ran before, as a new run (semantics §8.2).
   * @param from a step to begin with, perhaps with other arguments; null: from the start
   * @throws StepwellError `not_found`, `step_ambiguous`, `input_not_replaceable`
   */
  rerun(runId: RunId, from: RerunFrom | null): Promise<{ runId: RunId }>;
  /**
   * Starts one function by hand, whatever its triggers are, as `step.invoke` does (semantics §3.5). Its flow
   * control holds: `runId` is null where no run came of it at once, and `outcomes(eventId)` says why.
   * @param named slug or id of an active function
   * @param eventId a fresh id; the same one again changes nothing
   * @throws StepwellError `not_found`, `event_too_large`, `store_unavailable`
   */
  invoke(named: string, data: JsonObject, eventId?: EventId): Promise<Invoked>;
  /**
   * The same from the start, with something in the commit of the new run that may call it off.
   * @returns null: it was called off, and nothing was written
   */
  rerunAlong(runId: RunId, along: Along): Promise<{ runId: RunId } | null>;
  /**
   * Starts a scheduled function now, as its cron would start it, but as no tick of it (semantics §3.4). Durable
   * when it answers.
   * @param key the same one within 24 hours answers the same run again; null: each call starts one
   * @throws StepwellError `not_found`; StoreError
   */
  runNow(functionId: FunctionId, cron: string, key: string | null): Promise<RanNow>;
  /**
   * Pauses, drains or resumes (`active`) a function; it outlives syncs and restarts (semantics §6.11).
   * @param named slug or id
   * @throws StepwellError `not_found`
   */
  setMode(
    named: string,
    mode: FunctionMode,
  ): Promise<{ functionId: string; slug: string; mode: FunctionMode }>;
  /** What a run waits for, the most limiting first; empty: it has ended, or there is no such run. */
  why(runId: RunId): Promise<RunReason[]>;
  /** What became of an event, function by function, also where no run came of it; null: no such event. */
  outcomes(eventId: EventId): Promise<EventOutcome[] | null>;
  /** Ends a run from outside. */
  cancel(runId: RunId): Promise<"cancelled" | "ended" | "unknown">;
  /**
   * The same with something in the same commit that may call it off.
   * @param cause in words, for the log
   * @returns false: it was called off, and nothing was written
   */
  cancelAlong(runId: RunId, cause: string, along: Along): Promise<boolean>;
  /** No new calls; waits for those in flight up to `graceMs`, then leaves them to recovery. */
  stop(graceMs: DurationMs): Promise<void>;
  readonly read: Reads;
  /**
   * One transaction over rows that are no run's: users, keys, the audit log, bulk jobs, statistics.
   * @throws what `decide` throws (nothing is written); StoreError
   */
  commit<A extends Ask, R>(ask: A, decide: (seen: Seen<A>, moment: Moment) => Decision<R>): Promise<R>;
  /** Calls back after each commit of this process that touched what people can see. Returns the unsubscribe. */
  onChange(listener: (touched: Touched) => void): () => void;
  /** Calls back once the engine's time has reached `at`. Returns the cancel. */
  at(at: Instant, call: () => void): () => void;
  health(): EngineHealth;
  /** The store's time now. */
  now(): Instant;
  clock(): ClockState;
  /**
   * Moves the clock forward (dev only), from due wake to due wake; at each it waits until the engine is
   * idle. Real time goes on beside it and is not counted: sleeps of 1 d and 3 d take 4 d in all, however
   * long the calls between them. It goes on from there, also after a restart.
   * @returns where the clock is once it has been moved by `ms`
   * @throws StepwellError `clock_busy` when it is being moved already, `clock_stopped` when it was aborted
   * or the engine stops, `not_found` where the clock cannot be moved; StoreError
   */
  advance(ms: DurationMs, options?: AdvanceOptions): Promise<AdvanceResult>;
  /** A fresh event or run id at the store's time. */
  newId(): string;
}
