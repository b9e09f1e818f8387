/** The kinds of change, and that rows come back as they went in. */
import { expect, test } from "vitest";
import type { PayloadCodec } from "../payload-codec.ts";
import { identityCodec } from "../payload-codec.ts";
import {
  app,
  event,
  fn,
  fresh,
  later,
  lease,
  NOW,
  type OpenStore,
  payload,
  run,
  see,
  state,
  step,
  wait,
  wake,
  write,
} from "./sample-rows.ts";

export function writeSuite(open: OpenStore): void {
  test("rows come back as they went in", async () => {
    const store = await fresh(open);
    const config = fn("f1", "a1", { archived: true, version: 3 });
    await write(
      store,
      { insert: "apps", row: app("a1", { framework: "next", error: "unreachable: ü ✓ 'quoted'" }) },
      { insert: "functions", row: config },
      { insert: "runs", row: run("r1", { eventIds: ["e1", "e2"], cron: "0 * * * *", startedAt: NOW + 1 }) },
      { insert: "runStates", row: { runId: "r1", state } },
      { insert: "steps", row: step("r1", "s1", 0) },
      { insert: "wakes", row: wake("w1", { runId: "r1", lane: 'a lane ["x"]' }) },
      { insert: "leases", row: lease("l1", { cells: ['["fn",null,""]'] }) },
      { insert: "gateCells", row: { key: "g", state: { deep: [1, null, "ü"] }, expiresAt: NOW + 5 } },
      { insert: "nodes", row: { id: "n1", startedAt: NOW, aliveUntil: null } },
    );
    const seen = await see(store, {
      app: "a1",
      run: { runId: "r1", steps: ["s1"] },
      wake: "w1",
      lease: "l1",
      gates: ["g"],
    });
    expect(seen.app.app).toEqual(app("a1", { framework: "next", error: "unreachable: ü ✓ 'quoted'" }));
    expect(seen.app.functions).toEqual([config]);
    expect(seen.run?.run).toEqual({
      ...run("r1", { eventIds: ["e1", "e2"], cron: "0 * * * *", startedAt: NOW + 1 }),
      seq: expect.any(Number),
    });
    expect(seen.run?.state).toEqual(state);
    expect(seen.run?.steps.get("s1")).toEqual(step("r1", "s1", 0));
    expect(seen.wake).toEqual(wake("w1", { runId: "r1", lane: 'a lane ["x"]' }));
    expect(seen.lease).toEqual(lease("l1", { cells: ['["fn",null,""]'] }));
    expect(seen.gates.get("g")).toEqual({ key: "g", state: { deep: [1, null, "ü"] }, expiresAt: NOW + 5 });
  });

  test("nothing is shared with the caller: neither what went in nor what came out", async () => {
    const store = await fresh(open);
    const mine = structuredClone(state);
    await write(
      store,
      { insert: "runs", row: run("r1") },
      { insert: "runStates", row: { runId: "r1", state: mine } },
    );
    mine.stored = 99;
    const ask = { run: { runId: "r1", steps: [] } };
    const first = await see(store, ask);
    expect(first.run?.state?.stored).toBe(0);
    if (first.run?.state) first.run.state.stored = 55;
    first.run?.run.eventIds.push("x");
    const second = await see(store, ask);
    expect(second.run?.state?.stored).toBe(0);
    expect(second.run?.run.eventIds).toEqual(["e1"]);
  });

  test("orIgnore leaves the row that is there and writes the one that is not", async () => {
    const store = await fresh(open);
    const row = { key: "g", state: 1, expiresAt: null };
    await write(store, { insert: "gateCells", row });
    await write(
      store,
      { insert: "gateCells", row: { ...row, state: 2 }, orIgnore: true },
      { insert: "gateCells", row: { ...row, key: "h" }, orIgnore: true },
      { insert: "waitPaths", row: { name: "n", path: "data.id" }, orIgnore: true },
      { insert: "waitPaths", row: { name: "n", path: "data.id" }, orIgnore: true },
    );
    const { gates } = await see(store, { gates: ["g", "h"] });
    expect([gates.get("g")?.state, gates.get("h")?.state]).toEqual([1, 1]);
  });

  test("put inserts, and replaces the whole row of that key", async () => {
    const store = await fresh(open);
    await write(store, { put: "apps", row: app("a1", { framework: "next", error: "x" }) });
    await write(store, { put: "apps", row: app("a1", { url: "http://other" }) });
    expect(await store.read.apps()).toEqual([app("a1", { url: "http://other" })]);
  });

  test("update sets only what is named, and does nothing when the row is not there", async () => {
    const store = await fresh(open);
    await write(store, { insert: "runs", row: run("r1") });
    await write(
      store,
      { update: "runs", key: { id: "r1" }, set: { status: "running", startedAt: NOW + 3 } },
      { update: "runs", key: { id: "nobody" }, set: { status: "failed" } },
      { update: "runs", key: { id: "r1" }, set: {} },
    );
    expect(await store.read.run("r1")).toMatchObject({
      status: "running",
      startedAt: NOW + 3,
      queuedAt: NOW,
    });
    await write(store, { update: "runs", key: { id: "r1" }, set: { startedAt: null } });
    expect((await store.read.run("r1"))?.startedAt).toBeNull();
    expect(await store.read.run("nobody")).toBeNull();
  });

  test("changes of one commit are applied in order", async () => {
    const store = await fresh(open);
    await write(
      store,
      { insert: "wakes", row: later("w1", NOW) },
      { update: "wakes", key: { id: "w1" }, set: { dueAt: NOW + 9 } },
      { insert: "wakes", row: later("w2", NOW) },
      { remove: "wakes", key: { id: "w2" } },
      { insert: "wakes", row: later("w2", NOW + 3) },
    );
    const due = await store.read.dueWakes(NOW + 99, 9);
    expect(due.map((row) => [row.id, row.dueAt])).toEqual([
      ["w2", NOW + 3],
      ["w1", NOW + 9],
    ]);
  });

  test("remove takes the row of the whole key, and nothing when there is none", async () => {
    const store = await fresh(open);
    await write(store, payload("r1", "output", 1), payload("r1", "step:a", 2), payload("r2", "output", 3));
    await write(
      store,
      { remove: "payloads", key: { owner: "r1", name: "output" } },
      { remove: "payloads", key: { owner: "r1", name: "nothing" } },
    );
    expect([await store.read.output("r1"), await store.read.output("r2")]).toEqual([null, 3]);
  });

  test("clear takes all waits of a run and no others", async () => {
    const store = await fresh(open);
    await write(
      store,
      { insert: "waits", row: wait("w1") },
      { insert: "waits", row: wait("w2", { name: "other" }) },
      { insert: "waits", row: wait("w3", { runId: "r2" }) },
    );
    await write(store, { clear: "waits", runId: "r1" });
    const ask = (name: string) => see(store, { waits: { name, anchors: ["*"], after: null, limit: 9 } });
    expect((await ask("shop/paid")).waits.map((row) => row.id)).toEqual(["w3"]);
    expect((await ask("other")).waits).toEqual([]);
  });

  test("payloads and nothing else go through the codec", async () => {
    const counted = { encoded: 0, decoded: 0 };
    const codec: PayloadCodec = {
      encode(value) {
        counted.encoded += 1;
        return identityCodec.encode({ wrapped: value });
      },
      decode(bytes) {
        counted.decoded += 1;
        return (identityCodec.decode(bytes) as { wrapped: null }).wrapped;
      },
    };
    const store = await fresh(open, { codec });
    await write(
      store,
      { insert: "events", row: event("e1") },
      payload("e1", "event", { data: { text: "ü" } }),
      { insert: "runs", row: run("r1") },
      { insert: "runStates", row: { runId: "r1", state } },
      payload("r1", "output", { data: null }),
    );
    expect(counted).toEqual({ encoded: 2, decoded: 0 });
    expect((await store.read.event("e1"))?.body).toEqual({ data: { text: "ü" } });
    expect(await store.read.output("r1")).toEqual({ data: null });
    await see(store, { run: { runId: "r1", steps: [] } });
    expect(counted).toEqual({ encoded: 2, decoded: 2 });
  });

  test("a payload may be any JSON value, and large", async () => {
    const store = await fresh(open);
    const values = [
      null,
      false,
      0,
      "",
      [],
      {},
      "x".repeat(3_000_000),
      { "": [{ a: "\u0000 \ud83d\ude00" }] },
    ];
    await write(store, ...values.map((value, index) => payload(`r${index}`, "output", value)));
    for (const [index, value] of values.entries())
      expect(await store.read.output(`r${index}`)).toEqual(value);
  });
}
