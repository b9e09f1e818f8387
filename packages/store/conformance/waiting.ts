/** What says why a run waits (wakes, lanes, cells, holders), and what gates made of an event. */
import type { Change, OutcomeRow } from "@stepwell/core";
import { expect, test } from "vitest";
import { fresh, lane, later, lease, NOW, type OpenStore, wake, write, writeAsPool } from "./sample-rows.ts";

const outcome = (eventId: string, functionId: string, over: Partial<OutcomeRow> = {}): OutcomeRow => ({
  eventId,
  functionId,
  at: NOW,
  outcome: "limited",
  cell: "rate:f",
  leader: null,
  runId: null,
  detail: { limit: 1, until: NOW + 5 },
  ...over,
});
const put = (row: OutcomeRow): Change => ({ insert: "outcomes", row, orIgnore: true });

export function waitingSuite(open: OpenStore): void {
  test("all wakes of a run, queued and later, by due time", async () => {
    const store = await fresh(open);
    const mine = [later("b", NOW + 9, "r"), wake("a", { runId: "r" }), later("c", NOW + 3, "r")];
    await write(store, ...[...mine, wake("x")].map((row): Change => ({ insert: "wakes", row })));
    expect((await store.read.runWakes("r")).map(({ id }) => id)).toEqual(["a", "c", "b"]);
    expect(await store.read.runWakes("none")).toEqual([]);
  });

  test("how many of its lane come before a wake: by score, then id, and no further than asked for", async () => {
    const store = await fresh(open);
    const rows = [wake("a", { score: 2 }), wake("b", { score: 2 }), wake("c", { score: 1 }), wake("d")];
    await write(
      store,
      ...[...rows, wake("z", { lane: "other", score: 0 })].map((row): Change => ({ insert: "wakes", row })),
    );
    const before = (id: string, score: number, most = 9) =>
      store.read.queuedBefore({ id, lane: "l", score }, most);
    expect(await before("b", 2)).toBe(3);
    expect(await before("a", 2)).toBe(2);
    expect(await before("c", 1)).toBe(0);
    expect(await before("b", 2, 2)).toBe(2);
  });

  test("lanes and cells by name; those that have no row are left out", async () => {
    const store = await fresh(open);
    await writeAsPool(
      store,
      { put: "lanes", row: lane("l1", { blocked: "c1", cells: ["c1"] }) },
      { put: "lanes", row: lane("l2") },
      { put: "cells", row: { cell: "c1", used: 3, state: null } },
      { put: "cells", row: { cell: "c2", used: 0, state: { v: 1, fullAt: NOW } } },
    );
    expect(await store.read.lanes(["l1", "none"])).toEqual([lane("l1", { blocked: "c1", cells: ["c1"] })]);
    expect(await store.read.cells(["c2", "none"])).toEqual([
      { cell: "c2", used: 0, state: { v: 1, fullAt: NOW } },
    ]);
    expect(await store.read.lanes([])).toEqual([]);
  });

  test("who holds a cell: live leases of calls, or of runs, that name it whole", async () => {
    const store = await fresh(open);
    const rows = [
      lease("b", { cells: ["c", "d"] }),
      lease("a", { cells: ["c"] }),
      lease("gone", { cells: ["c"], freed: true }),
      lease("other", { cells: ["cc", 'x"c'] }),
      lease("run:r", { cells: ["c"], node: "" }),
    ];
    await write(store, ...rows.map((row): Change => ({ insert: "leases", row })));
    const holders = async (cell: string, ofRuns: boolean, limit = 9) =>
      (await store.read.holders(cell, ofRuns, limit)).map(({ id }) => id);
    expect(await holders("c", false)).toEqual(["a", "b"]);
    expect(await holders("c", false, 1)).toEqual(["a"]);
    expect(await holders("c", true)).toEqual(["run:r"]);
    expect(await holders('x"c', false)).toEqual(["other"]);
  });

  test("outcomes of an event, one a function; the first one stays, and a later commit adds its run", async () => {
    const store = await fresh(open);
    await write(
      store,
      put(outcome("e", "g")),
      put(outcome("e", "f", { leader: "e" })),
      put(outcome("x", "f")),
    );
    await write(store, put(outcome("e", "f", { outcome: "refused" })));
    await write(store, {
      update: "outcomes",
      key: { eventId: "e", functionId: "f" },
      set: { runId: "r" },
    });
    expect(await store.read.outcomes("e")).toEqual([
      outcome("e", "f", { leader: "e", runId: "r" }),
      outcome("e", "g"),
    ]);
    expect(await store.read.outcomes("none")).toEqual([]);
  });
}
