/** Apps and functions: what a sync tells us, after `protocol` has checked it. */
import type { AppId, FunctionId } from "./ids.ts";
import type { DurationMs, Instant } from "./moment.ts";

export interface EventTrigger {
  event: string;
  /** CEL over `event`; absent: always. */
  expression?: string;
}
export interface CronTrigger {
  /** Five fields, perhaps behind `TZ=Zone ` (semantics §3.4). */
  cron: string;
  jitterMs?: DurationMs;
}
export type Trigger = EventTrigger | CronTrigger;

export interface ConcurrencyLimit {
  /** Requests in flight at once, or with `level` "run" unfinished started runs; 0 means no limit from this entry. */
  limit: number;
  /** CEL over `event`; absent: one counter for the whole function. */
  key?: string;
  /** Whose counter it is: the function's own, or one shared by all functions with the same scope and key value. */
  scope: "fn" | "env" | "account";
  /** Absent: "step". */
  level?: "step" | "run";
}

/** `rateLimit`, and `idempotency`, which is one per key and day (semantics §6.4, §5.2). */
export interface RateLimitRule {
  limit: number;
  periodMs: DurationMs;
  key?: string;
  option: "rateLimit" | "idempotency";
}
/** `throttle` (semantics §6.3). */
export interface ThrottleRule {
  limit: number;
  periodMs: DurationMs;
  burst: number;
  key?: string;
}
/** `debounce` (semantics §6.5). */
export interface DebounceRule {
  periodMs: DurationMs;
  /** Latest firing, from the first event on. */
  timeoutMs?: DurationMs;
  key?: string;
}
/** `batchEvents` (semantics §6.7). */
export interface BatchRule {
  maxSize: number;
  timeoutMs: DurationMs;
  key?: string;
  if?: string;
}
/** `singleton` (semantics §6.8). */
export interface SingletonRule {
  mode: "skip" | "cancel";
  key?: string;
}

/** One entry of `cancelOn` (semantics §6.10). */
export interface CancelRule {
  event: string;
  /** CEL over `event` and `async`; absent: every event of the name. */
  if?: string;
  /** A duration or an ISO date, from the run's start on; absent: 365 days. */
  timeout?: string;
}

/** A function's configuration, normalised: durations in milliseconds, retries as attempts. */
export interface FunctionConfig {
  slug: string;
  name: string;
  triggers: Trigger[];
  /** `runtime.url` of the one registered step. */
  url: string;
  /** retries + 1, clamped to 1…21 (semantics §2.1). */
  maxAttempts: number;
  concurrency: ConcurrencyLimit[];
  rateLimit?: RateLimitRule;
  throttle?: ThrottleRule;
  debounce?: DebounceRule;
  batch?: BatchRule;
  /** CEL over `event`: seconds by which the run goes before (positive) or after others (semantics §6.6). */
  priority?: string;
  singleton?: SingletonRule;
  /** At most 5. Absent in rows of releases that had none. */
  cancelOn?: CancelRule[];
  /** Absent or 0: no limit (semantics §6.9). */
  timeouts?: { startMs?: DurationMs; finishMs?: DurationMs };
}

export interface AppRow {
  id: AppId;
  name: string;
  url: string;
  sdk: string;
  framework: string | null;
  platform: string | null;
  /** `x-inngest-env` of the sync that placed it; null: none. */
  env: string | null;
  appVersion: string | null;
  /** Hash of url and functions: an equal one makes a sync `modified: false`. */
  checksum: string;
  syncedAt: Instant;
  /** Why the last sync was refused or could not be done; null: it worked. */
  error: string | null;
}

export interface FunctionRow {
  id: FunctionId;
  appId: AppId;
  slug: string;
  version: number;
  config: FunctionConfig;
  /** No longer in the app's list: no new runs, runs in flight go on (semantics §8.3). */
  archived: boolean;
  /** Set by people, not by syncs (semantics §6.11). */
  mode: FunctionMode;
}

/** `paused`: new runs are skipped and running ones held. `drained`: new runs are skipped, running ones end. */
export type FunctionMode = "active" | "paused" | "drained";
