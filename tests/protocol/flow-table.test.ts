/** Two rules at once: the rows of the compatibility table that are behaviour and that no other file shows (semantics §6.1). */
import { expect, test } from "vitest";
import { completed, deployOne, type Handler, HOUR, type Options, passed, start, world } from "./bench.ts";
import {
  MINUTE,
  pass,
  runsOf,
  sendInOrder,
  startedAfter,
  starts,
  statusesOf,
  useStillWorld,
} from "./still-world.ts";

useStillWorld();

const nap: Handler = async ({ event, step }) => {
  await step.sleep("nap", "1h");
  return event.data;
};
const nothing: Handler = ({ event }) => event.data;
const key = "event.data.id";
const events = (name: string, ...data: object[]) => data.map((one) => ({ name, data: one }));
const rerun = async (runId: string): Promise<string> =>
  (await world.json(`/v2/runs/${runId}/rerun`, { method: "POST" })).data.id;

/** Deploys a function whose runs stay in their only request until they are let go, oldest first. */
async function held(id: string, options: Options): Promise<() => Promise<void>> {
  const open: (() => void)[] = [];
  await deployOne(id, options, () => new Promise<void>((resolve) => open.push(resolve)));
  return async () => {
    open.shift()?.();
    await passed();
  };
}

test("batch + idempotency: accepted, and without effect on what is batched", async () => {
  await deployOne("t-once", { idempotency: key, batchEvents: { maxSize: 2, timeout: "5s" } }, nothing);
  const since = world.clock.now();
  await sendInOrder(events("t-once", { id: 1 }, { id: 1 }, { id: 1 }, { id: 1 }));
  expect(starts("app-t-once", since).map((one) => one.events.length)).toEqual([2, 2]);
});

test("batch + concurrency: the key is that of the first event", async () => {
  const letGo = await held("t-first", {
    concurrency: { limit: 1, key },
    batchEvents: { maxSize: 2, timeout: "5s" },
  });
  const since = world.clock.now();
  await sendInOrder(
    events("t-first", { id: "a" }, { id: "b" }, { id: "a" }, { id: "c" }, { id: "b" }, { id: "a" }),
  );
  const firstIds = () => starts("app-t-first", since).map((one) => one.events[0].data.id);
  expect(firstIds()).toEqual(["a", "b"]);
  await letGo();
  expect(firstIds()).toEqual(["a", "b", "a"]);
  for (let left = 2; left > 0; left -= 1) await letGo();
  expect(await statusesOf("app-t-first")).toEqual(Array(3).fill("COMPLETED"));
});

test("batch + timeouts.start: no start timeout is armed for the run of a batch", async () => {
  const options: Options = {
    concurrency: 1,
    timeouts: { start: "5s" },
    batchEvents: { maxSize: 2, timeout: "5s" },
  };
  const letGo = await held("t-patient", options);
  const since = world.clock.now();
  await sendInOrder(events("t-patient", {}, {}, {}, {}));
  await pass(10 * MINUTE);
  expect(await statusesOf("app-t-patient")).toEqual(["RUNNING", "QUEUED"]);
  await letGo();
  expect(startedAfter("app-t-patient", since)).toEqual([0, 10 * MINUTE]);
  await letGo();
});

test("debounce + throttle: the throttle counts the runs that come of it, when they come", async () => {
  await deployOne(
    "t-quiet",
    { debounce: { period: "5s", key }, throttle: { limit: 1, period: "10s" } },
    nothing,
  );
  const since = world.clock.now();
  await sendInOrder(events("t-quiet", { id: "a" }, { id: "b" }, { id: "a" }));
  await pass(5000);
  expect(await statusesOf("app-t-quiet")).toEqual(["COMPLETED", "QUEUED"]);
  await pass(10_000, 5000);
  expect(startedAfter("app-t-quiet", since)).toEqual([5000, 15_000]);
});

test("debounce + concurrency: its key is that of the event that stays", async () => {
  const options: Options = {
    debounce: { period: "5s", key: "event.data.doc" },
    concurrency: { limit: 1, key },
  };
  const letGo = await held("t-last", options);
  const since = world.clock.now();
  await sendInOrder(events("t-last", { doc: 1, id: "a" }, { doc: 2, id: "b" }, { doc: 2, id: "a" }));
  await pass(5000);
  expect(startedAfter("app-t-last", since)).toEqual([5000]);
  await letGo();
  expect(startedAfter("app-t-last", since)).toEqual([5000, 5000]);
  await letGo();
});

test("debounce + priority: the factor is that of the event that stays, from when it fires", async () => {
  await deployOne("t-late", { debounce: { period: "5s" }, priority: { run: "event.data.p" } }, nothing);
  const since = world.clock.now();
  await sendInOrder(events("t-late", { p: 100 }, { p: -10 }));
  await pass(5000);
  expect(await statusesOf("app-t-late")).toEqual(["QUEUED"]);
  await pass(10_000, 5000);
  expect(startedAfter("app-t-late", since)).toEqual([15_000]);
});

