/** Percentiles of counted durations are at most 10 % off, however they were added up. */
import { expect, test } from "vitest";
import { addPairs, count, type Histogram, pairsOf, percentile } from "./histogram.ts";

function histogramOf(values: readonly number[]): Histogram {
  const histogram: Histogram = new Map();
  for (const value of values) count(histogram, value);
  return histogram;
}
/** Not random and not even: 1 ms to days, as durations of runs are. */
const values = Array.from({ length: 5000 }, (_, n) => Math.floor(1.004 ** (n % 4200) + ((n * 7919) % 997)));

test("any duration alone is told within 10 %", () => {
  for (let ms = 1; ms < 40 * 86_400_000; ms = Math.ceil(ms * 1.013)) {
    const told = percentile(histogramOf([ms]), 0.5) ?? Number.NaN;
    expect(Math.abs(told - ms), `${ms} ms is told as ${told}`).toBeLessThanOrEqual(Math.max(0.1 * ms, 0.5));
  }
});

test.each([0.01, 0.5, 0.95, 0.99, 1])("the percentile %f of many is within 10 %", (share) => {
  const sorted = [...values].sort((a, b) => a - b);
  const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  const told = percentile(histogramOf(values), share) ?? 0;
  expect(Math.abs(told - exact)).toBeLessThanOrEqual(0.1 * exact);
});

test("parts added up are the same as the whole, and take some hundred numbers", () => {
  const whole = pairsOf(histogramOf(values));
  const sum: Histogram = new Map();
  for (const part of [values.slice(0, 17), values.slice(17, 3000), values.slice(3000)])
    addPairs(sum, pairsOf(histogramOf(part)));
  expect(pairsOf(sum)).toEqual(whole);
  expect(whole.length).toBeLessThan(250);
  const buckets = whole.filter((_, at) => at % 2 === 0);
  expect(buckets).toEqual([...new Set(buckets)].sort((a, b) => a - b));
});

test("no time, less than none, and nothing at all", () => {
  expect(percentile(histogramOf([0, 0, 5]), 0.5)).toBe(0);
  expect(percentile(histogramOf([-3]), 0.5)).toBe(0);
  expect(percentile(histogramOf([1]), 0.5)).toBe(1);
  expect(percentile(new Map(), 0.5)).toBeNull();
});
