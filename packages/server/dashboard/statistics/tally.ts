/** Ended runs counted: one tally for each function and span of time, from runs or from rows that were kept. */
import {
  type DurationMs,
  type FunctionId,
  type Instant,
  type RunRow,
  type StatisticRow,
} from "@stepwell/core";
import { addPairs, count, type Histogram, pairsOf } from "./histogram.ts";

export interface Tally {
  completed: number;
  failed: number;
  cancelled: number;
  skipped: number;
  /** Queued to started, of runs that started. */
  queueMs: Histogram;
  /** Started to ended, of the same. */
  runMs: Histogram;
}

export function emptyTally(): Tally {
  return { completed: 0, failed: 0, cancelled: 0, skipped: 0, queueMs: new Map(), runMs: new Map() };
}

/** Counts a run that has ended; others change nothing. */
export function countRun(tally: Tally, { status, queuedAt, startedAt, endedAt }: RunRow): void {
  if (status === "queued" || status === "running") return;
  tally[status] += 1;
  if (startedAt === null || endedAt === null) return;
  count(tally.queueMs, startedAt - queuedAt);
  count(tally.runMs, endedAt - startedAt);
}

/** Adds what a kept row, or another tally in a row's form, has counted. */
export function countRow(tally: Tally, row: Omit<StatisticRow, "functionId" | "widthMs" | "at">): void {
  tally.completed += row.completed;
  tally.failed += row.failed;
  tally.cancelled += row.cancelled;
  tally.skipped += row.skipped;
  addPairs(tally.queueMs, row.queueMs);
  addPairs(tally.runMs, row.runMs);
}

/** The row that keeps a tally. */
export function rowOf(tally: Tally, functionId: FunctionId, widthMs: DurationMs, at: Instant): StatisticRow {
  const { queueMs, runMs, ...counts } = tally;
  return { functionId, widthMs, at, ...counts, queueMs: pairsOf(queueMs), runMs: pairsOf(runMs) };
}

/** The tally of a key, made when it is asked for first. */
export function tallyOf<K>(tallies: Map<K, Tally>, key: K): Tally {
  const known = tallies.get(key);
  if (known !== undefined) return known;
  const tally = emptyTally();
  tallies.set(key, tally);
  return tally;
}

/** Runs that came to an end by themselves or were stopped; a skipped one never began. */
export function endedOf({ completed, failed, cancelled }: Tally): number {
  return completed + failed + cancelled;
}
