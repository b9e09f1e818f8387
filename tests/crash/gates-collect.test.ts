/**
 * `kill -9` while gates hold events back: debounce, batch, rate limit and idempotency keep their state in
 * the store, so that a death changes neither what runs come of the events nor when (semantics §6.4 to §6.7).
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type GatedData, PATIENCE_SECONDS } from "./gated-functions.ts";
import {
  at,
  closeGatedPlaces,
  type GatedPlace,
  openGatedPlace,
  passed,
  type Run,
  type Sent,
  untilSeen,
} from "./gated-place.ts";
import { createSenders } from "./senders.ts";

let world: GatedPlace;
beforeAll(async () => {
  world = await openGatedPlace("gates that collect");
});
afterAll(closeGatedPlaces);

/** The only run of a key, and the numbers of its events in order. */
async function onlyRun(fn: string, key: string): Promise<{ run: Run; numbers: number[] }> {
  const starts = (await world.starts(fn)).filter(({ data }) => data[0]?.key === key);
  expect({ key, runs: starts.length }).toEqual({ key, runs: 1 });
  const run = (await world.runs(fn)).find(({ id }) => id === starts[0]?.runId);
  if (run === undefined) throw new Error(`the run of ${key} is not in the list`);
  return { run, numbers: starts[0]?.data.map(({ n }) => n) ?? [] };
}

/** Of these patiences the first for which what is done, deaths and all, takes no longer than it allows. */
async function withPatience<T>(allowed: number, act: (seconds: number) => Promise<T>): Promise<T> {
  for (const seconds of PATIENCE_SECONDS) {
    const begunAt = Date.now();
    const done = await act(seconds);
    if (Date.now() < begunAt + seconds * 1000 * allowed) return done;
  }
  throw new Error("this machine is too slow to start a server within a minute");
}

test("debounces and batches whose time is over while the server is away run when it is back", async () => {
  await world.send("debounced-soon", { key: "two events", n: 1 });
  const newest = await world.send("debounced-soon", { key: "two events", n: 2 });
  await world.send("batched-soon", { key: "late", n: 1 });
  const only = await world.send("debounced-soon", { key: "one event", n: 1 });
  const last = await world.send("batched-soon", { key: "late", n: 2 });
  // The last ones have quite possibly not even been routed.
  await passed(Date.now() + world.dice.whole(0, 100));
  const death = await world.kill(() => passed(last.ackedAt + 2_000));
  await world.allEnded("debounced-soon", 2);
  await world.allEnded("batched-soon", 1);
  for (const [fn, key, numbers, id] of [
    ["debounced-soon", "two events", [2], newest.id],
    ["debounced-soon", "one event", [1], only.id],
    ["batched-soon", "late", [1, 2], last.id],
  ] as const) {
    const found = await onlyRun(fn, key);
    expect(found.numbers).toEqual(numbers);
    expect(found.run.trigger.eventIds.at(-1)).toBe(id);
    expect(at(found.run.queuedAt)).toBeGreaterThan(death.goneAt);
    expect(at(found.run.queuedAt)).toBeLessThanOrEqual(death.goesOnBy);
  }
});

test("events after a death extend a debounce up to its latest time, and fill a batch, as if there had been none", async () => {
  const { seconds, first, second } = await withPatience(0.9, async (seconds) => {
    const send = (n: number): Promise<Sent[]> =>
      Promise.all(
        ["debounced", "debounced-at-last"].map((fn) => world.send(`${fn}-${seconds}`, { key: "a", n })),
      );
    const fill = async (...numbers: number[]): Promise<void> => {
      for (const n of numbers) await world.send(`batched-${seconds}`, { key: "half", n });
    };
    const first = await send(1);
    // So that a time that counts from the start of the next server is clearly another one.
    await passed(Date.now() + seconds * 200 + world.dice.whole(0, 300));
    await fill(1, 2, 3);
    await world.kill();
    await fill(4, 5);
    // So that a period after the second event is clearly later than the latest time.
    await passed((first[1]?.ackedAt ?? 0) + seconds * 600);
    return { seconds, first, second: await send(2) };
  });
  await passed(Date.now() + world.dice.whole(0, 300));
  const death = await world.kill();
  const periodMs = seconds * 1000;
  for (const [fn, sent, from, afterMs] of [
    [`debounced-${seconds}`, second[0], second[0], periodMs],
    [`debounced-at-last-${seconds}`, second[1], first[1], periodMs + 1_000],
  ] as const) {
    await world.allEnded(fn, 1);
    const { run, numbers } = await onlyRun(fn, "a");
    expect(numbers).toEqual([2]);
    expect(run.trigger.eventIds).toEqual([sent?.id]);
    expect(at(run.queuedAt)).toBeGreaterThanOrEqual((from?.begunAt ?? Number.NaN) + afterMs);
    const due = (from?.ackedAt ?? Number.NaN) + afterMs;
    const latest = due > death.readyAt ? due + 1_000 + seconds * 50 : death.goesOnBy;
    expect(at(run.queuedAt)).toBeLessThanOrEqual(latest);
  }
  expect((await onlyRun(`batched-${seconds}`, "half")).numbers).toEqual([1, 2, 3, 4, 5]);
});

