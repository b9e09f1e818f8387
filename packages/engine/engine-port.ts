/** What the engine needs from outside, and what it offers: the only types its callers see. */
import type { DurationMs, Instant, NewEvent, NodeId, RunId } from "@stepwell/core";
import type { Registration } from "@stepwell/protocol";
import type { Reads, Store } from "@stepwell/store";

/** Time comes from outside: the real clock, or a virtual one in tests. */
export interface Clock {
  now(): Instant;
  /** Calls back once `now()` has reached `at`. Returns the cancel. */
  at(at: Instant, call: () => void): () => void;
}

/** Fresh ids and dice come from outside, too. */
export interface Chance {
  /** A ULID of the given time; later ones sort later. */
  id(now: Instant): string;
  roll(): number;
}

export interface CallRequest {
  method: "POST" | "PUT" | "GET";
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
  /** One request; never throws. Follows redirects keeping method and body, each hop checked again. */
  send(
    request: CallRequest,
    limits: { timeoutMs: DurationMs; maxBytes: number },
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
}

export type SyncResult = { ok: true; modified: boolean; appId: string; functions: number };
export interface EngineHealth {
  status: "ok" | "degraded";
  /** The last refusal of the store, when commits are failing now. */
  store: string | null;
  callsInFlight: number;
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
  /** Ends a run from outside. */
  cancel(runId: RunId): Promise<"cancelled" | "ended" | "unknown">;
  /** No new calls; waits for those in flight up to `graceMs`, then leaves them to recovery. */
  stop(graceMs: DurationMs): Promise<void>;
  readonly read: Reads;
  health(): EngineHealth;
  /** The store's time now. */
  now(): Instant;
  /** A fresh event or run id at the store's time. */
  newId(): string;
}
