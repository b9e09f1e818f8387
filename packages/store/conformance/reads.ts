/** Reads: rows, order, filters, and pages without overlap or gap. */
import type { RunStatus } from "@stepwell/core";
import { expect, test } from "vitest";
import type { EventFilter, RunFilter, Store } from "../port.ts";
import {
  app,
  event,
  fn,
  fresh,
  lane,
  later,
  lease,
  NOW,
  nudge,
  type OpenStore,
  payload,
  run,
  state,
  step,
  wake,
  write,
  writeAsPool,
} from "./sample-rows.ts";

const ids = (rows: readonly { id: string }[]) => rows.map((row) => row.id);

async function allRuns(store: Store, filter: Omit<RunFilter, "cursor">): Promise<string[]> {
  const found: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page = await store.read.runs({ ...filter, ...(cursor === "" ? {} : { cursor }) });
    expect(page.rows.length).toBeLessThanOrEqual(filter.limit);
    found.push(...ids(page.rows));
    cursor = page.cursor;
  }
  return found;
}

async function allEvents(store: Store, filter: Omit<EventFilter, "cursor">): Promise<string[]> {
  const found: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page = await store.read.events({ ...filter, ...(cursor === "" ? {} : { cursor }) });
    found.push(...page.rows.map(({ row }) => row.id));
    cursor = page.cursor;
  }
  return found;
}

