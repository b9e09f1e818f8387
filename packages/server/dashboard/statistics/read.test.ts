import type { StatisticRow } from "@stepwell/core";
import type { Engine } from "@stepwell/engine";
import type { StatisticFilter } from "@stepwell/store";
import { expect, test } from "vitest";
import { readCounted } from "./read.ts";
import { HOUR_MS, MINUTE_MS, planOf } from "./spans.ts";

const NOW = Date.UTC(2026, 10, 24, 12, 30);
const WRITTEN = Date.UTC(2026, 10, 24, 12);

/** Everything is written up to noon; each function has a row of every hour. */
function engineOf(functions: number): { engine: Engine; asked: { hours: number; rows: number }[] } {
  const asked: { hours: number; rows: number }[] = [];
  const counts = { completed: 1, failed: 0, cancelled: 0, skipped: 0, queueMs: [], runMs: [] };
  const read = {
    lastStatistic: async (widthMs: number) => WRITTEN - widthMs,
    runs: async () => ({ rows: [], cursor: null }),
    async statistics({ widthMs, from, until }: StatisticFilter): Promise<StatisticRow[]> {
      if (widthMs === MINUTE_MS) return [];
      const hours = Math.max(0, until - from) / HOUR_MS;
      asked.push({ hours, rows: hours * functions });
      return Array.from({ length: hours * functions }, (_, n) => {
        const at = from + Math.floor(n / functions) * HOUR_MS;
        return { functionId: `f${n % functions}`, widthMs, at, ...counts };
      });
    },
  };
  const engine = { now: () => NOW, read, commit: async () => null };
  return { engine: engine as unknown as Engine, asked };
}

test("hours of many functions are read a few thousand rows at a time, whatever the range", async () => {
  const { engine, asked } = engineOf(2_000);
  const [counted] = await readCounted(engine, [planOf("7d", NOW)]);
  expect(counted?.rows).toHaveLength(167 * 2_000);
  expect(Math.max(...asked.map(({ rows }) => rows))).toBeLessThanOrEqual(5_000);
});

test.each([
  ["those of all functions together one", true as const, 1],
  ["those of each a day at a time", undefined, 31],
])("hours of few functions need few reads: %s", async (_, total, most) => {
  const { engine, asked } = engineOf(10);
  const plan = planOf("30d", NOW);
  const [counted] = await readCounted(engine, [total === undefined ? plan : { ...plan, total }]);
  const hours = (WRITTEN - plan.from) / HOUR_MS;
  expect(asked.reduce((sum, one) => sum + one.hours, 0)).toBe(hours);
  expect(counted?.rows).toHaveLength(hours * 10);
  expect(asked.length).toBeLessThanOrEqual(most);
});