test("of a stream of events over deaths each is in one batch, in the order of arrival, and a rate limit keeps its pace", async () => {
  const DEATHS = 3;
  const SIZE = 5;
  // No batch is older than this when the next event comes, however slowly a server starts.
  const fn = `batched-${PATIENCE_SECONDS.at(-1)}`;
  const stream = (name: string, data: object) => {
    const senders = createSenders(world.place.eventUrl, `gated/${name}`);
    let isOver = false;
    const go = async (): Promise<number> => {
      let n = 0;
      for (; !isOver || n % SIZE > 0; n += 1) {
        await senders.send([{ n, data: { ...data, n } }], 1);
        await passed(Date.now() + 20);
      }
      return n;
    };
    const sending = go();
    return {
      end: () => {
        isOver = true;
        return sending;
      },
    };
  };
  const batched = stream(fn, { key: "stream", workMs: 20 });
  const limited = stream("limited-often", {});
  for (let round = 1; round <= DEATHS + 1; round += 1) {
    await untilSeen(`${round} are let in`, async () => (await world.runs("limited-often")).length >= round);
    await passed(Date.now() + world.dice.whole(0, 400));
    if (round <= DEATHS) await world.kill();
  }
  const [events] = await Promise.all([batched.end(), limited.end()]);

  const times = (await world.runs("limited-often")).map(({ queuedAt }) => at(queuedAt));
  for (const [index, time] of times.entries())
    if (index > 0) expect(time - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(2_000);
  const ofStream = (data: readonly GatedData[]): boolean => data[0]?.key === "stream";
  const startsOfStream = async () => (await world.starts(fn)).filter(({ data }) => ofStream(data));
  await untilSeen(
    "all are called",
    async () => (await startsOfStream()).flatMap(({ data }) => data).length >= events,
  );
  const dataOf = new Map((await startsOfStream()).map(({ runId, data }) => [runId, data]));
  const batches = (await world.runs(fn)).flatMap(({ id }) => [dataOf.get(id) ?? []]).filter(ofStream);
  expect(batches.filter(({ length }) => length !== SIZE)).toEqual([]);
  expect(batches.flat().map(({ n }) => n)).toEqual(Array.from({ length: events }, (_, n) => n));
});

test("what a rate limit has let in before a death counts after it, and so do keys of idempotency", async () => {
  await world.send("limited-hourly", { key: "one before", n: 1 });
  for (const n of [1, 2]) await world.send("limited-hourly", { key: "full before", n });
  await world.send("once", { key: "paid", n: 1 });
  await world.send("plain", { n: 1 }, { id: "event-1" });
  await passed(Date.now() + world.dice.whole(0, 100));
  await world.kill();
  for (const n of [2, 3]) await world.send("limited-hourly", { key: "one before", n });
  await world.send("limited-hourly", { key: "full before", n: 3 });
  await world.send("once", { key: "paid", n: 2 });
  await world.send("once", { key: "other", n: 3 });
  await world.send("plain", { n: 2 }, { id: "event-1" });
  await world.send("plain", { n: 3 }, { id: "event-2" });
  await passed(Date.now() + world.dice.whole(0, 20));
  await world.kill();
  await world.allEnded("limited-hourly", 4);
  await world.allEnded("once", 2);
  await world.allEnded("plain", 2);
  await world.lookInto((count) => {
    // All events have been routed: what has made no run makes none.
    expect(count(`select count(*) from wakes where job like '{"kind":"route"%'`)).toBe(0);
  });
  const numbers = async (fn: string, key?: string): Promise<number[]> =>
    (await world.starts(fn)).flatMap(({ data }) => data.filter((one) => one.key === key).map(({ n }) => n));
  expect(await numbers("limited-hourly", "one before")).toEqual([1, 2]);
  expect(await numbers("limited-hourly", "full before")).toEqual([1, 2]);
  expect(await numbers("once", "paid")).toEqual([1]);
  expect(await numbers("once", "other")).toEqual([3]);
  expect(await numbers("plain")).toEqual([1, 3]);
});

test("nothing is left that could still start a run", async () => {
  await world.lookInto((count) => {
    // A batch that was full before its time leaves its wake, but no cell.
    expect(count(`select count(*) from wakes where job not like '{"kind":"batch"%'`)).toBe(0);
    expect(count("select count(*) from gate_cells where key like 'batch:%' or key like 'debounce:%'")).toBe(
      0,
    );
    expect(count("select count(*) from leases where freed = 0")).toBe(0);
  });
});
