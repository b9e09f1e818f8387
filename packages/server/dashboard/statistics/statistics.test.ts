/** Statistics over a real engine and its store: whole spans, nothing twice, nothing that blocks. */
import type { Instant, StatisticRow } from "@stepwell/core";
import { createMemoryStore, type Reads, type Store, StoreError } from "@stepwell/store";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type FlowWorld, openWorld } from "../../../engine/fixtures/flow-world.ts";
import { type EndedRun, storeEnded } from "../fixtures/ended-runs.ts";
import { bringUpToDate } from "./current.ts";
import { gather } from "./gather.ts";
import {
  type Counted,
  HOUR_MS,
  keepStatistics,
  MINUTE_MS,
  planOf,
  readCounted,
  type Span,
  seriesOf,
  sumByFunction,
  sumOf,
} from "./index.ts";
import { ALL_FUNCTIONS } from "./spans.ts";

const DAY_MS = 24 * HOUR_MS;
/** A whole hour. */
const T = Date.UTC(2026, 2, 10, 13);
let store: Store;
let reads: { runs: number };
let world: FlowWorld;

beforeEach(async () => {
  store = createMemoryStore();
  reads = { runs: 0 };
  const runs: Reads["runs"] = (filter) => {
    reads.runs += 1;
    return store.read.runs(filter);
  };
  world = await openWorld({ store: { ...store, read: { ...store.read, runs } } });
});
afterEach(() => world.stop());

/** Another process over the same store: it remembers nothing. */
async function again(): Promise<FlowWorld> {
  await world.stop();
  const { clock } = world;
  world = await openWorld({ store, clock });
  return world;
}
/** Runs over some hours: uneven, of three functions, in all statuses. */
function spread(from: Instant, until: Instant, count: number): EndedRun[] {
  const statuses = ["completed", "completed", "failed", "cancelled", "skipped"] as const;
  return Array.from({ length: count }, (_, n): EndedRun => {
    const share = ((n * 7919) % count) / count;
    return {
      functionId: `f${n % 3}`,
      endedAt: Math.floor(from + share * share * (until - from)),
      status: statuses[n % 5] ?? "completed",
      queueMs: (n * 37) % 900,
      runMs: (n * 101) % 50_000,
    };
  });
}
const hoursOf = async (id: string) => (await every(HOUR_MS)).filter(({ functionId }) => functionId === id);
async function counts(span: Span, functionIds?: string[]): Promise<Counted> {
  const [counted] = await readCounted(world.engine, [span], functionIds);
  if (counted === undefined) throw new Error("one span, one answer");
  return counted;
}
const every = (widthMs: number): Promise<StatisticRow[]> =>
  store.read.statistics({ widthMs, from: 0, until: Number.MAX_SAFE_INTEGER });
/** What the rows should be: counted from all runs there are. */
async function expected(
  widthMs: number,
  until: Instant,
): Promise<Map<string, [number, number, number, number]>> {
  const { rows } = await store.read.runs({ timeField: "endedAt", until, limit: 100_000 });
  const found = new Map<string, [number, number, number, number]>();
  const places = { completed: 0, failed: 1, cancelled: 2, skipped: 3 } as Record<string, number>;
  for (const run of rows) {
    const key = `${run.functionId} ${Math.floor((run.endedAt ?? 0) / widthMs) * widthMs}`;
    const counts = found.get(key) ?? [0, 0, 0, 0];
    counts[places[run.status] ?? 0] = (counts[places[run.status] ?? 0] ?? 0) + 1;
    found.set(key, counts);
  }
  return found;
}
async function written(widthMs: number): Promise<Map<string, [number, number, number, number]>> {
  const rows = (await every(widthMs)).filter(({ functionId }) => functionId !== ALL_FUNCTIONS);
  return new Map(
    rows.map((row) => [
      `${row.functionId} ${row.at}`,
      [row.completed, row.failed, row.cancelled, row.skipped],
    ]),
  );
}

