/** Batches: events are collected and start one run together (semantics §6.7). */
import { expect, test } from "vitest";
import { deploy, deployAll, deployOne, type Options, passed, start, world } from "./bench.ts";
import { referenceFunction } from "./sdk.ts";
import {
  counted,
  pass,
  refusal,
  restart,
  runsOf,
  sendInOrder,
  starts,
  useStillWorld,
} from "./still-world.ts";

useStillWorld();

const batched = (id: string, batchEvents: Options["batchEvents"], more: Options = {}) =>
  deployOne(id, { batchEvents, ...more } as Options, ({ events }: any) =>
    events.map(({ data }: any) => data.n),
  );

const numbered = (name: string, ...ns: unknown[]) => ns.map((n) => ({ name, data: { n } }));

/** When the runs began, each with the numbers of its events. */
const seen = (id: string, since: number) =>
  starts(`app-${id}`, since).map(({ after, events }) => [after, events.map(({ data }: any) => data.n)]);

test("B-1: up to 5 or for 5 s: eight events are a run of five at once and one of three after 5 s", async () => {
  await batched("b1", { maxSize: 5, timeout: "5s" });
  const since = world.clock.now();
  const ids = await sendInOrder(numbered("b1", 1, 2, 3, 4, 5));
  // What the full batch would have waited for must not end the next one.
  await pass(1000);
  ids.push(...(await sendInOrder(numbered("b1", 6))));
  await pass(3000);
  ids.push(...(await sendInOrder(numbered("b1", 7, 8))));
  await pass(1999, 1000);
  expect(seen("b1", since)).toEqual([[0, [1, 2, 3, 4, 5]]]);
  await pass(1);
  expect(seen("b1", since)).toEqual([
    [0, [1, 2, 3, 4, 5]],
    [6000, [6, 7, 8]],
  ]);
  const [first, second] = await counted("app-b1", 2);
  expect(first.trigger).toMatchObject({ eventIds: ids.slice(0, 5), isBatch: true, eventName: "b1" });
  expect(second.trigger).toMatchObject({ eventIds: ids.slice(5), isBatch: true });
  expect(first.trigger.batchId).not.toBe(second.trigger.batchId);
  expect((await world.ended(second.id)).output).toEqual([6, 7, 8]);
  await pass(20_000, 5000);
  expect(await runsOf("app-b1")).toHaveLength(2);
});

