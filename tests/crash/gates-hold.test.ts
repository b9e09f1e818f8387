/**
 * `kill -9` while a run holds a place or a function stands still: the lock of a singleton and the mode of a
 * function are in the store, and so is half of a replacement (semantics §6.8, §6.11).
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  at,
  closeGatedPlaces,
  type GatedPlace,
  openGatedPlace,
  passed,
  type Run,
  untilSeen,
} from "./gated-place.ts";

let world: GatedPlace;
beforeAll(async () => {
  world = await openGatedPlace("gates that hold");
});
afterAll(closeGatedPlaces);

const TEN_MINUTES = 600_000;

const runOf = (fn: string, event: { id: string }): Promise<Run> =>
  untilSeen("the event has a run", async () =>
    (await world.runs(fn)).find(({ trigger }) => trigger.eventIds.includes(event.id)),
  );

const statusOf = async ({ id }: Run): Promise<string> =>
  (await world.place.json<Run>(`/v2/runs/${id}`)).status;

/** Why a run was skipped, and for whom. */
async function skipOf({ id }: Run): Promise<object> {
  type Trace = { rootSpan: { status: string; skipReason?: string; skipExistingRunID?: string | null } };
  const { rootSpan } = await world.place.json<Trace>(`/v2/runs/${id}/trace`);
  const { status, skipReason, skipExistingRunID } = rootSpan;
  return { status, skipReason, skipExistingRunID };
}

const hasBegun = (run: Run): Promise<boolean> =>
  untilSeen("the run has begun", async () => (await statusOf(run)) !== "QUEUED");

test("a run that sleeps holds its place over deaths, until it ends", async () => {
  const send = (key: string, n: number, sleepMs: number) => world.send("skips", { key, n, sleepMs });
  const long = await send("long", 1, TEN_MINUTES);
  const short = await send("short", 1, 1_000);
  await passed(Date.now() + world.dice.whole(0, 200));
  await world.kill();
  const holder = await runOf("skips", long);
  const second = await send("long", 2, 0);
  await passed(Date.now() + world.dice.whole(0, 20));
  await world.kill();
  const third = await runOf("skips", await send("long", 3, 0));
  for (const skipped of [await runOf("skips", second), third])
    expect(await skipOf(skipped)).toEqual({
      status: "SKIPPED",
      skipReason: "Singleton",
      skipExistingRunID: holder.id,
    });
  expect(await statusOf(holder)).toBe("RUNNING");

  // The places of those that have ended are free: one by itself, the other one by the API.
  const ended = await runOf("skips", short);
  await untilSeen("it wakes", async () => (await statusOf(ended)) === "COMPLETED");
  await world.place.json(`/v2/runs/${holder.id}/cancel`, "POST");
  await world.kill();
  for (const key of ["long", "short"]) {
    const next = await runOf("skips", await send(key, 9, 0));
    await untilSeen("it completes", async () => (await statusOf(next)) === "COMPLETED");
  }
});

test("a replacement that a death cuts in two ends with one run, the newest, and one word about each old one", async () => {
  const RUNS = 8;
  const sent = [];
  for (let n = 0; n < RUNS; n += 1) {
    const event = await world.send("replaces", {
      key: "a",
      n,
      sleepMs: n === RUNS - 1 ? 1_000 : TEN_MINUTES,
    });
    sent.push(event);
    // Some 10 ms are what a replacement takes: cancel the old run, admit the new one, begin it.
    if (n % 2 === 1) {
      await passed(Date.now() + world.dice.whole(0, 20));
      await world.kill();
    }
    await hasBegun(await runOf("replaces", event));
  }
  const runs = await world.allEnded("replaces", RUNS);
  expect(runs.map(({ trigger }) => trigger.eventIds[0])).toEqual(sent.map(({ id }) => id));
  const old = runs.slice(0, -1);
  expect(old.map(({ status }) => status)).toEqual(old.map(() => "CANCELLED"));
  expect(runs.at(-1)?.status).toBe("COMPLETED");
  for (const [index, run] of old.entries())
    expect(at(run.endedAt)).toBeLessThanOrEqual(at(runs[index + 1]?.queuedAt ?? null));

  const about = await untilSeen("each cancelled run has been told of", async () => {
    const told = await world.runs("told");
    const shown = told.map(({ id }) => world.place.json<{ output: string | null }>(`/v1/runs/${id}`));
    const ids = (await Promise.all(shown)).map(({ output }) => output);
    return old.every(({ id }) => ids.includes(id)) && ids;
  });
  for (const { id } of old) expect(about.filter((one) => one === id)).toEqual([id]);
});

/** A run of `plain` that sleeps so long has gone all the way: what had been due before it has been looked at. */
async function othersGoOn(sleepMs: number): Promise<void> {
  const run = await runOf("plain", await world.send("plain", { n: 0, sleepMs }));
  await untilSeen("another function's run completes", async () => (await statusOf(run)) === "COMPLETED");
}

/** The function takes no new runs, for this reason. */
async function skips(fn: string, skipReason: string): Promise<void> {
  const run = await runOf(fn, await world.send(fn, { n: 2 }));
  expect(await skipOf(run)).toMatchObject({ status: "SKIPPED", skipReason });
}

test("a function stays paused over deaths and holds its runs, a drained one ends them, and a resume is kept, too", async () => {
  const SLEEP_MS = 1_000;
  const sleeps = await runOf("paused", await world.send("paused", { n: 1, sleepMs: SLEEP_MS }));
  const drains = await runOf(
    "drained",
    await world.send("drained", { n: 1, workMs: 100, sleepMs: SLEEP_MS }),
  );
  // In mid-step, asleep, or not begun: what the moment brings.
  const works = await runOf("paused", await world.send("paused", { n: 1, workMs: 300 }));
  await passed(Date.now() + world.dice.whole(0, 200));
  await world.mode("drained", "drain");
  await world.mode("paused", "pause");
  await world.kill();
  const callsAtPause = (await world.calls("paused")).length;
  await skips("paused", "FunctionPaused");
  await skips("drained", "FunctionDrained");
  await othersGoOn(SLEEP_MS);
  await untilSeen("what drains ends", async () => (await statusOf(drains)) === "COMPLETED");
  // The lanes of the paused one are blocked by now; another death does not open them.
  await world.kill();
  await othersGoOn(0);
  expect(await world.calls("paused")).toHaveLength(callsAtPause);
  for (const run of [sleeps, works]) expect(["QUEUED", "RUNNING"]).toContain(await statusOf(run));
  await skips("paused", "FunctionPaused");

  await world.mode("drained", "resume");
  await world.mode("paused", "resume");
  await world.kill();
  for (const fn of ["paused", "drained"]) {
    const next = await runOf(fn, await world.send(fn, { n: 3 }));
    await untilSeen("a new run completes", async () => (await statusOf(next)) === "COMPLETED");
  }
  const runs = await world.allEnded("paused", 5);
  expect(runs.map(({ status }) => status)).toEqual([
    "COMPLETED",
    "COMPLETED",
    "SKIPPED",
    "SKIPPED",
    "COMPLETED",
  ]);
});

test("every cancelled run has been published once, and nothing is left", async () => {
  await world.lookInto((count) => {
    const cancelled = count("select count(*) from runs where status = 'cancelled'");
    expect(cancelled).toBeGreaterThan(0);
    expect(count("select count(*) from events where name = 'inngest/function.cancelled'")).toBe(cancelled);
    expect(count("select count(*) from wakes")).toBe(0);
    expect(count("select count(*) from leases where freed = 0")).toBe(0);
  });
});
