/** A function started by hand: it becomes a run through its flow control, and the event tells what became of it. */
import { createMemoryStore, type Store, StoreError } from "@stepwell/store";
import { afterEach, expect, test } from "vitest";
import { BEGIN, type FlowWorld, fn, openWorld, returned } from "./fixtures/flow-world.ts";

const worlds: FlowWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});
async function open(...given: Parameters<typeof openWorld>): Promise<FlowWorld> {
  const world = await openWorld(...given);
  worlds.push(world);
  return world;
}
const outcome = async (world: FlowWorld, eventId: string) => (await world.engine.outcomes(eventId))?.[0];

test.each([
  ["an event trigger", { triggers: [{ event: "shop/order", expression: "false" }] }],
  ["a schedule", { triggers: [{ cron: "0 0 1 1 *" }] }],
  ["no trigger at all", { triggers: [] }],
])("a function with %s runs once with the data", async (_case, config) => {
  const world = await open({}, fn("f", config), fn("other"));
  const invoked = await world.engine.invoke("app-f", { id: 7 });
  const { eventId, runId, functionId } = invoked;
  expect(invoked).toMatchObject({ slug: "app-f", runId: expect.any(String) });
  await world.calm();
  expect(world.calls.map(({ slug, events }) => [slug, events[0]?.data])).toEqual([
    ["f", { id: 7, _inngest: { fn_id: functionId } }],
  ]);
  expect(await outcome(world, eventId)).toMatchObject({ functionId, outcome: "started", runId });
  world.calls[0]?.answer(returned("done"));
  await world.calm();
  expect(await world.runs()).toMatchObject([
    { id: runId, slug: "f", status: "completed", eventIds: [eventId] },
  ]);
  expect(await world.engine.read.output(runId ?? "")).toEqual({ data: "done" });
});

test("by its id, too; what a user writes into `_inngest` is dropped", async () => {
  const world = await open({}, fn("f"));
  const [{ id = "" } = {}] = await world.store.read.functions();
  await world.engine.invoke(id, { _inngest: { correlation_id: "RUN.step" } });
  await world.calm();
  expect(world.calls[0]?.events[0]?.data).toEqual({ _inngest: { fn_id: id } });
});

test("the same event id again starts nothing and tells the same run", async () => {
  const world = await open({}, fn("f"));
  const eventId = world.engine.newId();
  const both = await Promise.all([
    world.engine.invoke("app-f", { n: 1 }, eventId),
    world.engine.invoke("app-f", { n: 2 }, eventId),
  ]);
  const third = await world.engine.invoke("app-f", {}, eventId);
  expect(await world.runs()).toHaveLength(1);
  expect(both.map((one) => one.eventId)).toEqual([eventId, eventId]);
  expect(third.runId).toBe((await world.runs())[0]?.id);
});

test("it waits for room like any start", async () => {
  const world = await open({}, fn("f", { throttle: { limit: 1, periodMs: 60_000, burst: 0 } }));
  await world.engine.invoke("app-f", {});
  const { runId } = await world.engine.invoke("app-f", {});
  await world.calm();
  expect(await world.statuses("f")).toEqual(["running", "queued"]);
  expect(await world.engine.why(runId ?? "")).toMatchObject([{ gate: "throttle", until: BEGIN + 60_000 }]);
});

test.each([
  [
    "rate limited",
    { rateLimit: { limit: 1, periodMs: 60_000, option: "rateLimit" } },
    "limited",
    "rateLimit",
  ],
  ["debounced", { debounce: { periodMs: 5000 } }, "debounced", "debounce"],
  ["collected", { batch: { maxSize: 5, timeoutMs: 5000 } }, "batched", "batchEvents"],
] as const)("no run at once when it is %s, and the event says so", async (_case, config, became, gate) => {
  const world = await open({}, fn("f", config));
  await world.engine.invoke("app-f", {});
  const { eventId, runId } = await world.engine.invoke("app-f", {});
  expect(runId).toBeNull();
  expect(await outcome(world, eventId)).toMatchObject({ outcome: became, gate });
});

test.each(["paused", "drained"] as const)(
  "of a %s function the run is skipped, and says why",
  async (mode) => {
    const world = await open({}, fn("f"));
    await world.engine.setMode("app-f", mode);
    const { eventId, runId } = await world.engine.invoke("app-f", {});
    expect(await world.runs()).toMatchObject([{ id: runId, status: "skipped" }]);
    expect(await outcome(world, eventId)).toMatchObject({
      outcome: "skipped",
      gate: mode === "paused" ? "pause" : "drain",
    });
  },
);

test("a newer run takes the place of the one before it (singleton)", async () => {
  const world = await open({}, fn("f", { singleton: { mode: "cancel" } }));
  const first = await world.engine.invoke("app-f", {});
  const second = await world.engine.invoke("app-f", {});
  expect(await world.runs()).toMatchObject([
    { id: first.runId, status: "cancelled" },
    { id: second.runId, status: "queued" },
  ]);
});

test("unknown functions, those that left their app, and data over 3 MiB are refused, and nothing is stored", async () => {
  const world = await open({}, fn("f"), fn("g"));
  await world.sync(fn("f"));
  await expect(world.engine.invoke("app-x", {})).rejects.toMatchObject({ code: "not_found" });
  await expect(world.engine.invoke("app-g", {})).rejects.toThrow("app-g is no longer in its app");
  const text = "x".repeat(3 * 1024 * 1024);
  await expect(world.engine.invoke("app-f", { text })).rejects.toMatchObject({ code: "event_too_large" });
  expect((await world.store.read.events({ includeInternal: true, limit: 10 })).rows).toEqual([]);
});

/** A store whose commits are refused by number, the first one after `from` being 1. */
function refusing(...numbers: number[]): Store & { from(): void } {
  const store = createMemoryStore();
  let made = Number.NEGATIVE_INFINITY;
  return {
    ...store,
    from: () => {
      made = 0;
    },
    commit: (ask, now, decide) => {
      made += 1;
      if (numbers.includes(made)) return Promise.reject(new StoreError("store_full", "disk full"));
      return store.commit(ask, now, decide);
    },
  };
}

test("a store that cannot write refuses it", async () => {
  const store = refusing(1);
  const world = await open({ store }, fn("f"));
  store.from();
  await expect(world.engine.invoke("app-f", {})).rejects.toMatchObject({ code: "store_unavailable" });
});

test("what cannot be started at once is started later: the event is stored", async () => {
  const store = refusing(2, 3);
  const world = await open({ store }, fn("f"));
  store.from();
  const { eventId } = await world.engine.invoke("app-f", {});
  await world.until("the run is there", async () => {
    world.clock.to(world.clock.now() + 1000);
    return (await world.runs()).some((run) => run.eventIds.includes(eventId));
  });
  expect(await world.runs()).toHaveLength(1);
});
