/**
 * Durations counted by logarithmic buckets: a few numbers stand for any number of runs, can be added up, and
 * give percentiles that are at most 10 % off. Kept in rows, so the buckets' bounds are fixed for ever.
 */
import type { DurationMs } from "@stepwell/core";

/** Each bucket's upper bound is so many times the one before: the middle is at most 1/11 (9.1 %) off. */
const GROWTH = 1.2;
const LOG_GROWTH = Math.log(GROWTH);

/** How many there are of each bucket. */
export type Histogram = Map<number, number>;

/** Counts one duration; parts of a millisecond are cut off, and what is below 0 (clocks of two nodes) is 0. */
export function count(histogram: Histogram, ms: DurationMs): void {
  const bucket = bucketOf(ms);
  histogram.set(bucket, (histogram.get(bucket) ?? 0) + 1);
}

/** Adds what a row has kept as `[bucket, count, …]`. */
export function addPairs(histogram: Histogram, pairs: readonly number[]): void {
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const bucket = pairs[at] as number;
    histogram.set(bucket, (histogram.get(bucket) ?? 0) + (pairs[at + 1] as number));
  }
}

/** The form that rows keep: `[bucket, count, …]` by rising bucket. */
export function pairsOf(histogram: Histogram): number[] {
  return [...histogram].sort(([a], [b]) => a - b).flat();
}

/**
 * The duration that a share of all is not above (nearest rank), at most 10 % off.
 * @param share 0.5 is the median
 * @returns null: nothing was counted
 */
export function percentile(histogram: Histogram, share: number): DurationMs | null {
  const buckets = [...histogram].sort(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, many]) => sum + many, 0);
  let left = Math.max(1, Math.ceil(share * total));
  for (const [bucket, many] of buckets) {
    left -= many;
    if (left <= 0) return middleOf(bucket);
  }
  return null;
}

/** 0: no time at all; 1: up to 1 ms; then (1, 1.2], (1.2, 1.44] and so on. */
function bucketOf(ms: DurationMs): number {
  const whole = Math.max(0, Math.floor(ms));
  return whole === 0 ? 0 : 1 + Math.ceil(Math.log(whole) / LOG_GROWTH - 1e-9);
}

function middleOf(bucket: number): DurationMs {
  if (bucket <= 1) return bucket;
  // Tenths of a millisecond: whole ones would be more than 10 % off near 10 ms.
  return Math.round((20 * GROWTH ** (bucket - 1)) / (1 + GROWTH)) / 10;
}
