/** A chart has at most 400 points, each a span of its own, and the last one holds this moment. */
import { ranges } from "@stepwell/api/dashboard";
import { expect, test } from "vitest";
import { planOf } from "./spans.ts";

const NOW = Date.UTC(2026, 10, 28, 13, 37, 42);

test.each(ranges)("%s", (range) => {
  const { points, stepMs, widthMs, from } = planOf(range, NOW);
  expect(points.length).toBeLessThanOrEqual(400);
  expect(points[0]).toBe(from);
  expect(points.every((at) => at % stepMs === 0 && at % widthMs === 0)).toBe(true);
  const last = points.at(-1) ?? 0;
  expect(last <= NOW && NOW < last + stepMs).toBe(true);
});

test("24 hours are told hour by hour, and a quarter of an hour minute by minute", () => {
  expect(planOf("24h", NOW).points).toHaveLength(24);
  expect(planOf("15m", NOW).points).toHaveLength(15);
});