export function readSuite(open: OpenStore): void {
  test("apps and functions: all of them, by name", async () => {
    const store = await fresh(open);
    await write(
      store,
      { insert: "apps", row: app("b") },
      { insert: "apps", row: app("a") },
      { insert: "functions", row: fn("f2", "b") },
      { insert: "functions", row: fn("f1", "b", { archived: true }) },
    );
    expect(ids(await store.read.apps())).toEqual(["a", "b"]);
    expect(await store.read.functions()).toEqual([fn("f1", "b", { archived: true }), fn("f2", "b")]);
  });

  test("an event with its body; null for one that is not there", async () => {
    const store = await fresh(open);
    await write(store, { insert: "events", row: event("e1") }, payload("e1", "event", { data: { a: 1 } }));
    expect(await store.read.event("e1")).toEqual({
      row: { ...event("e1"), seq: expect.any(Number) },
      body: { data: { a: 1 } },
    });
    expect(await store.read.event("e2")).toBeNull();
  });

  test("events: newest first, pages without overlap or gap although times are equal", async () => {
    const store = await fresh(open);
    const names = Array.from({ length: 23 }, (_, index) => `e${String(index).padStart(2, "0")}`);
    for (const [index, id] of names.entries())
      await write(
        store,
        { insert: "events", row: event(id, { receivedAt: NOW + Math.floor(index / 6) }) },
        payload(id, "event", { data: { index } }),
      );
    expect(await allEvents(store, { limit: 5 })).toEqual([...names].reverse());
    const first = await store.read.events({ limit: 23 });
    expect(first.cursor).toBeNull();
    expect(first.rows[0]?.body).toEqual({ data: { index: 22 } });
  });

  test("events: by name, by time of receipt (both ends excluded), by number, internal ones only when asked for", async () => {
    const store = await fresh(open);
    await write(
      store,
      { insert: "events", row: event("e1", { receivedAt: NOW + 1 }) },
      { insert: "events", row: event("e2", { receivedAt: NOW + 2, name: "other" }) },
      { insert: "events", row: event("e3", { receivedAt: NOW + 3, internal: true }) },
      { insert: "events", row: event("e4", { receivedAt: NOW + 4 }) },
      { insert: "events", row: event("e5", { receivedAt: NOW + 5 }) },
    );
    const found = (filter: Partial<EventFilter>) => allEvents(store, { ...filter, limit: 2 });
    expect(await found({})).toEqual(["e5", "e4", "e2", "e1"]);
    expect(await found({ includeInternal: true })).toEqual(["e5", "e4", "e3", "e2", "e1"]);
    expect(await found({ name: "shop/order" })).toEqual(["e5", "e4", "e1"]);
    expect(await found({ receivedAfter: NOW + 1, receivedBefore: NOW + 5 })).toEqual(["e4", "e2"]);
    expect(await found({ name: "none" })).toEqual([]);
    await write(store, { insert: "events", row: event("e6", { name: "inngest/x", internal: true }) });
    expect(await found({ name: "inngest/x" })).toEqual([]);
    expect(await found({ name: "inngest/x", includeInternal: true })).toEqual(["e6"]);
    expect(await found({ name: "shop/order", includeInternal: true })).toEqual(["e5", "e4", "e3", "e1"]);
    expect(await found({ receivedAfter: NOW + 1, receivedBefore: NOW + 5, includeInternal: true })).toEqual([
      "e4",
      "e3",
      "e2",
    ]);
    const seq = (await store.read.event("e2"))?.row.seq ?? 0;
    expect(await found({ afterSeq: seq })).toEqual(["e5", "e4"]);
    expect(await found({ name: "shop/order", receivedAfter: NOW, afterSeq: seq })).toEqual(["e5", "e4"]);
  });

  test("events: the cursor is an event's id, and may be one that the filter leaves out", async () => {
    const store = await fresh(open);
    await write(store, ...["e1", "e2", "e3"].map((id) => ({ insert: "events" as const, row: event(id) })));
    const page = await store.read.events({ cursor: "e2", limit: 9 });
    expect(page.rows.map(({ row }) => row.id)).toEqual(["e1"]);
    expect((await store.read.events({ cursor: "unknown", limit: 9 })).rows).toEqual([]);
  });

  test("runs: newest first or oldest first, pages without overlap or gap although times are equal", async () => {
    const store = await fresh(open);
    const names = Array.from({ length: 23 }, (_, index) => `r${String(index).padStart(2, "0")}`);
    await write(
      store,
      ...names.map((id, index) => ({
        insert: "runs" as const,
        row: run(id, { queuedAt: NOW + Math.floor(index / 7) }),
      })),
    );
    expect(await allRuns(store, { limit: 4 })).toEqual([...names].reverse());
    expect(await allRuns(store, { limit: 4, order: "asc" })).toEqual(names);
    expect((await store.read.runs({ limit: 9, cursor: "unknown" })).rows).toEqual([]);
  });

  test("runs: by status, function, app and time; `from` counts, `until` does not", async () => {
    const store = await fresh(open);
    const functions = [fn("f1", "a1"), fn("f2", "a1"), fn("f3", "a2")];
    await write(store, ...functions.map((one) => ({ insert: "functions", row: one }) as const));
    const row = (n: number, status: RunStatus, functionId: string, appId: string, startedAt: number | null) =>
      ({
        insert: "runs",
        row: run(`r${n}`, { queuedAt: NOW + n, status, functionId, appId, startedAt }),
      }) as const;
    await write(
      store,
      row(1, "completed", "f1", "a1", NOW + 90),
      row(2, "running", "f2", "a1", NOW + 80),
      row(3, "failed", "f1", "a1", NOW + 70),
      row(4, "queued", "f3", "a2", null),
      row(5, "completed", "f2", "a1", NOW + 60),
    );
    const found = (filter: Partial<RunFilter>) => allRuns(store, { limit: 2, ...filter });
    expect(await found({ status: ["completed"] })).toEqual(["r5", "r1"]);
    expect(await found({ status: ["running", "queued"] })).toEqual(["r4", "r2"]);
    expect(await found({ functionIds: ["f1"] })).toEqual(["r3", "r1"]);
    expect(await found({ functionIds: ["f1", "f2"], status: ["completed", "failed"] })).toEqual([
      "r5",
      "r3",
      "r1",
    ]);
    expect(await found({ functionIds: ["f1"], status: ["failed"] })).toEqual(["r3"]);
    expect(await found({ appIds: ["a1"] })).toEqual(["r5", "r3", "r2", "r1"]);
    expect(await found({ appIds: ["a1", "a2"], status: ["queued", "failed"] })).toEqual(["r4", "r3"]);
    expect(await found({ appIds: ["a1"], functionIds: ["f2", "f3"] })).toEqual(["r5", "r2"]);
    expect(await found({ appIds: [] })).toEqual([]);
    expect(await found({ from: NOW + 2, until: NOW + 4 })).toEqual(["r3", "r2"]);
    expect(await found({ timeField: "startedAt" })).toEqual(["r1", "r2", "r3", "r5"]);
    expect(await found({ timeField: "startedAt", from: NOW + 70, order: "asc" })).toEqual(["r3", "r2", "r1"]);
    expect(await found({ timeField: "startedAt", functionIds: ["f1"], status: ["failed"] })).toEqual(["r3"]);
    expect(await found({ timeField: "endedAt" })).toEqual([]);
  });

  test("the runs of an event, oldest first", async () => {
    const store = await fresh(open);
    await write(
      store,
      { insert: "runs", row: run("r2", { eventId: "e9", eventIds: ["e9"] }) },
      { insert: "runs", row: run("r1", { eventId: "e9", eventIds: ["e9"] }) },
      { insert: "runs", row: run("r3") },
    );
    expect(ids(await store.read.eventRuns("e9"))).toEqual(["r2", "r1"]);
  });

  test("the output of a run as stored", async () => {
    const store = await fresh(open);
    await write(store, payload("r1", "output", { data: [1] }));
    expect(await store.read.output("r1")).toEqual({ data: [1] });
    expect(await store.read.output("r2")).toBeNull();
  });

  test("the context of a call: run, state, events in order, steps in completion order with results", async () => {
    const store = await fresh(open);
    await write(
      store,
      { insert: "events", row: event("e1") },
      { insert: "events", row: event("e2") },
      payload("e1", "event", { data: 1 }),
      payload("e2", "event", { data: 2 }),
      { insert: "runs", row: run("r1", { eventIds: ["e2", "e1"] }) },
      { insert: "runStates", row: { runId: "r1", state } },
      { insert: "steps", row: step("r1", "a", 1) },
      { insert: "steps", row: step("r1", "b", 0) },
      payload("r1", "step:a", { data: "of a" }),
      payload("r1", "step:b", { data: null }),
    );
    const context = await store.read.callContext("r1");
    expect(context?.run.id).toBe("r1");
    expect(context?.state).toEqual(state);
    expect(context?.events.map(({ row, body }) => [row.id, body])).toEqual([
      ["e2", { data: 2 }],
      ["e1", { data: 1 }],
    ]);
    expect(context?.steps).toEqual([
      { row: step("r1", "b", 0), result: { data: null } },
      { row: step("r1", "a", 1), result: { data: "of a" } },
    ]);
    expect(await store.read.callContext("none")).toBeNull();
    expect(await store.read.runState("r1")).toEqual(context?.state);
    expect(await store.read.runState("none")).toBeNull();
  });

  test("the history of a run in the order of writing", async () => {
    const store = await fresh(open);
    const line = (runId: string, at: number) =>
      ({ insert: "history", row: { runId, at, kind: "step.planned", step: null, data: { at } } }) as const;
    await write(store, line("r1", 3), line("r2", 9), line("r1", 1));
    await write(store, line("r1", 2));
    const rows = await store.read.history("r1");
    expect(rows.map((row) => row.at)).toEqual([3, 1, 2]);
    expect(rows.map((row) => row.id)).toEqual(ids(rows as never).sort((a, b) => Number(a) - Number(b)));
    expect(rows[0]).toMatchObject({ runId: "r1", kind: "step.planned", step: null, data: { at: 3 } });
  });

  test("due wakes: later ones only, earliest first, up to the time and the limit", async () => {
    const store = await fresh(open);
    await write(
      store,
      { insert: "wakes", row: later("w3", NOW + 3) },
      { insert: "wakes", row: later("w2", NOW + 1) },
      { insert: "wakes", row: later("w1", NOW + 1) },
      { insert: "wakes", row: wake("queued", { dueAt: NOW }) },
    );
    expect(ids(await store.read.dueWakes(NOW + 3, 9))).toEqual(["w1", "w2", "w3"]);
    expect(ids(await store.read.dueWakes(NOW + 2, 9))).toEqual(["w1", "w2"]);
    expect(ids(await store.read.dueWakes(NOW + 3, 1))).toEqual(["w1"]);
    expect(await store.read.dueWakes(NOW, 9)).toEqual([]);
    expect(await store.read.nextDue()).toBe(NOW + 1);
    expect(await store.read.nextDue(NOW)).toBe(NOW + 1);
    expect(await store.read.nextDue(NOW + 1)).not.toBe(NOW + 1);
  });

  test("nothing is due next when only queued wakes are there", async () => {
    const store = await fresh(open);
    await write(store, { insert: "wakes", row: wake("queued") });
    expect(await store.read.nextDue()).toBeNull();
  });

  test("ready pools: a nudge, a freed lease or an open lane; each once", async () => {
    const store = await fresh(open);
    await writeAsPool(
      store,
      { insert: "nudges", row: nudge({ pool: "nudged" }) },
      { insert: "nudges", row: nudge({ pool: "both" }) },
      { insert: "leases", row: lease("l1", { pool: "freed", freed: true }) },
      { insert: "leases", row: lease("l2", { pool: "live" }) },
      { put: "lanes", row: lane("a", { pool: "open" }) },
      { put: "lanes", row: lane("b", { pool: "both" }) },
      { put: "lanes", row: lane("c", { pool: "blocked", blocked: "c" }) },
    );
    expect((await store.read.readyPools()).sort()).toEqual(["both", "freed", "nudged", "open"]);
  });

  test("blocked cells: of this pool, each once", async () => {
    const store = await fresh(open);
    await writeAsPool(
      store,
      { put: "lanes", row: lane("a", { blocked: "c2" }) },
      { put: "lanes", row: lane("b", { blocked: "c2" }) },
      { put: "lanes", row: lane("c", { blocked: "c1" }) },
      { put: "lanes", row: lane("d", { blocked: "c3", pool: "q" }) },
      { put: "lanes", row: lane("e") },
    );
    expect((await store.read.blockedCells("p")).sort()).toEqual(["c1", "c2"]);
    expect(await store.read.blockedCells("none")).toEqual([]);
  });

  test("live leases: of other nodes, and of a run", async () => {
    const store = await fresh(open);
    await write(
      store,
      { insert: "leases", row: lease("l1", { node: "n0" }) },
      { insert: "leases", row: lease("l2", { node: "n1" }) },
      { insert: "leases", row: lease("l3", { node: "n2", runId: "r2" }) },
      { insert: "leases", row: lease("l4", { node: "n2", freed: true }) },
      // Of a run, not of a node: it is never lost with a process.
      { insert: "leases", row: lease("run:r3", { node: "", runId: "r3" }) },
    );
    expect(ids(await store.read.foreignLeases("n1", 9))).toEqual(["l1", "l3"]);
    expect(await store.read.foreignLeases("n1", 1)).toHaveLength(1);
    expect(ids(await store.read.foreignLeases("n9", 9))).toEqual(["l1", "l2", "l3"]);
    expect(ids(await store.read.runLeases("r1"))).toEqual(["l1", "l2"]);
    expect(ids(await store.read.runLeases("r3"))).toEqual(["run:r3"]);
  });
}
