/** Counts and times of ended runs, per function and span of time: derived from the runs, never the truth. */
import type { FunctionId } from "./ids.ts";
import type { DurationMs, Instant } from "./moment.ts";

export interface StatisticRow {
  /** In rows of hours, "" stands for all functions together. */
  /** In rows of hours, empty stands for all functions together. */
  functionId: FunctionId;
  /** A minute or an hour. */
  widthMs: DurationMs;
  /** Its beginning; a multiple of the width. */
  at: Instant;
  completed: number;
  failed: number;
  cancelled: number;
  skipped: number;
  /** How many waited for their start so long: `[bucket, count, …]`, in pairs by rising bucket. */
  queueMs: number[];
  /** The same from start to end. */
  runMs: number[];
}
