/** Waits for events (semantics §4, §7.3), over HTTP with a real SDK. */
import { expect, test } from "vitest";
import {
  deployAll,
  type Handler,
  HOUR,
  type Options,
  passed,
  start as startRun,
  useWorld,
  waitsWith,
  world,
} from "./bench.ts";
import type { RunView } from "./world.ts";

const DAY = 24 * HOUR;
useWorld();

const start = (name: string, data: object = {}) => startRun({ name, data });
const begin = async (id: string, handler: Handler, data: object = {}, options: Options = {}) => {
  await deployAll({ id, options, handler });
  return start(id, data);
};

test("ST-5, W-29: a matching event is the result of the wait, as it was sent", async () => {
  const run = await begin("st5", async ({ step }) =>
    step.waitForEvent("w", { event: "st5/go", timeout: "10s" }),
  );
  await waitsWith(run, "WAIT_FOR_EVENT");
  const sent = { name: "st5/go", data: { n: 1 }, id: "e-1", ts: world.clock.now(), user: { u: 1 }, v: "2" };
  await world.send(sent);
  expect(await world.ended(run.run_id)).toMatchObject({ status: "Completed", output: sent });
});

test("ST-6, W-29: a wait that times out is null, and the run goes on", async () => {
  const run = await begin("st6", async ({ step }) => {
    const event = await step.waitForEvent("w", { event: "st6/go", timeout: "1h" });
    return { event, after: await step.run("after", () => "ran") };
  });
  await waitsWith(run, "WAIT_FOR_EVENT");
  world.advance(HOUR);
  const output = { event: null, after: "ran" };
  expect(await world.ended(run.run_id)).toMatchObject({ status: "Completed", output });
});

test("ST-7: only the event for which the `if` holds ends the wait", async () => {
  const run = await begin(
    "st7",
    async ({ step }) =>
      (await step.waitForEvent("w", {
        event: "st7/go",
        timeout: "1h",
        if: "async.data.id == event.data.id",
      }))!.data.n,
    { id: "right" },
  );
  await waitsWith(run, "WAIT_FOR_EVENT");
  await world.send({ name: "st7/go", data: { id: "wrong", n: 1 } });
  await passed();
  expect((await world.run(run.run_id)).status).toBe("Running");
  await world.send({ name: "st7/go", data: { id: "right", n: 2 } });
  expect(await world.ended(run.run_id)).toMatchObject({ output: 2 });
});

test("ST-8: an event sent just before the wait is reached is not seen", async () => {
  const run = await begin("st8", async ({ step }) => {
    await step.sendEvent("send", { name: "st8/go", data: {} });
    return step.waitForEvent("w", { event: "st8/go", timeout: "1h" });
  });
  await waitsWith(run, "WAIT_FOR_EVENT");
  await passed();
  expect((await world.run(run.run_id)).status).toBe("Running");
  world.advance(HOUR);
  expect(await world.ended(run.run_id)).toMatchObject({ status: "Completed", output: null });
});

test("ST-9: event and timeout at the same moment resume the run exactly once", async () => {
  let after = 0;
  const run = await begin("st9", async ({ step }) => {
    await step.waitForEvent("w", { event: "st9/go", timeout: "1h" });
    await step.run("after", () => {
      after += 1;
    });
    await step.sleep("s", "1m");
    return "end";
  });
  await waitsWith(run, "WAIT_FOR_EVENT");
  const sent = world.send({ name: "st9/go", data: {} });
  world.advance(HOUR);
  await sent;
  await waitsWith(run, "SLEEP");
  await passed();
  world.advance(60_000);
  expect(await world.ended(run.run_id)).toMatchObject({ output: "end" });
  expect(after).toBe(1);
});

test("ST-10: one event ends all waits for it", async () => {
  await deployAll({
    id: "st10",
    handler: async ({ step, event }) => {
      await step.waitForEvent("w", { event: "st10/go", timeout: "1h" });
      return event.data.n;
    },
  });
  const runs = await Promise.all([1, 2, 3].map((n) => start("st10", { n })));
  await Promise.all(runs.map((run) => waitsWith(run, "WAIT_FOR_EVENT")));
  await world.send({ name: "st10/go", data: {} });
  const ended = await Promise.all(runs.map((run) => world.ended(run.run_id)));
  expect(ended.map((run) => run.output)).toEqual([1, 2, 3]);
});