test("a single event runs alone when the time is over, and in one request all go into batches in order", async () => {
  await batched("b-one", { maxSize: 3, timeout: "5s" });
  const since = world.clock.now();
  await world.send(numbered("b-one", 1, 2, 3, 4, 5, 6, 7));
  await passed();
  await pass(5000);
  expect(seen("b-one", since).map(([after]) => after)).toEqual([0, 0, 5000]);
  const all = seen("b-one", since).flatMap(([, ns]) => ns);
  expect([...all].sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(seen("b-one", since).map(([, ns]) => (ns as unknown[]).length)).toEqual([3, 3, 1]);
});

test("B-2: each value of the key has a batch of its own", async () => {
  await batched("b2", { maxSize: 2, timeout: "5s", key: "event.data.n % 2 == 0 ? 'even' : 'odd'" });
  const since = world.clock.now();
  await sendInOrder(numbered("b2", 1, 2, 3, 5, 4));
  await pass(5000);
  expect(seen("b2", since)).toEqual([
    [0, [1, 3]],
    [0, [2, 4]],
    [5000, [5]],
  ]);
});

test("B-3: an event for which `if` is not true runs alone and at once", async () => {
  await batched("b3", { maxSize: 2, timeout: "5s", if: "event.data.n > 10" } as Options["batchEvents"]);
  const since = world.clock.now();
  await sendInOrder(numbered("b3", 11, 1, "text", 12));
  expect(seen("b3", since)).toEqual([
    [0, [1]],
    [0, ["text"]],
    [0, [11, 12]],
  ]);
  const [first] = await counted("app-b3", 3);
  expect(first.trigger).toMatchObject({ isBatch: false, batchId: null });
});

test("B-4: three invokes that come into one batch give three callers the same result", async () => {
  await deployAll(
    {
      id: "b4",
      handler: ({ event, step }) =>
        step.invoke("call", {
          function: referenceFunction({ functionId: "b4-batch" }),
          data: { n: event.data.n },
        }),
    },
    {
      id: "b4-batch",
      options: { batchEvents: { maxSize: 3, timeout: "60s" } },
      handler: ({ events }: any) => events.reduce((sum: number, { data }: any) => sum + data.n, 0),
    },
  );
  const callers = [];
  for (const n of [1, 2, 4]) {
    callers.push(await start({ name: "b4", data: { n } }));
    await passed();
  }
  for (const { run_id } of callers)
    expect(await world.ended(run_id)).toMatchObject({ status: "Completed", output: 7 });
  expect(await runsOf("app-b4-batch")).toHaveLength(1);
});

test("when the run of a batch fails, each step that invoked into it fails", async () => {
  await deployAll(
    {
      id: "b-fails",
      options: { retries: 0 },
      handler: async ({ step }) => {
        try {
          return await step.invoke("call", { function: referenceFunction({ functionId: "b-broken" }) });
        } catch (error) {
          return `caught ${(error as Error).message}`;
        }
      },
    },
    {
      id: "b-broken",
      options: { batchEvents: { maxSize: 2, timeout: "60s" }, retries: 0 },
      handler: () => {
        throw new Error("batch broke");
      },
    },
  );
  const callers = [await start("b-fails"), await start("b-fails")];
  for (const { run_id } of callers)
    expect(await world.ended(run_id)).toMatchObject({ output: "caught batch broke" });
});

test("I-10: the same id sent twice in two requests is twice in the batch", async () => {
  await batched("i10", { maxSize: 3, timeout: "5s" });
  const since = world.clock.now();
  const event = (n: number) => ({ name: "i10", id: "same", data: { n } });
  await sendInOrder([event(1), event(2)]);
  await pass(5000);
  expect(seen("i10", since)).toEqual([[5000, [1, 2]]]);
});

test("B-6: a batch of one, and a timeout in days, are refused when the app syncs", async () => {
  expect(await refusal("b6", { batchEvents: { maxSize: 1, timeout: "5s" } })).toContain(
    'Function "app-b6": batchEvents.maxSize (1) must be a whole number, 2 or more.',
  );
  for (const timeout of ["1d", "1w", "999ms"])
    expect(await refusal("b6", { batchEvents: { maxSize: 2, timeout } })).toContain(
      `batchEvents.timeout ("${timeout}") is not a duration of 1s or more, without days or weeks.`,
    );
});

test("what has been collected is still there after a restart, and its time goes on", async () => {
  await batched("b-restart", { maxSize: 3, timeout: "3600s" });
  const since = world.clock.now();
  await sendInOrder(numbered("b-restart", 1, 2));
  await restart(600_000);
  await sendInOrder(numbered("b-restart", 3, 4));
  expect(seen("b-restart", since)).toEqual([[600_000, [1, 2, 3]]]);
  await restart(2 * 3_600_000);
  await counted("app-b-restart", 2);
  await passed();
  expect(seen("b-restart", since)[1]).toEqual([600_000 + 2 * 3_600_000, [4]]);
});

test("keys of concurrency and throttle are those of the first event, a rate limit does nothing", async () => {
  const options: Options = {
    throttle: { limit: 1, period: "1h", key: "event.data.n" },
    rateLimit: { limit: 1, period: "1h" },
  };
  await batched("b-keys", { maxSize: 2, timeout: "60s" }, options);
  const since = world.clock.now();
  await sendInOrder(numbered("b-keys", 1, 2, 2, 1, 1, 3));
  expect(seen("b-keys", since)).toEqual([
    [0, [1, 2]],
    [0, [2, 1]],
  ]);
  await pass(3_600_000);
  expect(seen("b-keys", since)[2]).toEqual([3_600_000, [1, 3]]);
});

test("a failing key drops the event for this function, and a removed function drops its batch", async () => {
  await batched("b-key", { maxSize: 2, timeout: "5s", key: "int(event.data.n)" });
  await sendInOrder(numbered("b-key", "text"));
  await pass(10_000);
  expect(await runsOf("app-b-key")).toEqual([]);
  await sendInOrder(numbered("b-key", 2));
  await deploy(() => []);
  await pass(10_000, 5000);
  expect(await runsOf("app-b-key")).toEqual([]);
});
