/** What a commit sees, slice by slice (the pool has a suite of its own). */
import { expect, test } from "vitest";
import {
  app,
  event,
  fn,
  fresh,
  later,
  lease,
  NOW,
  type OpenStore,
  run,
  see,
  state,
  step,
  wait,
  wake,
  write,
} from "./sample-rows.ts";

export function sliceSuite(open: OpenStore): void {
  test("run: its row, its state, of the steps asked for those stored, all its wakes", async () => {
    const store = await fresh(open);
    await write(
      store,
      { insert: "runs", row: run("r1") },
      { insert: "runStates", row: { runId: "r1", state } },
      { insert: "steps", row: step("r1", "s1", 0) },
      { insert: "steps", row: step("r1", "s2", 1) },
      { insert: "steps", row: step("r2", "s3", 0) },
      { insert: "wakes", row: wake("w2", { runId: "r1" }) },
      { insert: "wakes", row: later("w1", NOW + 5, "r1") },
      { insert: "wakes", row: wake("w3", { runId: "r2" }) },
    );
    const seen = await see(store, { run: { runId: "r1", steps: ["s1", "s3", "none"] } });
    expect(seen.run?.run.id).toBe("r1");
    expect(seen.run?.state).toEqual(state);
    expect([...(seen.run?.steps.keys() ?? [])]).toEqual(["s1"]);
    expect(seen.run?.wakes.map((row) => row.id)).toEqual(["w1", "w2"]);
  });

  test("run: null when there is none; its state is null once it has ended", async () => {
    const store = await fresh(open);
    await write(store, { insert: "runs", row: run("r1", { status: "completed" }) });
    expect((await see(store, { run: { runId: "nobody", steps: [] } })).run).toBeNull();
    expect((await see(store, { run: { runId: "r1", steps: [] } })).run).toMatchObject({
      state: null,
      wakes: [],
    });
  });

  test("lease and wake: the row or null", async () => {
    const store = await fresh(open);
    await write(store, { insert: "leases", row: lease("l1") }, { insert: "wakes", row: later("w1", NOW) });
    await write(store, { update: "leases", key: { id: "l1" }, set: { freed: true } });
    expect(await see(store, { lease: "l1", wake: "w1" })).toEqual({
      lease: lease("l1", { freed: true }),
      wake: later("w1", NOW),
    });
    expect(await see(store, { lease: "x", wake: "x" })).toEqual({ lease: null, wake: null });
  });

  test("gates: those that are stored, expired or not: the store does not know the time", async () => {
    const store = await fresh(open);
    await write(
      store,
      { put: "gateCells", row: { key: "old", state: 1, expiresAt: 1 } },
      { put: "gateCells", row: { key: "new", state: 2, expiresAt: NOW * 2 } },
    );
    const { gates } = await see(store, { gates: ["old", "new", "none", "old"] });
    expect([...gates.keys()].sort()).toEqual(["new", "old"]);
  });

  test("events: which are stored", async () => {
    const store = await fresh(open);
    await write(store, { insert: "events", row: event("e1") }, { insert: "events", row: event("e2") });
    expect([...(await see(store, { events: ["e2", "e3"] })).events]).toEqual(["e2"]);
    expect((await see(store, { events: [] })).events.size).toBe(0);
  });

  test("app: its row and all its functions, archived ones too", async () => {
    const store = await fresh(open);
    await write(
      store,
      { insert: "apps", row: app("a1") },
      { insert: "functions", row: fn("f2", "a1", { archived: true }) },
      { insert: "functions", row: fn("f1", "a1") },
      { insert: "functions", row: fn("f3", "a2") },
    );
    expect((await see(store, { app: "a1" })).app.functions.map((row) => row.id)).toEqual(["f1", "f2"]);
    expect((await see(store, { app: "none" })).app).toEqual({ app: null, functions: [] });
  });

  test("waits: of the name, with one of the anchors, by id", async () => {
    const store = await fresh(open);
    await write(
      store,
      { insert: "waits", row: wait("w3", { anchor: "x" }) },
      { insert: "waits", row: wait("w1", { anchor: "y" }) },
      { insert: "waits", row: wait("w2", { anchor: "z" }) },
      { insert: "waits", row: wait("w4", { anchor: "x", name: "other" }) },
    );
    const ask = { name: "shop/paid", anchors: ["x", "y", "x", "none"], after: null, limit: 9 };
    const { waits } = await see(store, { waits: ask });
    expect(waits.map((row) => row.id)).toEqual(["w1", "w3"]);
    expect(waits[1]).toEqual({ ...wait("w3", { anchor: "x" }), seq: expect.any(Number) });
  });

  test("waits: pages over several anchors have neither gap nor overlap", async () => {
    const store = await fresh(open);
    const ids = Array.from({ length: 23 }, (_, index) => `w${String(index).padStart(2, "0")}`);
    await write(
      store,
      ...ids.map((id, index) => ({
        insert: "waits" as const,
        row: wait(id, { anchor: index % 3 === 0 ? "x" : "y" }),
      })),
    );
    const found: string[] = [];
    for (let after: string | null = null; ; ) {
      const ask: { name: string; anchors: string[]; after: string | null; limit: number } = {
        name: "shop/paid",
        anchors: ["y", "x"],
        after,
        limit: 5,
      };
      const { waits } = await see(store, { waits: ask });
      found.push(...waits.map((row) => row.id));
      if (waits.length < 5) break;
      after = waits.at(-1)?.id ?? null;
    }
    expect(found).toEqual(ids);
  });
}