describe("what is written", () => {
  test("minutes and hours are exactly those that are over for 30 s, each counted as a whole", async () => {
    await storeEnded(world.engine, spread(T, T + 3 * HOUR_MS, 3000));
    world.clock.to(T + 2 * HOUR_MS + 10 * MINUTE_MS + 29_000);
    await bringUpToDate(world.engine);
    for (let turn = 0; turn < 20; turn += 1) await world.calm();
    const { engine } = world;
    expect(await bringUpToDate(engine)).toBe(T + 2 * HOUR_MS + 9 * MINUTE_MS);
    expect(await written(MINUTE_MS)).toEqual(await expected(MINUTE_MS, T + 2 * HOUR_MS + 9 * MINUTE_MS));
    expect(await written(HOUR_MS)).toEqual(await expected(HOUR_MS, T + 2 * HOUR_MS));
  });

  test("a pass that ends anywhere leaves whole spans, and another process goes on to the same rows", async () => {
    await storeEnded(world.engine, spread(T, T + 5 * HOUR_MS, 3600));
    world.clock.to(T + 6 * HOUR_MS);
    for (const pages of [1, 13, 17]) {
      const pass = gather(world.engine);
      for (let page = 0; page < pages; page += 1) await pass.next();
      const part = await written(MINUTE_MS);
      const whole = await expected(MINUTE_MS, T + 6 * HOUR_MS);
      for (const [key, counts] of part) expect(counts).toEqual(whole.get(key));
      await again();
    }
    expect((await every(MINUTE_MS)).length).toBeGreaterThan(0);
    for await (const _page of gather(world.engine));
    expect(await written(MINUTE_MS)).toEqual(await expected(MINUTE_MS, T + 6 * HOUR_MS));
    expect(await written(HOUR_MS)).toEqual(await expected(HOUR_MS, T + 6 * HOUR_MS));
    const before = [await every(MINUTE_MS), await every(HOUR_MS)];
    await again();
    for await (const _page of gather(world.engine));
    expect([await every(MINUTE_MS), await every(HOUR_MS)]).toEqual(before);
  });

  test("a run that became visible after its minute was written is counted with the next minute", async () => {
    await storeEnded(world.engine, [{ functionId: "f", endedAt: T + 5000 }]);
    world.clock.to(T + 90_000);
    await bringUpToDate(world.engine);
    await storeEnded(world.engine, [{ functionId: "f", endedAt: T + 59_999 }]);
    world.clock.to(T + 150_000);
    await bringUpToDate(world.engine);
    expect(await every(MINUTE_MS)).toMatchObject([{ functionId: "f", at: T, completed: 2 }]);
  });

  test.each([
    ["where another minute follows", [MINUTE_MS]],
    ["where none does", []],
  ])("so it is with the last minute of an hour: the hour is counted again, too: %s", async (_, more) => {
    const last = T + 59 * MINUTE_MS;
    await storeEnded(world.engine, [{ functionId: "f", endedAt: last }]);
    world.clock.to(T + HOUR_MS + 30_000);
    await bringUpToDate(world.engine);
    expect(await hoursOf("f")).toMatchObject([{ at: T, completed: 1 }]);
    const late = [1, ...more].map((ms) => ({ functionId: "f", endedAt: last + ms }));
    await storeEnded(world.engine, late);
    world.clock.to(T + HOUR_MS + 90_000);
    await bringUpToDate(world.engine);
    expect(await hoursOf("f")).toMatchObject([{ at: T, completed: 2 }]);
  });

  test("a clock that was moved by days costs no look at the empty days", async () => {
    await storeEnded(world.engine, [{ functionId: "f", endedAt: T }]);
    world.clock.to(T + 2 * MINUTE_MS);
    await bringUpToDate(world.engine);
    await storeEnded(world.engine, [{ functionId: "f", endedAt: T + 20 * DAY_MS - HOUR_MS }]);
    world.clock.to(T + 20 * DAY_MS + 30_000);
    reads.runs = 0;
    await bringUpToDate(world.engine);
    expect(reads.runs).toBe(1);
    expect((await hoursOf("f")).map(({ at }) => at)).toEqual([T, T + 20 * DAY_MS - HOUR_MS]);
  });

  test("an engine without new runs writes nothing", async () => {
    await storeEnded(world.engine, [{ functionId: "f", endedAt: T }]);
    let commits = 0;
    const { commit } = world.engine;
    world.engine.commit = (ask, decide) => {
      commits += 1;
      return commit(ask, decide);
    };
    world.clock.to(T + 10 * MINUTE_MS);
    await bringUpToDate(world.engine);
    expect(commits).toBe(1);
    for (let minute = 11; minute < 20; minute += 1) {
      world.clock.to(T + minute * MINUTE_MS);
      await bringUpToDate(world.engine);
    }
    expect(commits).toBe(1);
  });

  test("minutes go once they are a day old, hours stay", async () => {
    for (let hour = 0; hour < 30; hour += 1)
      await storeEnded(world.engine, [{ functionId: "f", endedAt: T + hour * HOUR_MS }]);
    world.clock.to(T + 30 * HOUR_MS + MINUTE_MS);
    await bringUpToDate(world.engine);
    expect((await hoursOf("f")).map(({ at }) => (at - T) / HOUR_MS)).toEqual(
      Array.from({ length: 30 }, (_, n) => n),
    );
    expect((await every(MINUTE_MS)).map(({ at }) => (at - T) / HOUR_MS)).toEqual(
      Array.from({ length: 25 }, (_, n) => n + 5),
    );
  });
});

