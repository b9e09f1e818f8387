/** What the dashboard counts: runs, the queue by function, statistics, names, cells by prefix, bytes. */
import type { RunStatus, StatisticRow } from "@stepwell/core";
import { expect, test } from "vitest";
import type { RunFilter } from "../port.ts";
import { event, fn, fresh, NOW, type OpenStore, run, write, writeAsPool } from "./sample-rows.ts";

const MINUTE = 60_000;

const statistic = (functionId: string, at: number, over: Partial<StatisticRow> = {}): StatisticRow => ({
  functionId,
  widthMs: MINUTE,
  at,
  completed: 1,
  failed: 2,
  cancelled: 3,
  skipped: 4,
  queueMs: [1, 2],
  runMs: [3, 4, 5, 6],
  ...over,
});

export function countSuite(open: OpenStore): void {
  test("runs that a filter matches, counted up to a bound", async () => {
    const store = await fresh(open);
    const row = (n: number, status: RunStatus, functionId: string, appId: string, endedAt: number | null) =>
      ({
        insert: "runs",
        row: run(`r${n}`, { queuedAt: NOW + n, status, functionId, appId, endedAt }),
      }) as const;
    await write(
      store,
      { insert: "functions", row: fn("f1", "a1") },
      { insert: "functions", row: fn("f2", "a2") },
      row(1, "completed", "f1", "a1", NOW + 5),
      row(2, "failed", "f1", "a1", NOW + 6),
      row(3, "running", "f2", "a2", null),
      row(4, "completed", "f2", "a2", NOW + 8),
      row(5, "queued", "f2", "a2", null),
    );
    const count = (filter: Omit<RunFilter, "limit">, most = 99) => store.read.countRuns(filter, most);
    expect(await count({})).toBe(5);
    expect(await count({}, 3)).toBe(3);
    expect(await count({ from: NOW + 2, until: NOW + 5 })).toBe(3);
    expect(await count({ status: ["completed", "failed"] })).toBe(3);
    expect(await count({ status: ["completed", "failed"] }, 2)).toBe(2);
    expect(await count({ functionIds: ["f1"] })).toBe(2);
    expect(await count({ functionIds: ["f1", "f2"], status: ["completed"] })).toBe(2);
    expect(await count({ appIds: ["a2"] })).toBe(3);
    expect(await count({ appIds: ["a2"], functionIds: ["f1"] })).toBe(0);
    expect(await count({ appIds: ["a2"], status: ["queued"], from: NOW + 5 })).toBe(1);
    expect(await count({ status: [] })).toBe(0);
    expect(await count({ timeField: "endedAt" })).toBe(3);
    expect(await count({ timeField: "endedAt", from: NOW + 6, status: ["completed"] })).toBe(1);
  });

  test("the queue by function, the longest wait first, among the first of all", async () => {
    const store = await fresh(open);
    const row = (id: string, functionId: string, queuedAt: number, status: RunStatus = "queued") =>
      ({ insert: "runs", row: run(id, { functionId, queuedAt, status }) }) as const;
    await write(
      store,
      ...["f1", "f2", "f3", "f4"].map((id) => ({ insert: "functions", row: fn(id, "a1") }) as const),
      row("r1", "f2", NOW + 3),
      row("r2", "f1", NOW + 2),
      row("r3", "f2", NOW + 1),
      row("r4", "f3", NOW, "running"),
      row("r5", "f2", NOW + 1),
      row("r6", "f3", NOW + 9),
    );
    expect(await store.read.backlog(9)).toEqual([
      { functionId: "f2", count: 3, oldestAt: NOW + 1, oldestRunId: "r3" },
      { functionId: "f1", count: 1, oldestAt: NOW + 2, oldestRunId: "r2" },
      { functionId: "f3", count: 1, oldestAt: NOW + 9, oldestRunId: "r6" },
    ]);
    expect(await store.read.backlog(3)).toMatchObject([
      { functionId: "f2", count: 2 },
      { functionId: "f1", count: 1 },
    ]);
    expect(await store.read.backlog(0)).toEqual([]);
  });

  test("the runs that repeat one, newest first", async () => {
    const store = await fresh(open);
    const repeat = (id: string, originalRunId: string | null) =>
      ({ insert: "runs", row: run(id, { originalRunId }) }) as const;
    await write(store, repeat("r1", null), repeat("r2", "r1"), repeat("r3", "r2"), repeat("r4", "r1"));
    const found = async (id: string, limit: number) =>
      (await store.read.reruns(id, limit)).map((row) => row.id);
    expect(await found("r1", 9)).toEqual(["r4", "r2"]);
    expect(await found("r1", 1)).toEqual(["r4"]);
    expect(await found("r4", 9)).toEqual([]);
  });

  test("names of events that are not the server's own, each with its newest time", async () => {
    const store = await fresh(open);
    const row = (id: string, name: string, receivedAt: number, internal = false) =>
      ({ insert: "events", row: event(id, { name, receivedAt, internal }) }) as const;
    await write(
      store,
      row("e1", "shop/order", NOW + 2),
      row("e2", "shop/order", NOW + 1),
      row("e3", "inngest/function.finished", NOW + 3, true),
      row("e4", "app/sent", NOW),
    );
    const names = [
      { name: "app/sent", lastAt: NOW },
      { name: "shop/order", lastAt: NOW + 2 },
    ];
    expect(await store.read.eventNames(9)).toEqual(names);
    expect(await store.read.eventNames(1)).toEqual(names.slice(0, 1));
  });

  test("cells and gate cells by how their keys begin", async () => {
    const store = await fresh(open);
    const cells = ["a:1", "a:2", "a:\u{1F600}", "a", "b:1"].map((cell) => ({ cell, used: 1, state: null }));
    await writeAsPool(store, ...cells.map((row) => ({ put: "cells", row }) as const));
    const gates = ["g:1", "g:2", "h:1"].map((key) => ({ key, state: { n: 1 }, expiresAt: null }));
    await write(store, ...gates.map((row) => ({ put: "gateCells", row }) as const));
    const keys = async (prefix: string, limit: number) =>
      (await store.read.cellsFrom(prefix, limit)).map(({ cell }) => cell);
    expect(await keys("a:", 9)).toEqual(["a:1", "a:2", "a:\u{1F600}"]);
    expect(await keys("a", 2)).toEqual(["a", "a:1"]);
    expect(await keys("c", 9)).toEqual([]);
    expect(await store.read.gateCellsFrom("g:", 9)).toEqual(gates.slice(0, 2));
    expect(await store.read.gateCellsFrom("g:", 1)).toEqual(gates.slice(0, 1));
  });

  test("statistics of spans in a range, by time and function; `from` counts, `until` does not", async () => {
    const store = await fresh(open);
    const rows = [
      statistic("f1", 0),
      statistic("f2", 0),
      statistic("f1", MINUTE),
      statistic("f2", 2 * MINUTE),
      statistic("f1", 0, { widthMs: 60 * MINUTE }),
    ];
    await write(store, ...rows.map((row) => ({ put: "statistics", row }) as const));
    const range = { widthMs: MINUTE, from: 0, until: 2 * MINUTE };
    expect(await store.read.statistics(range)).toEqual(rows.slice(0, 3));
    expect(await store.read.statistics({ ...range, from: 1, until: 9 * MINUTE })).toEqual([rows[2], rows[3]]);
    expect(await store.read.statistics({ ...range, functionIds: ["f1", "f3", "f1"] })).toEqual([
      rows[0],
      rows[2],
    ]);
    expect(await store.read.statistics({ ...range, functionIds: ["f2", "f1"] })).toEqual(rows.slice(0, 3));
    expect(await store.read.statistics({ ...range, functionIds: [] })).toEqual([]);
    expect(await store.read.lastStatistic(MINUTE)).toBe(2 * MINUTE);
    expect(await store.read.lastStatistic(60 * MINUTE)).toBe(0);
    expect(await store.read.lastStatistic(1)).toBeNull();
    await write(store, { put: "statistics", row: statistic("f1", 0, { failed: 9 }) });
    expect((await store.read.statistics(range))[0]).toEqual(statistic("f1", 0, { failed: 9 }));
    await write(store, { remove: "statistics", key: { functionId: "f1", widthMs: MINUTE, at: 0 } });
    expect(await store.read.statistics(range)).toEqual(rows.slice(1, 3));
  });

  test("statistics of all functions together (no id) are rows like any other", async () => {
    const store = await fresh(open);
    const rows = [statistic("", 0), statistic("f1", 0), statistic("", MINUTE)];
    await write(store, ...rows.map((row) => ({ put: "statistics", row }) as const));
    const range = { widthMs: MINUTE, from: 0, until: 9 * MINUTE };
    expect(await store.read.statistics(range)).toEqual(rows);
    expect(await store.read.statistics({ ...range, functionIds: [""] })).toEqual([rows[0], rows[2]]);
    expect(await store.read.lastStatistic(MINUTE)).toBe(MINUTE);
  });

  test("bytes: a number that the data make larger, or null where there are none", async () => {
    const store = await fresh(open);
    const before = await store.read.bytes();
    const value = "x".repeat(200_000);
    await write(store, { insert: "payloads", row: { owner: "e1", name: "event", value } });
    const after = await store.read.bytes();
    if (before === null) expect(after).toBeNull();
    else expect(after).toBeGreaterThan(before);
  });
}
