import { describe, expect, test } from "vitest";
import type { Moment } from "../model/moment.ts";
import type { CellRow, LaneRow, LeaseRow, WakeRow } from "../model/queue.ts";
import type { Change } from "../model/tables.ts";
import { claim, type LaneView, type Limits, type PoolView } from "./capacity.ts";

let ids = 0;
const moment: Moment = { now: 1000, id: () => `id-${(ids += 1)}`, roll: () => 0 };
const wake = (id: string, lane: string, score: number): WakeRow => ({
  id,
  job: { kind: "call", call: { target: null, attempt: 0, generation: 1 } },
  runId: `run-${id}`,
  lane,
  score,
  dueAt: score,
});
const lane = (
  name: string,
  cells: string[],
  wakes: WakeRow[],
  row: Partial<LaneRow> | null = {},
  limit = 50,
): LaneView => ({
  lane: name,
  cells,
  row:
    row === null
      ? null
      : { lane: name, pool: "p", functionId: name, cells, head: wakes[0]?.score ?? 0, blocked: null, ...row },
  low: wakes[0]?.score ?? 0,
  heads: wakes,
  limit,
});
const pool = (view: Partial<PoolView>): PoolView => ({
  freed: [],
  nudges: [],
  moreNudges: false,
  lanes: [],
  cut: [],
  idle: [],
  moreOpen: false,
  cells: new Map(),
  ...view,
});
const cells = (used: Record<string, number>): Map<string, CellRow> =>
  new Map(Object.entries(used).map(([cell, count]) => [cell, { cell, used: count, state: null }]));
const lease = (id: string, cells: string[]): LeaseRow => ({
  id,
  pool: "p",
  runId: "r",
  lane: "l",
  score: 1,
  cells,
  node: "n",
  freed: true,
  call: { target: null, attempt: 0, generation: 1 },
  at: 0,
});
const limits = (of: Record<string, number>): Limits => ({
  of: (cell) => of[cell] ?? Number.POSITIVE_INFINITY,
  pace: () => null,
  isPaused: () => false,
});
const put = (write: Change[], table: string) =>
  write.filter((c) => "put" in c && c.put === table).map((c) => ("put" in c ? c.row : null));
const removed = (write: Change[], table: string) =>
  write.filter((c) => "remove" in c && c.remove === table).map((c) => ("remove" in c ? c.key : null));

describe("a claim", () => {
  test("grants by score across lanes and never more than it wants", () => {
    const seen = pool({
      lanes: [
        lane("a", [], [wake("a1", "a", 10), wake("a2", "a", 30)]),
        lane("b", [], [wake("b1", "b", 20)]),
      ],
    });
    const two = claim("p", seen, 2, limits({}), "n", moment);
    expect(two.leases.map((l) => l.runId)).toEqual(["run-a1", "run-b1"]);
    expect(two.again).toBe(true);
    expect(put(two.write, "lanes")).toEqual([
      { lane: "a", pool: "p", functionId: "a", cells: [], head: 30, blocked: null },
    ]);
    expect(removed(two.write, "lanes")).toEqual([{ lane: "b" }]);
  });

  test("fills a cell to its limit and blocks the lane on it", () => {
    const seen = pool({
      lanes: [lane("a", ["c"], [wake("1", "a", 1), wake("2", "a", 2), wake("3", "a", 3)])],
      cells: cells({ c: 1 }),
    });
    const done = claim("p", seen, 10, limits({ c: 2 }), "n", moment);
    expect(done.leases).toHaveLength(1);
    expect(put(done.write, "cells")).toEqual([{ cell: "c", used: 2, state: null }]);
    expect(put(done.write, "lanes")).toEqual([
      { lane: "a", pool: "p", functionId: "a", cells: ["c"], head: 2, blocked: "c" },
    ]);
    expect(done.again).toBe(false);
  });

  test("collects freed leases before it counts, and removes a cell that nobody uses", () => {
    const seen = pool({
      freed: [lease("x", ["c"]), lease("y", ["d"])],
      lanes: [lane("a", ["c"], [wake("1", "a", 1)])],
      cells: cells({ c: 1, d: 1 }),
    });
    const done = claim("p", seen, 10, limits({ c: 1, d: 1 }), "n", moment);
    expect(done.leases).toHaveLength(1);
    expect(removed(done.write, "leases")).toEqual([{ id: "x" }, { id: "y" }]);
    expect(removed(done.write, "cells")).toEqual([{ cell: "d" }]);
    expect(put(done.write, "cells")).toEqual([]);
  });

  test("takes all cells of a call or none", () => {
    const seen = pool({
      lanes: [lane("a", ["narrow", "wide"], [wake("1", "a", 1)])],
      cells: cells({ wide: 1 }),
    });
    const done = claim("p", seen, 10, limits({ narrow: 1, wide: 1 }), "n", moment);
    expect(done.leases).toEqual([]);
    expect(put(done.write, "cells")).toEqual([]);
    expect(put(done.write, "lanes")).toMatchObject([{ blocked: "wide" }]);
  });

  test("a blocked key does not block another", () => {
    const seen = pool({
      lanes: [lane("a", ["ca"], [wake("1", "a", 1)]), lane("b", ["cb"], [wake("2", "b", 2)])],
      cells: cells({ ca: 1 }),
    });
    const done = claim("p", seen, 10, limits({ ca: 1, cb: 1 }), "n", moment);
    expect(done.leases.map((l) => l.lane)).toEqual(["b"]);
  });

  test("passes the baton when a cell keeps room and lanes blocked on it were cut off", () => {
    const seen = pool({
      freed: [lease("x", ["c"])],
      lanes: [lane("gone", ["c"], [], { blocked: "c" })],
      cut: [{ cell: "c", functionId: "gone" }],
      cells: cells({ c: 1 }),
    });
    const done = claim("p", seen, 10, limits({ c: 1 }), "n", moment);
    expect(done.write).toContainEqual({
      insert: "nudges",
      row: { pool: "p", lane: null, cells: ["c"], score: null, gone: null },
    });
    expect(done.again).toBe(true);
  });

  test("a lane whose shown heads are all granted keeps a floor and is looked at again", () => {
    const seen = pool({ lanes: [lane("a", [], [wake("1", "a", 5), wake("2", "a", 6)], {}, 2)] });
    const done = claim("p", seen, 5, limits({}), "n", moment);
    expect(done.leases).toHaveLength(2);
    expect(put(done.write, "lanes")).toMatchObject([{ lane: "a", head: 6, blocked: null }]);
    expect(done.again).toBe(true);
  });

  test("removes the wakes that nudges call gone", () => {
    const nudges = [{ id: 7, pool: "p", lane: "a", cells: [], score: 1, gone: "w" }];
    const done = claim("p", pool({ nudges, lanes: [lane("a", [], [], null)] }), 5, limits({}), "n", moment);
    expect(removed(done.write, "wakes")).toEqual([{ id: "w" }]);
    expect(removed(done.write, "nudges")).toEqual([{ id: 7 }]);
    expect(removed(done.write, "lanes")).toEqual([]);
  });
});
