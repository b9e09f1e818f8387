import { expect, test } from "vitest";
import { type Bar, barsOf } from "./bars.ts";
import { coalesce, type DrawnBar } from "./coalesce.ts";
import { manySteps } from "./fixtures.ts";

const bar = (kind: Bar["kind"], left: number, right: number, to: number | null = right): DrawnBar => ({
  bar: { kind, status: "COMPLETED", from: left, to },
  left,
  right,
});
const shown = (bars: DrawnBar[]) => bars.map(({ bar: { kind }, left, right }) => `${kind} ${left}-${right}`);

test("wide bars, marks and open ends stay as they are", () => {
  const bars = [bar("queued", 0, 10), bar("mark", 10, 10), bar("running", 10, 11, null)];
  expect(coalesce(bars, 3)).toEqual(bars);
  expect(coalesce([bar("running", 5, 6)], 3)).toEqual([bar("running", 5, 6)]);
});

test("narrow neighbours become one that looks like most of them", () => {
  const bars = [bar("running", 0, 1), bar("parked", 1, 3), bar("running", 3, 20), bar("parked", 20, 21)];
  expect(shown(coalesce(bars, 3))).toEqual(["parked 0-3", "running 3-20", "parked 20-21"]);
});

test("bars that lie apart are not joined over the time between them", () => {
  expect(shown(coalesce([bar("running", 0, 1), bar("running", 50, 51)], 3))).toEqual([
    "running 0-1",
    "running 50-51",
  ]);
});

test("a run of 10,000 steps is drawn by no more bars than there is room for", () => {
  const run = manySteps(10_000);
  const from = performance.now();
  const bars = barsOf(run);
  expect(bars.length).toBeGreaterThan(10_000);
  const { from: start = 0 } = bars[0] ?? {};
  const px = (at: number) => ((at - start) / 1_000_000) * 800;
  const drawn = coalesce(
    bars.map((one) => ({ bar: one, left: px(one.from), right: px(one.to ?? one.from) })),
    3,
  );
  expect(drawn.length).toBeLessThan(300);
  expect(barsOf(run)).toBe(bars);
  expect(performance.now() - from).toBeLessThan(2_000);
});