describe("what is read", () => {
  test("rows of hours and minutes and the newest runs make one chart, nothing missing and nothing twice", async () => {
    const runs = spread(T, T + 4 * HOUR_MS, 3000);
    let before = 0;
    for (const minutes of [0.5, 3, 61, 61.2, 125, 200, 240, 241, 300]) {
      const now = T + minutes * MINUTE_MS;
      world.clock.to(now);
      const meanwhile = runs.filter(({ endedAt }) => endedAt > before && endedAt <= now);
      await storeEnded(world.engine, meanwhile);
      before = now;
      const whole = await store.read.runs({ timeField: "endedAt", limit: 100_000 });
      for (const range of ["1h", "24h", "7d"] as const) {
        const plan = planOf(range, now);
        const counted = await counts(plan);
        const series = seriesOf(range, plan, counted);
        expect(series.completeFrom).toBeNull();
        expect(seriesOf(range, plan, await counts({ ...plan, total: true }))).toEqual(series);
        for (const [n, point] of series.points.entries()) {
          const [from = 0, until = Number.POSITIVE_INFINITY] = [plan.points[n], plan.points[n + 1]];
          const inside = whole.rows.filter(
            ({ endedAt }) => endedAt !== null && endedAt >= from && endedAt < until,
          );
          expect([range, point.at, point.failed]).toEqual([
            range,
            point.at,
            inside.filter(({ status }) => status === "failed").length,
          ]);
        }
      }
    }
  });

  test("by function", async () => {
    await storeEnded(world.engine, spread(T, T + HOUR_MS, 600));
    world.clock.to(T + 2 * HOUR_MS);
    const all = await counts({ from: T, widthMs: HOUR_MS });
    const one = await counts({ from: T, widthMs: HOUR_MS }, ["f1"]);
    expect(sumByFunction(all.rows).get("f1")).toEqual(sumOf(one.rows));
    expect(sumOf(one.rows)).toMatchObject({ completed: 80, failed: 40, cancelled: 40, skipped: 40 });
    expect(await counts({ from: T, widthMs: HOUR_MS }, [])).toEqual({ rows: [], completeFrom: null });
  });

  test("many old runs at the first look: it answers after a few pages, says since when it is complete, and goes on", async () => {
    await storeEnded(world.engine, spread(T, T + 10 * HOUR_MS, 6000));
    const now = T + 10 * HOUR_MS + 10_000;
    world.clock.to(now);
    reads.runs = 0;
    const plan = planOf("24h", now);
    const first = await counts(plan);
    // Five pages for the rows, ten for the newest runs, and what has gone on beside.
    expect(reads.runs).toBeLessThanOrEqual(24);
    const series = seriesOf("24h", plan, first);
    const { completeFrom } = series;
    if (completeFrom === null) throw new Error("5,000 runs cannot be all of 6,000");
    const newest = await store.read.runs({
      timeField: "endedAt",
      from: Date.parse(completeFrom),
      limit: 100_000,
    });
    const live = first.rows.filter(({ at }) => at >= Date.parse(completeFrom));
    expect(sumOf(live).failed).toBe(newest.rows.filter(({ status }) => status === "failed").length);
    await world.until(
      "all are counted",
      async () => (await bringUpToDate(world.engine)) === T + 10 * HOUR_MS - MINUTE_MS,
    );
    const then = await counts(plan);
    expect(then.completeFrom).toBeNull();
    expect(sumOf(then.rows)).toMatchObject({ completed: 2400, failed: 1200 });
  });

  test("a store that cannot be written is read all the same", async () => {
    await storeEnded(world.engine, [{ functionId: "f", endedAt: T }]);
    world.clock.to(T + 5 * MINUTE_MS);
    world.engine.commit = () => Promise.reject(new StoreError("store_full", "disk full"));
    expect(sumOf((await counts({ from: T, widthMs: MINUTE_MS })).rows).completed).toBe(1);
  });

  test("a bug is told to who asks, and the next one tries again", async () => {
    await storeEnded(world.engine, [{ functionId: "f", endedAt: T }]);
    world.clock.to(T + 5 * MINUTE_MS);
    const { commit } = world.engine;
    world.engine.commit = () => Promise.reject(new TypeError("a bug"));
    await expect(counts({ from: T, widthMs: MINUTE_MS })).rejects.toThrow("a bug");
    world.engine.commit = commit;
    expect(sumOf((await counts({ from: T, widthMs: MINUTE_MS })).rows).completed).toBe(1);
  });
});

