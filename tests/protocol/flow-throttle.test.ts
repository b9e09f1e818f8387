/** Throttle and start timeouts: when runs begin, to the millisecond of the world's clock (semantics §6.3, §6.9). */
import { expect, test } from "vitest";
import { deployOne, type Options, passed, waitsWith, world } from "./bench.ts";
import {
  counted,
  MINUTE,
  pass,
  restart,
  runsOf,
  runsOfEvents,
  startedAfter,
  starts,
  statusesOf,
  useStillWorld,
} from "./still-world.ts";

useStillWorld();

const nothing = () => "done";
const events = (name: string, count: number, data: object = {}) =>
  Array.from({ length: count }, () => ({ name, data }));

/** Deploys a throttled function and sends so many events at once. */
async function flood(id: string, throttle: Options["throttle"], count: number): Promise<number> {
  await deployOne(id, { throttle } as Options, nothing);
  const since = world.clock.now();
  await world.send(events(id, count));
  await counted(`app-${id}`, count);
  await passed();
  return since;
}

test("TH-1: one per 5 s: three events start at 0, 5 and 10 s, and all complete", async () => {
  const since = await flood("th1", { limit: 1, period: "5s" }, 3);
  expect(startedAfter("app-th1", since)).toEqual([0]);
  await pass(4999);
  expect(startedAfter("app-th1", since)).toEqual([0]);
  await pass(1);
  expect(startedAfter("app-th1", since)).toEqual([0, 5000]);
  await pass(5000);
  expect(startedAfter("app-th1", since)).toEqual([0, 5000, 10_000]);
  for (const { id } of await runsOf("app-th1")) expect((await world.ended(id)).status).toBe("Completed");
});

test("TH-2: two per 6 s and a burst of one: three at once, then one each 3 s", async () => {
  const since = await flood("th2", { limit: 2, period: "6s", burst: 1 }, 6);
  expect(startedAfter("app-th2", since)).toEqual([0, 0, 0]);
  await pass(10_000, 1000);
  expect(startedAfter("app-th2", since)).toEqual([0, 0, 0, 3000, 6000, 9000]);
  for (const { id } of await runsOf("app-th2")) expect((await world.ended(id)).status).toBe("Completed");
});

test("TH-3: two values of a key are two sequences that know nothing of each other", async () => {
  await deployOne("th3", { throttle: { limit: 1, period: "4s", key: "event.data.id" } }, nothing);
  const since = world.clock.now();
  const send = (id: string, count: number) => world.send(events("th3", count, { id }));
  await send("a", 3);
  await passed();
  await pass(1000);
  await send("b", 2);
  await passed();
  await pass(9000, 1000);
  const of = (id: string) =>
    starts("app-th3", since)
      .filter((start) => start.events[0].data.id === id)
      .map(({ after }) => after);
  expect([of("a"), of("b")]).toEqual([
    [0, 4000, 8000],
    [1000, 5000],
  ]);
});

test("TH-4: throttled runs are listed as QUEUED, and begin in the order of their events", async () => {
  await deployOne("th4", { throttle: { limit: 1, period: "1m" } }, nothing);
  const since = world.clock.now();
  for (const n of [1, 2, 3]) {
    await world.send({ name: "th4", data: { n } });
    await counted("app-th4", n);
    await pass(1);
  }
  const [first] = await runsOf("app-th4");
  await world.ended(first.id);
  expect(await statusesOf("app-th4")).toEqual(["COMPLETED", "QUEUED", "QUEUED"]);
  const { data } = await world.json("/v2/runs?status=QUEUED&functionId=app-th4");
  expect(data).toHaveLength(2);
  await pass(2 * MINUTE, MINUTE);
  expect(starts("app-th4", since).map(({ events: [event] }) => event.data.n)).toEqual([1, 2, 3]);
});

test("only the first request of a run is throttled", async () => {
  await deployOne("th-steps", { throttle: { limit: 1, period: "1h" } }, async ({ step }) => {
    await step.run("a", () => "a");
    await step.sleep("nap", "1s");
    return step.run("b", () => "b");
  });
  const [id = ""] = await world.send({ name: "th-steps" });
  const run = await world.runOf(id);
  await waitsWith(run, "SLEEP");
  await passed();
  world.advance(1000);
  expect(await world.ended(run.run_id)).toMatchObject({ status: "Completed", output: "b" });
});

