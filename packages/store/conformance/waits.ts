/** What waits is found by name: paths, signals, pages of waits; and what a run keeps under a name of its own. */
import { SIGNAL_ANCHOR } from "@stepwell/core";
import { expect, test } from "vitest";
import type { Store } from "../port.ts";
import { event, fresh, NOW, type OpenStore, payload, run, see, wait, write } from "./sample-rows.ts";

const path = (name: string, at: string) =>
  ({ insert: "waitPaths", row: { name, path: at }, orIgnore: true }) as const;
const waiting = (id: string, over: Parameters<typeof wait>[1] = {}) =>
  ({ insert: "waits", row: wait(id, over) }) as const;
const signal = (id: string, name: string, over: Parameters<typeof wait>[1] = {}) =>
  waiting(id, { kind: "signal", name, anchor: SIGNAL_ANCHOR, expression: null, ...over });
const ids = (rows: readonly { id: string }[] | undefined) => rows?.map((row) => row.id);

export function waitSuite(open: OpenStore): void {
  test("awaited: of the names asked for, those with paths, each with all of them", async () => {
    const store = await fresh(open);
    await write(store, path("a", "data.z"), path("a", "*"), path("a", "data.b"), path("b", "data.x"));
    const { awaited } = await see(store, { awaited: ["a", "none", "b", "a"] });
    expect([...awaited.entries()].map(([name, paths]) => [name, [...paths].sort()]).sort()).toEqual([
      ["a", ["*", "data.b", "data.z"]],
      ["b", ["data.x"]],
    ]);
    expect((await see(store, { awaited: [] })).awaited.size).toBe(0);
    expect(await store.read.waitPaths("a")).toEqual(["*", "data.b", "data.z"]);
    expect(await store.read.waitPaths("none")).toEqual([]);
  });

  test("awaited: names are compared to the letter", async () => {
    const store = await fresh(open);
    await write(store, path("Shop/Paid", "*"));
    const { awaited } = await see(store, { awaited: ["shop/paid", "Shop/Paid", "Shop/Paid "] });
    expect([...awaited.keys()]).toEqual(["Shop/Paid"]);
  });

  test("a path that is there already is left alone, in the same commit and in a later one", async () => {
    const store = await fresh(open);
    await write(store, path("a", "data.b"), path("a", "data.b"));
    await write(store, path("a", "data.b"), path("a", "data.c"));
    expect(await store.read.waitPaths("a")).toEqual(["data.b", "data.c"]);
  });

  test("signals: who waits for each, in the order of waiting, whatever the ids", async () => {
    const store = await fresh(open);
    await write(
      store,
      signal("w9", "s/1"),
      signal("w5", "s/2", { runId: "r2" }),
      signal("w1", "s/1", { until: 1 }),
    );
    const { signals } = await see(store, { signals: ["s/1", "none", "s/2"] });
    expect([...signals.keys()].sort()).toEqual(["s/1", "s/2"]);
    expect(ids(signals.get("s/1"))).toEqual(["w9", "w1"]);
    expect(signals.get("s/2")).toEqual([
      { ...signal("w5", "s/2", { runId: "r2" }).row, seq: expect.any(Number) },
    ]);
    expect((await see(store, { signals: [] })).signals.size).toBe(0);
  });

  test("signals: a wait for an event of that name is none, and no event finds a wait for a signal", async () => {
    const store = await fresh(open);
    await write(
      store,
      signal("w1", "both"),
      waiting("w2", { name: "both" }),
      waiting("w3", { kind: "cancel", name: "both", step: null }),
    );
    expect(ids((await see(store, { signals: ["both"] })).signals.get("both"))).toEqual(["w1"]);
    const ask = { name: "both", anchors: ["*"], after: null, limit: 9 };
    expect(ids((await see(store, { waits: ask })).waits)).toEqual(["w2", "w3"]);
  });

  test("signals: a wait that was taken away, with its run or alone, waits no more", async () => {
    const store = await fresh(open);
    await write(
      store,
      signal("w1", "s"),
      signal("w2", "s", { runId: "r2" }),
      signal("w3", "s", { runId: "r3" }),
    );
    await write(store, { clear: "waits", runId: "r1" }, { remove: "waits", key: { id: "w3" } });
    expect(ids((await see(store, { signals: ["s"] })).signals.get("s"))).toEqual(["w2"]);
  });

  test("waits have a place in one sequence with events and runs", async () => {
    const store = await fresh(open);
    await write(store, { insert: "events", row: event("e1") });
    await write(store, waiting("w1"));
    await write(store, { insert: "runs", row: run("r1") }, { insert: "events", row: event("e2") });
    const ask = { name: "shop/paid", anchors: ["*"], after: null, limit: 9 };
    const [first] = await store.read.waits(ask);
    const seqs = [(await store.read.event("e1"))?.row.seq, first?.seq, (await store.read.run("r1"))?.seq];
    const last = (await store.read.event("e2"))?.row.seq;
    expect([...seqs, last]).toEqual([...seqs, last].toSorted((a, b) => Number(a) - Number(b)));
    expect(new Set([...seqs, last]).size).toBe(4);
  });

  test("reads.waits: the same rows as the slice, page by page, neither gap nor overlap", async () => {
    const store = await fresh(open);
    const all = Array.from({ length: 23 }, (_, index) => `w${String(index).padStart(2, "0")}`);
    await write(
      store,
      ...all.map((id, index) => waiting(id, { anchor: ["x", "y", "*"][index % 3] ?? "*" })),
      waiting("w00b", { anchor: "z" }),
      waiting("w00c", { anchor: "x", name: "other" }),
    );
    for (const limit of [1, 5, 23, 24]) expect(await pages(store, limit)).toEqual(all);
    const ask = { name: "shop/paid", anchors: ["y", "*"], after: "w10", limit: 4 };
    expect(await store.read.waits(ask)).toEqual((await see(store, { waits: ask })).waits);
    expect(await store.read.waits({ ...ask, anchors: [] })).toEqual([]);
    expect(await store.read.waits({ ...ask, after: "w22" })).toEqual([]);
  });

  test("reads.waits: what is taken away between two pages is not shown, and shifts nothing", async () => {
    const store = await fresh(open);
    await write(store, ...["a", "b", "c", "d"].map((id) => waiting(id, { runId: id })));
    const ask = { name: "shop/paid", anchors: ["*"], limit: 2 };
    expect(ids(await store.read.waits({ ...ask, after: null }))).toEqual(["a", "b"]);
    await write(store, { clear: "waits", runId: "b" }, { clear: "waits", runId: "c" });
    expect(ids(await store.read.waits({ ...ask, after: "b" }))).toEqual(["d"]);
  });

  test("clearing a run's waits takes those of every kind and name, and says nothing when there are none", async () => {
    const store = await fresh(open);
    await write(
      store,
      waiting("w1", { anchor: "x" }),
      waiting("w2", { kind: "cancel", name: "other", step: null }),
      signal("w3", "s"),
      waiting("w4", { runId: "r2" }),
    );
    await write(store, { clear: "waits", runId: "r1" }, { clear: "waits", runId: "nobody" });
    const left = await Promise.all(
      ["shop/paid", "other", "s"].map((name) =>
        store.read.waits({ name, anchors: ["*", "x", SIGNAL_ANCHOR], after: null, limit: 9 }),
      ),
    );
    expect(left.map((rows) => ids(rows))).toEqual([["w4"], [], []]);
  });

  test("reads.payload: what a run or an event keeps under a name, or null", async () => {
    const store = await fresh(open);
    await write(
      store,
      payload("r1", "input:a", [1, { b: null }]),
      payload("r1", "request:g", { url: "http://h" }),
      payload("r2", "input:a", [2]),
      payload("e1", "event", { data: 1 }),
    );
    expect(await store.read.payload("r1", "input:a")).toEqual([1, { b: null }]);
    expect(await store.read.payload("r1", "request:g")).toEqual({ url: "http://h" });
    expect(await store.read.payload("r2", "input:a")).toEqual([2]);
    expect(await store.read.payload("e1", "event")).toEqual({ data: 1 });
    expect(await store.read.payload("r1", "input:b")).toBeNull();
    expect(await store.read.payload("nobody", "input:a")).toBeNull();
  });

  test("a payload that is there already stays, when the change allows it, and may go later", async () => {
    const store = await fresh(open);
    const kept = (value: number) =>
      ({ insert: "payloads", row: { owner: "r1", name: "input:a", value }, orIgnore: true }) as const;
    await write(store, kept(1));
    await write(store, kept(2), { insert: "waitPaths", row: { name: "n", path: "p" } });
    expect(await store.read.payload("r1", "input:a")).toBe(1);
    // Without that, it is an error of the whole commit.
    await expect(write(store, payload("r1", "input:a", 3), path("n", "q"))).rejects.toThrow();
    expect(await store.read.waitPaths("n")).toEqual(["p"]);
    await write(store, { remove: "payloads", key: { owner: "r1", name: "input:a" } });
    expect(await store.read.payload("r1", "input:a")).toBeNull();
    await write(store, kept(4));
    expect(await store.read.payload("r1", "input:a")).toBe(4);
  });

  test("a wait keeps its end and its expression as they were", async () => {
    const store = await fresh(open);
    const row = wait("w1", {
      anchor: "data.id\nstring\nü",
      expression: '//frozen {"event.data.id":"ü\\n"}\nasync.data.id == event.data.id',
      until: NOW + 5,
    });
    await write(store, { insert: "waits", row });
    const ask = { name: row.name, anchors: [row.anchor], after: null, limit: 9 };
    expect(await store.read.waits(ask)).toEqual([{ ...row, seq: expect.any(Number) }]);
  });
}

async function pages(store: Store, limit: number): Promise<string[]> {
  const found: string[] = [];
  for (let after: string | null = null; ; ) {
    const rows = await store.read.waits({ name: "shop/paid", anchors: ["*", "y", "x"], after, limit });
    expect(rows.length).toBeLessThanOrEqual(limit);
    found.push(...rows.map((row) => row.id));
    after = rows.at(-1)?.id ?? null;
    if (rows.length < limit) return found;
  }
}
