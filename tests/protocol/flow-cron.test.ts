/** Cron ticks at the gates: which make a run, and what is written down of those that do not (semantics §3.4, §6.1). */
import { type Tick, tickSchema } from "@stepwell/api";
import { expect, test } from "vitest";
import { deploy, type Handler, type Options, world } from "./bench.ts";
import { counted, MINUTE, pass, runsOf, startedAfter, statusesOf, useStillWorld } from "./still-world.ts";

useStillWorld();

/** Deploys a function that ticks each minute, just after a tick. */
async function eachMinute(id: string, options: Options, handler: Handler = () => "ran"): Promise<number> {
  const now = world.clock.now();
  world.advance(MINUTE - (now % MINUTE) + 1);
  await deploy((client) => [
    client.createFunction({ ...options, id, triggers: [{ cron: "* * * * *" }] }, handler),
  ]);
  return world.clock.now() - 1;
}

/** By half minutes, so that what is due in between comes before the next tick. */
async function minutes(count: number): Promise<void> {
  await pass(MINUTE * count, MINUTE / 2);
}

/** What became of the ticks, oldest first, as the API tells it. */
async function ticksOf(id: string): Promise<Tick[]> {
  const { data } = await world.json("/v2/schedules?limit=100");
  const schedule = data.find((one: any) => one.function.slug === `app-${id}`);
  const ticks = await world.json(`/v2/schedules/${schedule.id}/ticks`);
  return tickSchema.array().parse(ticks.data).reverse();
}

test("ticks that a rate limit drops are recorded as limited, and make no run", async () => {
  await eachMinute("cron-rate", { rateLimit: { limit: 1, period: "2m" } });
  await minutes(5);
  await counted("app-cron-rate", 3);
  const ticks = await ticksOf("cron-rate");
  expect(ticks.map(({ outcome }) => outcome)).toEqual([
    "STARTED",
    "LIMITED",
    "STARTED",
    "LIMITED",
    "STARTED",
  ]);
  expect(ticks.map(({ runId }) => runId === null)).toEqual([false, true, false, true, false]);
  expect(await runsOf("app-cron-rate")).toHaveLength(3);
});

test("ticks of a paused function are skipped runs, recorded as skipped", async () => {
  await eachMinute("cron-paused", {});
  await minutes(1);
  await world.fetch("/v2/functions/app-cron-paused/pause", { method: "POST" });
  await minutes(2);
  await world.fetch("/v2/functions/app-cron-paused/resume", { method: "POST" });
  await minutes(1);
  expect(await statusesOf("app-cron-paused")).toEqual(["COMPLETED", "SKIPPED", "SKIPPED", "COMPLETED"]);
  const ticks = await ticksOf("cron-paused");
  expect(ticks.map(({ outcome, runStatus }) => [outcome, runStatus])).toEqual([
    ["STARTED", "COMPLETED"],
    ["SKIPPED", "SKIPPED"],
    ["SKIPPED", "SKIPPED"],
    ["STARTED", "COMPLETED"],
  ]);
});

test("a singleton skips the ticks that come during a run, or replaces that run", async () => {
  const nap: Handler = async ({ step }) => {
    await step.sleep("nap", "150s");
    return "slept";
  };
  await eachMinute("cron-skip", { singleton: { mode: "skip" } }, nap);
  await minutes(4);
  expect(await statusesOf("app-cron-skip")).toEqual(["COMPLETED", "SKIPPED", "SKIPPED", "RUNNING"]);
  await eachMinute("cron-cancel", { singleton: { mode: "cancel" } }, nap);
  await minutes(3);
  expect(await statusesOf("app-cron-cancel")).toEqual(["CANCELLED", "CANCELLED", "RUNNING"]);
  expect((await ticksOf("cron-cancel")).map(({ outcome }) => outcome)).toEqual(Array(3).fill("STARTED"));
});

test("ticks are neither debounced nor batched, and their runs are throttled like all others", async () => {
  const debounced = await eachMinute("cron-debounce", { debounce: { period: "5m" } });
  await minutes(2);
  expect(startedAfter("app-cron-debounce", debounced).map(floor)).toEqual([1, 2]);
  const batched = await eachMinute("cron-batch", { batchEvents: { maxSize: 10, timeout: "3600s" } });
  await minutes(2);
  expect(startedAfter("app-cron-batch", batched).map(floor)).toEqual([1, 2]);
  const throttled = await eachMinute("cron-throttle", { throttle: { limit: 1, period: "2m" } });
  await minutes(4);
  expect(startedAfter("app-cron-throttle", throttled).map(floor)).toEqual([1, 3]);
  expect(await runsOf("app-cron-throttle")).toHaveLength(4);
});

const floor = (ms: number): number => Math.floor(ms / MINUTE);