test("debounce + singleton: an event of a busy key is kept, and only its run is skipped", async () => {
  await deployOne("t-single", { debounce: { period: "5s" }, singleton: { mode: "skip" } }, nap);
  await sendInOrder(events("t-single", { n: 1 }));
  await pass(5000);
  await sendInOrder(events("t-single", { n: 2 }, { n: 3 }));
  await passed();
  expect(await statusesOf("app-t-single")).toEqual(["RUNNING"]);
  await pass(5000);
  expect(await statusesOf("app-t-single")).toEqual(["RUNNING", "SKIPPED"]);
  await pass(HOUR);
  await sendInOrder(events("t-single", { n: 4 }));
  await pass(5000);
  expect(await statusesOf("app-t-single")).toEqual(["COMPLETED", "SKIPPED", "RUNNING"]);
});

test("debounce + a future ts: it fires by when events came, and the newest ts stays", async () => {
  await deployOne("t-future", { debounce: { period: "5s" } }, nothing);
  const since = world.clock.now();
  const [future] = await sendInOrder([
    { name: "t-future", data: { n: 1 }, ts: since + HOUR },
    { name: "t-future", data: { n: 2 }, ts: since },
  ]);
  await pass(4999);
  expect(await runsOf("app-t-future")).toEqual([]);
  await pass(1);
  const [run, ...others] = await runsOf("app-t-future");
  expect(others).toEqual([]);
  expect(Date.parse(run.queuedAt) - since).toBe(5000);
  expect(run.trigger.eventIds).toEqual([future]);
});

test("singleton + concurrency: both apply, and the singleton counts runs that still wait", async () => {
  const letGo = await held("t-both", { singleton: { mode: "skip", key }, concurrency: 1 });
  await sendInOrder(events("t-both", { id: "a" }, { id: "b" }, { id: "b" }));
  expect(await statusesOf("app-t-both")).toEqual(["RUNNING", "QUEUED", "SKIPPED"]);
  await letGo();
  await letGo();
  expect(await statusesOf("app-t-both")).toEqual(["COMPLETED", "COMPLETED", "SKIPPED"]);
});

test.each(["skip", "cancel"] as const)(
  "singleton (%s) + rateLimit: what the rate limit drops neither cancels nor makes a skipped run",
  async (mode) => {
    const id = `t-rate-${mode}`;
    await deployOne(id, { singleton: { mode }, rateLimit: { limit: 1, period: "1m" } }, nap);
    await sendInOrder(events(id, { n: 1 }, { n: 2 }));
    expect(await statusesOf(`app-${id}`)).toEqual(["RUNNING"]);
    await pass(MINUTE);
    await sendInOrder(events(id, { n: 3 }));
    const then = { skip: ["RUNNING", "SKIPPED"], cancel: ["CANCELLED", "RUNNING"] };
    expect(await statusesOf(`app-${id}`)).toEqual(then[mode]);
  },
);

test("priority + throttle: of those that wait, the one with the higher factor goes first", async () => {
  await deployOne(
    "t-urgent",
    { priority: { run: "event.data.p" }, throttle: { limit: 1, period: "10s" } },
    nothing,
  );
  const since = world.clock.now();
  await sendInOrder(events("t-urgent", { p: 0 }, { p: 0 }, { p: 60 }, { p: 30 }));
  await pass(30_000, 10_000);
  expect(starts("app-t-urgent", since).map((one) => [one.after, one.events[0].data.p])).toEqual([
    [0, 0],
    [10_000, 60],
    [20_000, 30],
    [30_000, 0],
  ]);
});

test("rerun + rateLimit and idempotency: neither limited", async () => {
  await deployOne("t-again", { idempotency: key }, nothing);
  const run = await start({ name: "t-again", data: { id: 1 } });
  await completed(run, { id: 1 });
  const again = await rerun(run.run_id);
  expect((await world.ended(again)).status).toBe("Completed");
});

test("rerun + throttle: waits for its turn", async () => {
  await deployOne("t-turn", { throttle: { limit: 1, period: "10s" } }, nothing);
  const since = world.clock.now();
  const run = await start("t-turn");
  await world.ended(run.run_id);
  await rerun(run.run_id);
  await passed();
  expect(await statusesOf("app-t-turn")).toEqual(["COMPLETED", "QUEUED"]);
  await pass(10_000);
  expect(startedAfter("app-t-turn", since)).toEqual([0, 10_000]);
});

test("rerun + concurrency: waits for room", async () => {
  const letGo = await held("t-room", { concurrency: 1 });
  const run = await start("t-room");
  await passed();
  await rerun(run.run_id);
  await passed();
  expect(await statusesOf("app-t-room")).toEqual(["RUNNING", "QUEUED"]);
  await letGo();
  expect(await statusesOf("app-t-room")).toEqual(["COMPLETED", "RUNNING"]);
  await letGo();
});

test.each(["skip", "cancel"] as const)("rerun + singleton (%s): kept single like any run", async (mode) => {
  const id = `t-lone-${mode}`;
  await deployOne(id, { singleton: { mode } }, nap);
  const first = await start(id);
  await passed();
  await rerun(first.run_id);
  await passed();
  const then = { skip: ["RUNNING", "SKIPPED"], cancel: ["CANCELLED", "RUNNING"] };
  expect(await statusesOf(`app-${id}`)).toEqual(then[mode]);
});
