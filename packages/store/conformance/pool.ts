/** What a claim sees (hard-parts.md §1): who is looked at, how far, and what is cut. */
import { type Change, idleLook } from "@stepwell/core";
import { expect, test } from "vitest";
import type { LaneSeen, PoolSlice, Store } from "../port.ts";
import { fresh, lane, lease, nudge, type OpenStore, see, wake, write, writeAsPool } from "./sample-rows.ts";

const unlimited = () => Number.POSITIVE_INFINITY;

async function look(
  store: Store,
  {
    want = 10,
    limits = unlimited,
  }: { want?: number; limits?: (cell: string, functionId: string) => number } = {},
): Promise<PoolSlice> {
  const { pool } = await see(store, { pool: { pool: "p", want, limits } });
  if (pool === "busy") throw new Error("one engine is never busy");
  return pool;
}

const named = (slice: PoolSlice, name: string): LaneSeen => {
  const found = slice.lanes.find((one) => one.lane === name);
  if (found === undefined) throw new Error(`lane ${name} is not seen`);
  return found;
};
const ids = (rows: readonly { id: string }[]) => rows.map((row) => row.id);
const queued = (id: string, laneName: string, score: number): Change => ({
  insert: "wakes",
  row: wake(id, { lane: laneName, score }),
});