test("what waits for its throttle is still there after a restart, and so is what was used up", async () => {
  const since = await flood("th-restart", { limit: 1, period: "1m" }, 4);
  await restart(30_000);
  await passed();
  expect(startedAfter("app-th-restart", since)).toEqual([0]);
  await pass(30_000);
  expect(startedAfter("app-th-restart", since)).toEqual([0, MINUTE]);
  // Time that passed without a server is not made up for: no more than one starts at once.
  await restart(10 * MINUTE);
  await passed();
  expect(startedAfter("app-th-restart", since)).toEqual([0, MINUTE, 11 * MINUTE]);
  await pass(MINUTE);
  expect(startedAfter("app-th-restart", since)).toEqual([0, MINUTE, 11 * MINUTE, 12 * MINUTE]);
  for (const { id } of await runsOf("app-th-restart"))
    expect((await world.ended(id)).status).toBe("Completed");
});

test("a sync that raises the limit lets waiting runs start sooner, one that removes it all of them", async () => {
  const since = await flood("th-sync", { limit: 1, period: "1h" }, 5);
  expect(startedAfter("app-th-sync", since)).toEqual([0]);
  await pass(MINUTE);
  await deployOne("th-sync", { throttle: { limit: 2, period: "1h" } }, nothing);
  await passed();
  expect(startedAfter("app-th-sync", since)).toEqual([0]);
  await pass(29 * MINUTE);
  expect(startedAfter("app-th-sync", since)).toEqual([0, 30 * MINUTE]);
  await deployOne("th-sync", {}, nothing);
  await passed();
  expect(startedAfter("app-th-sync", since)).toEqual([0, ...Array(4).fill(30 * MINUTE)]);
});

test("K-2: one per 2 s with a start timeout of 5 s: of ten runs three begin, seven are cancelled at 5 s", async () => {
  const options: Options = { throttle: { limit: 1, period: "2s" }, timeouts: { start: "5s" } };
  await deployOne("k2", options, nothing);
  const since = world.clock.now();
  await world.send(events("k2", 10));
  await counted("app-k2", 10);
  await passed();
  await pass(4999, 1000);
  expect((await statusesOf("app-k2")).sort()).toEqual([
    ...Array(3).fill("COMPLETED"),
    ...Array(7).fill("QUEUED"),
  ]);
  await pass(1);
  const runs = await runsOf("app-k2");
  const cancelled = runs.filter(({ status }) => status === "CANCELLED");
  expect(cancelled).toHaveLength(7);
  expect(new Set(cancelled.map(({ endedAt }) => Date.parse(endedAt) - since))).toEqual(new Set([5000]));
  await pass(20_000, 2000);
  expect(startedAfter("app-k2", since)).toEqual([0, 2000, 4000]);
});

test("both throttle and concurrency must allow a start, and one that concurrency holds uses up nothing", async () => {
  const open: (() => void)[] = [];
  const options: Options = { throttle: { limit: 1, period: "10s" }, concurrency: 1 };
  await deployOne("both", options, () => new Promise<void>((resolve) => open.push(resolve)));
  const since = world.clock.now();
  const sent = await world.send(events("both", 3));
  await counted("app-both", 3);
  await passed();
  await pass(40_000, 10_000);
  expect(startedAfter("app-both", since)).toEqual([0]);
  open.shift()?.();
  await passed();
  expect(startedAfter("app-both", since)).toEqual([0, 40_000]);
  open.shift()?.();
  await passed();
  expect(startedAfter("app-both", since)).toEqual([0, 40_000]);
  await pass(10_000);
  expect(startedAfter("app-both", since)).toEqual([0, 40_000, 50_000]);
  open.shift()?.();
  for (const { run_id } of await runsOfEvents(sent))
    expect((await world.ended(run_id)).status).toBe("Completed");
});
