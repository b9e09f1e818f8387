/**
 * `kill -9` while runs queue: the pace of a throttle, the numbers of limits and the order of priorities are
 * in the store, and so is what is used of them (semantics §6.2, §6.3, §6.6).
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../protocol/world.ts";
import {
  type AppCall,
  at,
  closeGatedPlaces,
  type GatedPlace,
  openGatedPlace,
  passed,
  untilSeen,
} from "./gated-place.ts";

let world: GatedPlace;
beforeAll(async () => {
  world = await openGatedPlace("gates that queue");
});
afterAll(closeGatedPlaces);

const openCalls = async (...fns: string[]): Promise<AppCall[]> =>
  (await world.calls(...fns)).filter(({ endedAt }) => endedAt === Number.POSITIVE_INFINITY);

/**
 * A kill at a seeded moment soon after so many calls of these functions were open. A load that a fast server
 * may have done by then is kept up with `addWork`: it is asked as long as too few calls are open.
 */
async function killAmongCalls(
  fns: string[],
  atLeast: number,
  addWork: () => Promise<unknown> = async () => {},
): Promise<void> {
  await until("calls are open", async () => {
    if ((await openCalls(...fns)).length >= atLeast) return true;
    await addWork();
  });
  await passed(Date.now() + world.dice.whole(0, 150));
  await world.kill();
}

test("a throttled backlog goes on over deaths at its pace and in its order", async () => {
  const EVERY_MS = 2_000;
  const KEYS = ["a", "b", "c"];
  const RUNS = 5;
  const begunAt = Date.now();
  for (let n = 0; n < RUNS; n += 1)
    for (const key of KEYS) await world.send("throttled", { n, key, workMs: 50 });
  for (let round = 0; round < 3; round += 1) {
    await passed(Date.now() + world.dice.whole(100, 1_000));
    const waiting = (await world.runs("throttled")).filter(({ status }) => status === "QUEUED");
    expect(waiting.length).toBeGreaterThan(0);
    await world.kill();
  }
  const runs = await world.allEnded("throttled", KEYS.length * RUNS);
  expect(runs.filter(({ status }) => status !== "COMPLETED")).toEqual([]);

  const starts = await world.starts("throttled");
  const calls = await world.calls("throttled");
  for (const key of KEYS) {
    const ofKey = starts.filter(({ data }) => data[0]?.key === key);
    expect(ofKey.map(({ data }) => data[0]?.n)).toEqual([0, 1, 2, 3, 4]);
    const first = ofKey.map(({ runId }) => calls.find((call) => call.runId === runId) as AppCall);
    for (const [index, call] of first.entries()) {
      // However many deaths: never more starts than the pace has allowed since the first event.
      expect(call.begunAt).toBeGreaterThanOrEqual(begunAt + index * EVERY_MS);
      const before = first[index - 1];
      // A start that was granted by a server which died before it said so is made later than it was granted.
      if (before === undefined || before.generation > 1 || call.generation > 1) continue;
      expect(call.grantedAt - before.grantedAt).toBeGreaterThanOrEqual(EVERY_MS);
      const back = world.deaths.findLast((death) => death.at < call.grantedAt);
      const due = before.grantedAt + EVERY_MS;
      expect(call.grantedAt).toBeLessThanOrEqual(Math.max(due + 1_000, back?.goesOnBy ?? 0));
    }
  }
});

/** Each call with all that were open when it began. */
function together(calls: AppCall[]): AppCall[][] {
  return calls.map(({ begunAt }) =>
    calls.filter((call) => call.begunAt <= begunAt && call.endedAt > begunAt),
  );
}

/**
 * What is promised: a server never has more calls open than a limit allows, whatever those before it did.
 * What is not: that the app has stopped working on the calls of a server that died. It may go on with them
 * while the next server makes them again, so a call ends here at the latest when the server that made it is gone.
 */
test("limits hold over deaths under load, and afterwards no slot is missing", async () => {
  const KEYS = ["a", "b", "c", "d"];
  const keyOf = new Map<string, string>();
  const fns = ["two-limits", "shared-one", "shared-two", "whole-runs"];
  const send = (fn: string, n: number): Promise<unknown> =>
    world.send(fn, { n, key: KEYS[n % 4] ?? "", workMs: world.dice.whole(50, 250), sleepMs: 300 });
  let sent = 0;
  const sendOfEach = async (): Promise<void> => {
    await Promise.all(fns.map((fn) => send(fn, sent)));
    sent += 1;
  };
  while (sent < 6) await sendOfEach();
  for (let round = 0; round < 3; round += 1) await killAmongCalls(fns, 4, sendOfEach);
  for (const fn of fns) {
    const runs = await world.allEnded(fn, sent);
    expect(runs.map(({ status }) => status)).toEqual(runs.map(() => "COMPLETED"));
  }
  for (const { runId, data } of await world.starts("two-limits")) keyOf.set(runId, data[0]?.key ?? "");
  for (const calls of together(await world.calls("two-limits"))) {
    expect(calls.length).toBeLessThanOrEqual(3);
    const keys = calls.map(({ runId }) => keyOf.get(runId));
    expect(new Set(keys).size).toBe(keys.length);
  }
  for (const calls of together(await world.calls("shared-one", "shared-two")))
    expect(calls.length).toBeLessThanOrEqual(2);
  const whole = (await world.runs("whole-runs")).map((run) => [at(run.startedAt), at(run.endedAt)] as const);
  for (const [startedAt] of whole)
    expect(whole.filter(([from, to]) => from <= startedAt && to > startedAt).length).toBeLessThanOrEqual(2);

  // As many as each limit allows are let in at the same time: none of the deaths has kept a slot.
  for (const [names, slots] of [
    [["two-limits"], 3],
    [["shared-one", "shared-two"], 2],
    [["whole-runs"], 2],
  ] as const) {
    for (let n = 0; n < slots; n += 1)
      await world.send(names[n % names.length] ?? "", { n, key: KEYS[n] ?? "", workMs: 1_000 });
    await until(`${names} use ${slots} slots`, async () => (await openCalls(...names)).length >= slots);
  }
  await world.allEnded("two-limits", sent + 3);
  await world.allEnded("shared-one", sent + 1);
  await world.allEnded("shared-two", sent + 1);
  await world.allEnded("whole-runs", sent + 2);
});

test("queued runs start in the order of their priority after deaths, too", async () => {
  const send = (n: number, priority: number, workMs = 200): Promise<unknown> =>
    world.send("in-order", { n, priority, workMs });
  // The first one is at work until the others are there.
  await send(0, 0, 1_500);
  await until("the first one is called", async () => (await openCalls("in-order")).length === 1);
  for (const [n, priority] of [0, 30, -1, 60, 30, 0].entries()) await send(n + 1, priority);
  await untilSeen("all are there", async () => (await world.runs("in-order")).length === 7);
  for (let round = 0; round < 3; round += 1) await killAmongCalls(["in-order"], 1);
  await world.allEnded("in-order", 7);
  expect((await world.starts("in-order")).map(({ data }) => data[0]?.n)).toEqual([0, 4, 2, 5, 1, 6, 3]);
  for (const calls of together(await world.calls("in-order"))) expect(calls.length).toBe(1);
});

test("nothing is left in the queue, and no call holds a slot", async () => {
  await world.lookInto((count) => {
    expect(count(`select count(*) from wakes where job not like '{"kind":"room"%'`)).toBe(0);
    expect(count("select count(*) from leases where freed = 0")).toBe(0);
  });
});