export function poolSuite(open: OpenStore): void {
  test("an empty pool shows nothing", async () => {
    const store = await fresh(open);
    expect(await look(store)).toEqual({
      freed: [],
      nudges: [],
      moreNudges: false,
      lanes: [],
      cut: [],
      moreOpen: false,
      idle: [],
      cells: new Map(),
    });
  });

  test("freed leases of this pool only, by id", async () => {
    const store = await fresh(open);
    await write(
      store,
      { insert: "leases", row: lease("l3", { freed: true }) },
      { insert: "leases", row: lease("l1", { freed: true }) },
      { insert: "leases", row: lease("l2") },
      { insert: "leases", row: lease("l0", { freed: true, pool: "other" }) },
    );
    expect(ids((await look(store)).freed)).toEqual(["l1", "l3"]);
  });

  test("nudges of this pool in the order of writing, at most 300", async () => {
    const store = await fresh(open);
    const many = Array.from({ length: 301 }, (_, index) => nudge({ lane: `l${index}`, score: index }));
    await write(store, { insert: "nudges", row: nudge({ pool: "other" }) });
    await write(store, ...many.map((row) => ({ insert: "nudges" as const, row })));
    const slice = await look(store);
    expect(slice.nudges.map((row) => row.lane)).toEqual(many.slice(0, 300).map((row) => row.lane));
    expect(slice.moreNudges).toBe(true);
    expect(slice.lanes).toHaveLength(300);
    await writeAsPool(store, { remove: "nudges", key: { id: slice.nudges[0]?.id ?? 0 } });
    expect((await look(store)).moreNudges).toBe(false);
  });

  test("a lane known from nudges only: cells and floor from them, no row", async () => {
    const store = await fresh(open);
    await write(
      store,
      queued("w1", "l", 7),
      queued("w2", "l", 9),
      queued("w0", "elsewhere", 1),
      { insert: "nudges", row: nudge({ lane: "l", cells: ["c"], score: 9 }) },
      { insert: "nudges", row: nudge({ lane: "l", cells: ["c"], score: 7 }) },
    );
    const slice = await look(store);
    expect(slice.lanes).toHaveLength(1);
    expect(named(slice, "l")).toMatchObject({ cells: ["c"], row: null, low: 7, limit: 11 });
    expect(named(slice, "l").heads).toEqual([
      wake("w1", { lane: "l", score: 7 }),
      wake("w2", { lane: "l", score: 9 }),
    ]);
  });

  test("the floor is the lower of the row's head and the nudged scores, and heads start there", async () => {
    const store = await fresh(open);
    await write(
      store,
      queued("w1", "a", 3),
      queued("w2", "a", 5),
      queued("w3", "b", 3),
      queued("w4", "b", 5),
    );
    await writeAsPool(
      store,
      { put: "lanes", row: lane("a", { head: 5 }) },
      { put: "lanes", row: lane("b", { head: 5 }) },
      { insert: "nudges", row: nudge({ lane: "a", score: 3 }) },
    );
    const slice = await look(store);
    expect([named(slice, "a").low, named(slice, "b").low]).toEqual([3, 5]);
    expect(ids(named(slice, "a").heads)).toEqual(["w1", "w2"]);
    expect(ids(named(slice, "b").heads)).toEqual(["w4"]);
  });

  test("heads by score, then id", async () => {
    const store = await fresh(open);
    await write(store, queued("w3", "l", 5), queued("w1", "l", 5), queued("w2", "l", 4));
    await writeAsPool(store, { put: "lanes", row: lane("l", { head: 1 }) });
    expect(ids(named(await look(store), "l").heads)).toEqual(["w2", "w1", "w3"]);
  });

  test("as many heads as the fullest cell has room, and one more; never more than wanted and one", async () => {
    const store = await fresh(open);
    const wakes = Array.from({ length: 20 }, (_, index) => queued(`w${index + 10}`, "l", index));
    await write(store, ...wakes);
    await writeAsPool(
      store,
      { put: "lanes", row: lane("l", { head: 0, cells: ["narrow", "wide"] }) },
      { put: "cells", row: { cell: "narrow", used: 3, state: null } },
      { put: "cells", row: { cell: "wide", used: 3, state: null } },
    );
    const limits = (cell: string) => (cell === "narrow" ? 5 : 100);
    const seen = named(await look(store, { limits }), "l");
    expect([seen.limit, seen.heads.length]).toEqual([3, 3]);
    const few = named(await look(store, { limits, want: 1 }), "l");
    expect([few.limit, few.heads.length]).toEqual([2, 2]);
    const full = named(await look(store, { limits: () => 3 }), "l");
    expect([full.limit, full.heads.length]).toEqual([1, 1]);
    const lowered = named(await look(store, { limits: () => 1 }), "l");
    expect([lowered.limit, lowered.heads.length]).toEqual([1, 1]);
    const nothing = named(await look(store, { want: 0 }), "l");
    expect([nothing.limit, nothing.heads.length]).toEqual([1, 1]);
  });

  test("what is freed now counts as room", async () => {
    const store = await fresh(open);
    await write(store, queued("w1", "l", 1), queued("w2", "l", 2), queued("w3", "l", 3), {
      insert: "leases",
      row: lease("l1", { freed: true, cells: ["c"] }),
    });
    await writeAsPool(
      store,
      { put: "lanes", row: lane("l", { cells: ["c"], blocked: "c" }) },
      { put: "cells", row: { cell: "c", used: 1, state: null } },
    );
    const slice = await look(store, { limits: () => 1 });
    expect(ids(named(slice, "l").heads)).toEqual(["w1", "w2"]);
    expect(slice.cells).toEqual(new Map([["c", { cell: "c", used: 1, state: null }]]));
  });

  test("open lanes: the 50 with the lowest heads, of this pool; blocked ones are left out", async () => {
    const store = await fresh(open);
    const lanes = Array.from({ length: 51 }, (_, index) => lane(`l${index}`, { head: 100 - index }));
    await writeAsPool(
      store,
      ...lanes.map((row) => ({ put: "lanes" as const, row })),
      { put: "lanes", row: lane("other", { pool: "q", head: 0 }) },
      { put: "lanes", row: lane("stuck", { head: 0, blocked: "c", cells: ["c"] }) },
    );
    const slice = await look(store);
    expect(slice.moreOpen).toBe(true);
    expect(slice.lanes).toHaveLength(50);
    expect(slice.lanes.map((seen) => seen.lane)).not.toContain("l0");
    await writeAsPool(store, { remove: "lanes", key: { lane: "l7" } });
    expect((await look(store)).moreOpen).toBe(false);
  });

  test("lanes blocked on a cell that got room: 20 per cell with the lowest heads, the cut is told", async () => {
    const store = await fresh(open);
    const on = (cell: string, count: number) =>
      Array.from({ length: count }, (_, index) => ({
        put: "lanes" as const,
        row: lane(`${cell}-${index}`, { head: 100 - index, cells: [cell], blocked: cell }),
      }));
    await writeAsPool(store, ...on("many", 22), ...on("few", 20), ...on("quiet", 3));
    await write(
      store,
      { insert: "leases", row: lease("l1", { freed: true, cells: ["many"] }) },
      { insert: "nudges", row: nudge({ cells: ["few"] }) },
    );
    const slice = await look(store);
    expect(slice.cut).toEqual([{ cell: "many", functionId: "f" }]);
    const seen = slice.lanes.map((one) => one.lane);
    expect(seen.filter((name) => name.startsWith("many-"))).toHaveLength(20);
    expect(seen).not.toContain("many-0");
    expect(seen).not.toContain("many-1");
    expect(seen.filter((name) => name.startsWith("few-"))).toHaveLength(20);
    expect(seen.filter((name) => name.startsWith("quiet-"))).toEqual([]);
  });

  test("lanes of several functions blocked on one cell: a few of each that has room, its lowest heads", async () => {
    const store = await fresh(open);
    const of = (functionId: string, count: number, first: number) =>
      Array.from({ length: count }, (_, index) => {
        const name = `${functionId} ${String(index).padStart(2, "0")}`;
        const row = lane(name, { functionId, head: first + index, cells: ["shared"], blocked: "shared" });
        return { put: "lanes" as const, row };
      });
    await writeAsPool(store, ...of("strict", 30, 0), ...of("wide", 12, 1000), ...of("free", 3, 2000), {
      put: "cells",
      row: { cell: "shared", used: 3, state: null },
    });
    await write(store, { insert: "leases", row: lease("l1", { freed: true, cells: ["shared"] }) });
    const numbers: Record<string, number> = { strict: 2, wide: 5 };
    const limits = (_: string, functionId: string) => numbers[functionId] ?? Number.POSITIVE_INFINITY;
    const slice = await look(store, { limits });
    const seen = (functionId: string) =>
      slice.lanes
        .map((one) => one.lane)
        .filter((name) => name.startsWith(functionId))
        .sort();
    expect(seen("strict")).toEqual([]);
    expect(seen("wide")).toEqual(Array.from({ length: 10 }, (_, n) => `wide ${String(n).padStart(2, "0")}`));
    expect(seen("free")).toEqual(["free 00", "free 01", "free 02"]);
    expect(slice.cut).toEqual([{ cell: "shared", functionId: "wide" }]);
    const all = await look(store, { limits: () => 3 });
    expect(all.lanes.filter((one) => one.lane.startsWith("strict"))).toHaveLength(6);
    expect(all.cut.map(({ functionId }) => functionId)).toEqual(["strict", "wide"]);
    const none = await look(store, { limits: () => 2 });
    expect([none.lanes, none.cut]).toEqual([[], []]);
  });

  test("how far it looks into a lane goes by the number of the lane's own function", async () => {
    const store = await fresh(open);
    const wakes = ["f", "g"].flatMap((fn) =>
      Array.from({ length: 9 }, (_, index) => queued(`${fn}${index}`, `${fn} shared`, index)),
    );
    await write(store, ...wakes);
    await writeAsPool(
      store,
      { put: "lanes", row: lane("f shared", { functionId: "f", head: 0, cells: ["shared"] }) },
      { put: "lanes", row: lane("g shared", { functionId: "g", head: 0, cells: ["shared"] }) },
    );
    const slice = await look(store, { limits: (_, functionId) => (functionId === "f" ? 1 : 4) });
    expect([named(slice, "f shared").limit, named(slice, "g shared").limit]).toEqual([2, 5]);
  });

  test("nudges that name cells: as many as one claim can look at, the first one whole", async () => {
    const store = await fresh(open);
    const cells = (from: number, count: number) => Array.from({ length: count }, (_, n) => `c${from + n}`);
    for (const of of [cells(0, 250), cells(250, 50), cells(300, 1)])
      await write(store, { insert: "nudges", row: nudge({ cells: of }) });
    const slice = await look(store);
    expect([slice.nudges.length, slice.moreNudges]).toEqual([2, true]);
    const other = await fresh(open);
    await write(other, { insert: "nudges", row: nudge({ cells: cells(0, 400) }) });
    expect((await look(other)).nudges).toHaveLength(1);
  });

  test("throttled cells that a nudge asks for: a function's, 100 by name, and whether there are more", async () => {
    const store = await fresh(open);
    const name = (fn: string, n: number) => `throttle:["${fn}",null,"${String(n).padStart(3, "0")}"]`;
    const put = (cell: string): Change => ({ put: "cells", row: { cell, used: 0, state: { fullAt: 1 } } });
    const all = Array.from({ length: 101 }, (_, n) => name("F", n));
    await writeAsPool(store, ...all.toReversed().map(put), put(name("E", 1)), put(name("FF", 1)), put("zz"));
    await write(store, { insert: "nudges", row: nudge({ cells: [idleLook("F")] }) });
    const first = await look(store);
    expect(first.idle.map((one) => [one.look, one.more])).toEqual([[idleLook("F"), true]]);
    expect(first.idle[0]?.cells.map((row) => row.cell)).toEqual(all.slice(0, 100));
    expect([...first.cells.keys()].sort()).toEqual(all.slice(0, 100));
    await writeAsPool(store, { remove: "nudges", key: { id: first.nudges[0]?.id ?? 0 } });
    await write(store, { insert: "nudges", row: nudge({ cells: [idleLook("F", all[99])] }) });
    const rest = await look(store);
    expect(rest.idle).toMatchObject([{ cells: [{ cell: all[100] }], more: false }]);
  });

  test("a lane is seen once, whatever it is known from", async () => {
    const store = await fresh(open);
    await write(
      store,
      { insert: "nudges", row: nudge({ lane: "l", cells: ["c"], score: 4 }) },
      { insert: "nudges", row: nudge({ cells: ["c"] }) },
      { insert: "leases", row: lease("l1", { freed: true, cells: ["c"] }) },
    );
    await writeAsPool(store, { put: "lanes", row: lane("l", { cells: ["c"], head: 6, blocked: "c" }) });
    const slice = await look(store);
    expect(slice.lanes).toHaveLength(1);
    expect(named(slice, "l")).toMatchObject({ low: 4, row: { head: 6, blocked: "c" } });
  });

  test("every cell of a freed lease, a nudge or a lane is shown, when it is stored", async () => {
    const store = await fresh(open);
    const cell = (name: string): Change => ({ put: "cells", row: { cell: name, used: 1, state: { at: 1 } } });
    await writeAsPool(
      store,
      ...["of-lease", "of-nudge", "of-new-lane", "of-lane", "unrelated"].map(cell),
      { put: "lanes", row: lane("l", { cells: ["of-lane", "absent"] }) },
      { insert: "leases", row: lease("l1", { freed: true, cells: ["of-lease"] }) },
      { insert: "nudges", row: nudge({ cells: ["of-nudge"] }) },
      { insert: "nudges", row: nudge({ lane: "new", cells: ["of-new-lane"], score: 1 }) },
    );
    const { cells } = await look(store);
    expect([...cells.keys()].sort()).toEqual(["of-lane", "of-lease", "of-new-lane", "of-nudge"]);
    expect(cells.get("of-lane")).toEqual({ cell: "of-lane", used: 1, state: { at: 1 } });
  });

  test("wakes that nudges call gone are not among the heads, and those behind them move up", async () => {
    const store = await fresh(open);
    await write(
      store,
      ...[1, 2, 3, 4].map((n) => queued(`w${n}`, "l", n)),
      { insert: "nudges", row: nudge({ lane: "l", cells: ["c"], score: 1, gone: "w1" }) },
      { insert: "nudges", row: nudge({ lane: "l", cells: ["c"], score: 2, gone: "w2" }) },
    );
    const seen = named(await look(store, { limits: () => 1 }), "l");
    expect([seen.limit, seen.low]).toEqual([2, 1]);
    expect(ids(seen.heads)).toEqual(["w3", "w4"]);
  });

  test("a claim in a group sees what a settle of the same group freed", async () => {
    const store = await fresh(open);
    await write(store, { insert: "leases", row: lease("l1") });
    const settle = write(store, { update: "leases", key: { id: "l1" }, set: { freed: true } });
    const claim = look(store);
    await settle;
    expect(ids((await claim).freed)).toEqual(["l1"]);
  });
}