test("X-12: of 60 runs that wait with different keys, one event ends the wait of one", async () => {
  await deployAll({
    id: "x12",
    handler: async ({ step, event }) => {
      await step.waitForEvent("w", { event: "x12/go", timeout: "1d", match: "data.key" });
      return event.data.key;
    },
  });
  const ids = await world.send(
    Array.from({ length: 60 }, (_, n) => ({ name: "x12", data: { key: `k${n}` } })),
  );
  const runs: RunView[] = [];
  // One after the other: sixty that look at once would keep the server from its work.
  for (const id of ids) runs.push(await world.runOf(id));
  for (const run of runs) await waitsWith(run, "WAIT_FOR_EVENT");
  await world.send({ name: "x12/go", data: { key: "k41" } });
  expect(await world.ended((runs[41] as RunView).run_id)).toMatchObject({ output: "k41" });
  await passed();
  const statuses = await Promise.all(runs.map(async (run) => (await world.run(run.run_id)).status));
  expect(statuses.filter((status) => status === "Completed")).toHaveLength(1);
  world.advance(DAY);
  for (const run of runs) await world.ended(run.run_id);
});

test("X-10: a wait may use macros, and matches when the item is there", async () => {
  const run = await begin(
    "x10",
    async ({ step }) =>
      (await step.waitForEvent("w", {
        event: "x10/go",
        timeout: "1h",
        if: "async.data.items.exists(i, i == 1)",
      }))!.data.items,
  );
  await waitsWith(run, "WAIT_FOR_EVENT");
  await world.send({ name: "x10/go", data: { items: [2, 3] } });
  await world.send({ name: "x10/go", data: { items: [3, 1] } });
  expect(await world.ended(run.run_id)).toMatchObject({ output: [3, 1] });
});

test("X-11: a wait whose `if` cannot be read fails the run with InvalidExpression", async () => {
  const run = await begin("x11", async ({ step }) =>
    step.waitForEvent("w", { event: "x11/go", timeout: "1h", if: "async.data.id =" }),
  );
  const ended = await world.ended(run.run_id);
  expect(ended).toMatchObject({ status: "Failed", output: { name: "InvalidExpression" } });
});

test("a wait of more than 366 days fails the run with InngestErrTimeoutTooLong", async () => {
  const bad = await begin("too-long", async ({ step }) =>
    step.waitForEvent("w", { event: "too-long/go", timeout: "400d" }),
  );
  const ended = await world.ended(bad.run_id);
  expect(ended).toMatchObject({ status: "Failed", output: { name: "InngestErrTimeoutTooLong" } });
});

test("I-9: an event with an id that was used before still ends a wait", async () => {
  await deployAll(
    { id: "i9", handler: async ({ step }) => step.waitForEvent("w", { event: "i9/go", timeout: "1h" }) },
    { id: "i9/go", handler: () => "started" },
  );
  const [first = ""] = await world.send({ name: "i9/go", data: {}, id: "once" });
  await world.ended((await world.runOf(first)).run_id);
  const run = await start("i9");
  await waitsWith(run, "WAIT_FOR_EVENT");
  const [second = ""] = await world.send({ name: "i9/go", data: { again: true }, id: "once" });
  expect(await world.ended(run.run_id)).toMatchObject({ output: { id: "once", data: { again: true } } });
  expect(await world.eventRuns(second)).toEqual([]);
});

test("a run can wait for inngest/function.finished of another", async () => {
  await deployAll(
    {
      id: "waiter",
      handler: async ({ step }) =>
        (await step.waitForEvent("w", {
          event: "inngest/function.finished",
          timeout: "1h",
          if: "async.data.function_id == 'app-worker'",
        }))!.data.result,
    },
    { id: "worker", handler: () => 7 },
  );
  const run = await start("waiter");
  await waitsWith(run, "WAIT_FOR_EVENT");
  await start("worker");
  expect(await world.ended(run.run_id)).toMatchObject({ output: 7 });
});