test("kept up to date: each minute of the engine's time, until it is ended", async () => {
  world.clock.to(T);
  const log: string[] = [];
  const end = keepStatistics(world.engine, ({ event }) => log.push(event));
  await storeEnded(world.engine, [{ functionId: "f", endedAt: T }]);
  world.clock.to(T + 90_000);
  await world.until("the minute is written", async () => (await every(MINUTE_MS)).length === 1);
  await storeEnded(world.engine, [{ functionId: "f", endedAt: T + 2 * MINUTE_MS }]);
  world.clock.to(T + 3 * MINUTE_MS + 30_000);
  await world.until("the next one, too", async () => (await every(MINUTE_MS)).length === 2);
  const { commit } = world.engine;
  world.engine.commit = () => Promise.reject(new TypeError("a bug"));
  await storeEnded({ ...world.engine, commit }, [{ functionId: "f", endedAt: T + 4 * MINUTE_MS }]);
  world.clock.to(T + 5 * MINUTE_MS + 30_000);
  await world.until("it is told of a bug", () => log.length > 0);
  expect(log).toEqual(["statistics.failed"]);
  world.engine.commit = commit;
  world.clock.to(T + 6 * MINUTE_MS + 30_000);
  await world.until("and goes on", async () => (await every(MINUTE_MS)).length === 3);
  await end();
  await storeEnded(world.engine, [{ functionId: "f", endedAt: T + 8 * MINUTE_MS }]);
  world.clock.to(T + 20 * MINUTE_MS);
  await world.calm();
  expect(await every(MINUTE_MS)).toHaveLength(3);
});
