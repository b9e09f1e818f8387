/** Debounce: one run per key, of its newest event, once it has been quiet (semantics §6.5). */
import { expect, test } from "vitest";
import { deploy, deployOne, HOUR, type Options, passed, world } from "./bench.ts";
import { counted, MINUTE, pass, restart, runsOf, starts, useStillWorld } from "./still-world.ts";

useStillWorld();

const debounced = (id: string, debounce: Options["debounce"], more: Options = {}) =>
  deployOne(id, { debounce, ...more } as Options, ({ event }) => event.data);

/** Sends an event now, and waits until it has been routed. */
async function send(name: string, data: object = {}, more: object = {}): Promise<void> {
  await world.send({ name, data, ...more });
  await passed();
}

/** When the runs began, each with the data of its events. */
const seen = (id: string, since: number) =>
  starts(`app-${id}`, since).map(({ after, events }) => [after, events.map(({ data }: any) => data)]);

test("D-1: quiet for 5 s: events at 0, 2 and 4 s make one run at 9 s, of the third", async () => {
  await debounced("d1", { period: "5s" });
  const since = world.clock.now();
  for (const n of [1, 2, 3]) {
    await send("d1", { n });
    if (n < 3) await pass(2000, 1000);
  }
  await pass(4999, 1000);
  expect(await runsOf("app-d1")).toEqual([]);
  await pass(1);
  const [run] = await counted("app-d1", 1);
  await world.ended(run.id);
  expect(seen("d1", since)).toEqual([[9000, [{ n: 3 }]]]);
  expect(Date.parse(run.queuedAt)).toBe(since + 9000);
  await pass(MINUTE, 10_000);
  expect(await runsOf("app-d1")).toHaveLength(1);
});

test("D-2: two keys are two runs", async () => {
  await debounced("d2", { period: "5s", key: "event.data.id" });
  const since = world.clock.now();
  await send("d2", { id: "a", n: 1 });
  await pass(1000);
  await send("d2", { id: "b", n: 2 });
  await pass(1000);
  await send("d2", { id: "a", n: 3 });
  await pass(10_000, 1000);
  expect(seen("d2", since)).toEqual([
    [6000, [{ id: "b", n: 2 }]],
    [7000, [{ id: "a", n: 3 }]],
  ]);
});

test("X-13: a key that joins an id and a kind works for ids that are text or numbers", async () => {
  await debounced("x13", { period: "5s", key: "event.data.id + '-' + event.data.kind" });
  for (const id of ["7", 7, "8", 8]) for (const kind of ["x", "y"]) await send("x13", { id, kind });
  await pass(5000);
  const runs = await counted("app-x13", 1);
  const outputs = await Promise.all(runs.map(async ({ id }) => (await world.ended(id)).output));
  // The text of 7 and "7" is the same: the newer event of the two has the key.
  expect(outputs).toHaveLength(4);
  expect(outputs).toEqual(
    expect.arrayContaining([
      { id: 7, kind: "x" },
      { id: 7, kind: "y" },
      { id: 8, kind: "x" },
      { id: 8, kind: "y" },
    ]),
  );
});

test("D-3: an event with an older ts neither replaces the first one nor makes it wait longer", async () => {
  await debounced("d3", { period: "5s" });
  const since = world.clock.now();
  await send("d3", { n: 1 }, { ts: since });
  await pass(3000);
  await send("d3", { n: 2 }, { ts: since - 1 });
  await pass(2000);
  await passed();
  expect(seen("d3", since)).toEqual([[5000, [{ n: 1 }]]]);
  await pass(20_000, 5000);
  expect(await runsOf("app-d3")).toHaveLength(1);
});

test("D-4: with a timeout of 10 s and an event each 2 s it runs at 10 s, with the newest event then", async () => {
  await debounced("d4", { period: "5s", timeout: "10s" });
  const since = world.clock.now();
  for (let n = 0; n < 5; n += 1) {
    await send("d4", { n });
    await pass(2000, 1000);
  }
  await counted("app-d4", 1);
  await passed();
  expect(seen("d4", since)).toEqual([[10_000, [{ n: 4 }]]]);
  await send("d4", { n: 5 });
  await pass(5000);
  expect(seen("d4", since)[1]).toEqual([15_000, [{ n: 5 }]]);
});

test("D-5: an event after the run opens a new window and makes a second run", async () => {
  await debounced("d5", { period: "5s" });
  const since = world.clock.now();
  await send("d5", { n: 1 });
  await pass(5000);
  await counted("app-d5", 1);
  await send("d5", { n: 2 });
  await pass(4999);
  expect(await runsOf("app-d5")).toHaveLength(1);
  await pass(1);
  expect(seen("d5", since)).toEqual([
    [5000, [{ n: 1 }]],
    [10_000, [{ n: 2 }]],
  ]);
});

test("what is being debounced is still there after a restart, and runs when its time has come", async () => {
  await debounced("d-restart", { period: "1h", key: "event.data.id" });
  const since = world.clock.now();
  await send("d-restart", { id: "a", n: 1 });
  await send("d-restart", { id: "b", n: 2 });
  await restart(30 * MINUTE);
  await send("d-restart", { id: "a", n: 3 });
  await pass(30 * MINUTE);
  expect(seen("d-restart", since)).toEqual([[HOUR, [{ id: "b", n: 2 }]]]);
  // The server is away when the other one becomes due: it runs at the start.
  await restart(HOUR);
  await counted("app-d-restart", 2);
  await passed();
  expect(seen("d-restart", since)[1]).toEqual([2 * HOUR, [{ id: "a", n: 3 }]]);
});

test("a function that is removed before its debounce is over runs nothing", async () => {
  await debounced("d-gone", { period: "5s" });
  await send("d-gone");
  await deploy(() => []);
  await pass(10_000, 5000);
  await debounced("d-gone", { period: "5s" });
  await pass(10_000, 5000);
  expect(await runsOf("app-d-gone")).toEqual([]);
  await send("d-gone", { n: 2 });
  await pass(5000);
  await counted("app-d-gone", 1);
});

test("a rate limit counts every event before the debounce does, and not the run that comes of them", async () => {
  await debounced("d-rate", { period: "5s" }, { rateLimit: { limit: 1, period: "1m" } });
  const since = world.clock.now();
  await send("d-rate", { n: 1 });
  await pass(3000);
  await send("d-rate", { n: 2 });
  await pass(2000);
  await counted("app-d-rate", 1);
  await passed();
  expect(seen("d-rate", since)).toEqual([[5000, [{ n: 1 }]]]);
});
