/** Functions: what they are, how they do, and how full their limits are. */
import type { FunctionMode } from "@stepwell/core";
import type { AppName, Count, FunctionName, Range } from "./answer.ts";
import type { ConfigLine, RelatedRun } from "./runs.ts";

export interface FunctionLine extends FunctionName {
  app: AppName;
  mode: FunctionMode;
  archived: boolean;
  /** In words: event names and cron expressions. */
  triggers: { kind: "event" | "cron"; text: string; words: string | null }[];
  /** Ended runs of the last 24 hours, hour by hour, the oldest first. */
  sparkline: { at: string; completed: number; failed: number; cancelled: number }[];
  /** Of the last 24 hours. */
  ended: number;
  failed: number;
  /** Median and 95th of start to end; null: none ended. */
  p50Ms: number | null;
  p95Ms: number | null;
  /** Runs that wait for their start. */
  queued: Count;
  running: Count;
  lastRun: RelatedRun | null;
}

export interface FunctionDetail extends FunctionLine {
  version: number;
  url: string;
  config: ConfigLine[];
  limits: LimitUse[];
  series: Series;
  /** Newest failures grouped by error name and message, the most frequent first. */
  errors: { name: string; message: string; count: number; lastAt: string; runId: string }[];
  /** The event that an invoke would carry data for; JSON Schema as of `EventSchema`. */
  inputSchema: Record<string, unknown> | null;
  inputExample: Record<string, unknown> | null;
}

/** A limit of a function and how full it is now. */
export interface LimitUse {
  option: "concurrency" | "throttle" | "rateLimit" | "debounce" | "batchEvents" | "singleton" | "priority";
  text: string;
  keyExpression: string | null;
  /**
   * The fullest first, at most 20; empty where nothing can be counted. `waiting`: something waits for room.
   * `note`: what comes next for the key, in words.
   */
  keys: { key: string | null; used: number; limit: number; waiting: boolean; note: string | null }[];
  /** There are more keys than are shown. */
  more: boolean;
}

/** Counts and times over a range. */
export interface Series {
  range: Range;
  /** Width of a point. */
  stepMs: number;
  points: SeriesPoint[];
  /** Statistics are complete from then on; null: all of the range. */
  completeFrom: string | null;
}
export interface SeriesPoint {
  at: string;
  completed: number;
  failed: number;
  cancelled: number;
  skipped: number;
  /** Queued to started, of runs that ended here; null: none. About: within 10 %. */
  queueP50Ms: number | null;
  queueP95Ms: number | null;
  /** Started to ended. */
  runP50Ms: number | null;
  runP95Ms: number | null;
  runP99Ms: number | null;
}

export interface SetModeBody {
  mode: FunctionMode;
}
export interface InvokeBody {
  data?: Record<string, unknown>;
}
/** The run that was started, or the event that will start it. */
export interface Started {
  eventId: string;
  runId: string | null;
}
