import { expect, test } from "vitest";
import { aRun, aStep, manySteps, T0 } from "./fixtures.ts";
import type { Span } from "./spans.ts";
import { gapMarks, ticksOf } from "./ticks.ts";
import { collapsesByDefault, extentOf, idleGaps, makeTimeScale } from "./time-scale.ts";
import { isWhole, lookAt, move, reveal, wholeView, zoom } from "./view.ts";

const napping = aRun({ queued: 0, started: 0, ended: 100_000 }, [
  aStep("before", { started: 0, ended: 5_000 }),
  aStep("nap", { started: 5_000, ended: 95_000 }, { stepOp: "SLEEP" }),
  aStep("after", { started: 95_000, ended: 100_000 }),
]);
const NOW = T0 + 200_000;
const defaultOf = (run: Span) => collapsesByDefault(extentOf(run, NOW), idleGaps(run, NOW));

test("an even scale maps both ways, also outside of its ends", () => {
  const scale = makeTimeScale({ from: T0, to: T0 + 1000 }, []);
  expect([T0 - 50, T0, T0 + 250, T0 + 1000, T0 + 9000].map(scale.place)).toEqual([0, 0, 0.25, 1, 1]);
  expect(scale.instant(0.25)).toBeCloseTo(T0 + 250);
  expect(scale.instant(1)).toBe(T0 + 1000);
});

test("an ended run ends at its last time; one that goes on reaches to now", () => {
  expect(extentOf(napping, NOW)).toEqual({ from: T0, to: T0 + 100_000 });
  expect(extentOf(aRun({ queued: 0 }, []), NOW)).toEqual({ from: T0, to: NOW });
  expect(extentOf(aRun({}, []), NOW)).toEqual({ from: NOW, to: NOW + 1 });
});

test("a long sleep is an idle gap, and collapses by default; short ones do not", () => {
  const [gap, ...others] = idleGaps(napping, NOW);
  expect(others).toEqual([]);
  expect(gap?.from).toBeGreaterThan(T0 + 5_000);
  expect(gap?.to).toBeLessThan(T0 + 95_000);
  expect(defaultOf(napping)).toBe(true);
  expect(defaultOf(manySteps(50))).toBe(false);
});

test("collapsed, the gap takes a twentieth, and what is busy the rest", () => {
  const gaps = idleGaps(napping, NOW);
  const scale = makeTimeScale(extentOf(napping, NOW), gaps);
  const [gap] = gapMarks(scale, wholeView);
  expect((gap?.end ?? 0) - (gap?.start ?? 0)).toBeCloseTo(0.05);
  expect(gap?.lengthMs).toBe((gaps[0]?.to ?? 0) - (gaps[0]?.from ?? 0));
  expect(scale.place(T0 + 5_000)).toBeGreaterThan(0.4);
  for (const at of [T0, T0 + 2_500, T0 + 50_000, T0 + 97_000, T0 + 100_000])
    expect(scale.instant(scale.place(at))).toBeCloseTo(at, 0);
});

test("many gaps leave room for what is busy", () => {
  const gaps = Array.from({ length: 40 }, (_, i) => ({ from: T0 + i * 100 + 10, to: T0 + i * 100 + 90 }));
  const { segments } = makeTimeScale({ from: T0, to: T0 + 4_000 }, gaps);
  const collapsed = segments
    .filter((one) => one.collapsed)
    .reduce((sum, { start, end }) => sum + end - start, 0);
  expect(collapsed).toBeCloseTo(0.4);
  expect(segments.at(-1)?.end).toBe(1);
});

test("ticks are at round times, never crowded, none inside of a collapsed gap", () => {
  const scale = makeTimeScale({ from: T0, to: T0 + 40_000 }, []);
  expect(ticksOf(scale, wholeView, 5).map(({ elapsedMs }) => elapsedMs)).toEqual([
    0, 10_000, 20_000, 30_000, 40_000,
  ]);
  const near = ticksOf(scale, { start: 0, end: 0.001 }, 5).map(({ elapsedMs }) => elapsedMs);
  expect(near).toEqual([0, 10, 20, 30, 40]);
  const broken = makeTimeScale(extentOf(napping, NOW), idleGaps(napping, NOW));
  for (const { elapsedMs } of ticksOf(broken, wholeView, 8))
    expect(elapsedMs < 7_000 || elapsedMs > 93_000).toBe(true);
});

test("a scale over years has few ticks", () => {
  const scale = makeTimeScale({ from: T0, to: T0 + 40 * 365 * 86_400_000 }, []);
  expect(ticksOf(scale, wholeView, 6).length).toBeLessThanOrEqual(7);
});

test("zooming keeps its middle and stays within the axis; there and back is the whole", () => {
  const near = zoom(wholeView, 2, 0.25);
  expect(near).toEqual({ start: 0.125, end: 0.625 });
  expect(isWhole(zoom(near, 0.1))).toBe(true);
  expect(move(near, 5)).toEqual({ start: 0.5, end: 1 });
  expect(move(near, -5)).toEqual({ start: 0, end: 0.5 });
  const least = zoom(wholeView, 1e12, 0.5);
  expect(least.end - least.start).toBeGreaterThan(0);
});

test("a dragged part is looked at, whichever end came first", () => {
  expect(lookAt(0.7, 0.2)).toEqual({ start: 0.2, end: 0.7 });
  expect(reveal({ start: 0.4, end: 0.6 }, 0.5, 0.9)).toEqual({ start: 0.4, end: 0.6 });
  const moved = reveal({ start: 0.4, end: 0.6 }, 0.9, 0.95);
  expect(moved.start).toBeLessThanOrEqual(0.9);
  expect(moved.end).toBeGreaterThanOrEqual(0.95);
});
