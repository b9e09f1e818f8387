/** Durations and dates in sleeps and cron jitter (semantics §12), measured on the moved clock. */
import { expect, test } from "vitest";
import {
  advanceTo,
  begin,
  calls,
  completed,
  type Handler,
  HOUR,
  hash,
  type Intercept,
  passed,
  useWorld,
  waitsWith,
  world,
} from "./bench.ts";
import { answerHeaders, sdk } from "./sdk.ts";
import type { RunView } from "./world.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
useWorld();

/** A function that sleeps once. */
const sleeper =
  (nap: { sleep: number | string } | { until: string }): Handler =>
  async ({ step }) => {
    if ("sleep" in nap) await step.sleep("nap", nap.sleep);
    else await step.sleepUntil("nap", nap.until);
    return "awake";
  };

/** Asks for a sleep in these words, whatever the SDK would have made of them. */
function sayInstead(name: string): Intercept {
  const id = hash("nap");
  return (request, reply) => {
    if (request.body.includes(id)) return false;
    const op = { id, op: "Sleep", name, displayName: "nap", userland: { id: "nap" } };
    reply(206, JSON.stringify([op]), answerHeaders);
    return true;
  };
}

/** The run does nothing until a minute before, and goes on at that time. */
async function expectAwake(run: RunView, at: number): Promise<void> {
  const before = calls(run).length;
  advanceTo(at - MINUTE);
  await passed();
  expect(calls(run)).toHaveLength(before);
  advanceTo(at);
  await completed(run, "awake");
}

/** A run sleeps so long from when its sleep was asked for. */
async function expectSleep(durationMs: number, ...run: Parameters<typeof begin>): Promise<RunView> {
  const since = world.clock.now();
  const sleeping = await begin(...run);
  const { stepInfo } = await waitsWith(sleeping, "SLEEP");
  const end = Date.parse(stepInfo?.sleepUntil ?? "");
  expect(end).toBeGreaterThanOrEqual(since + durationMs);
  expect(end).toBeLessThanOrEqual(world.clock.now() + durationMs);
  await expectAwake(sleeping, end);
  return sleeping;
}

test("DU-1: a sleep of `1d12h` lasts 36 hours", async () => {
  const run = await expectSleep(36 * HOUR, "du1", {}, sleeper({ sleep: 36 * HOUR }));
  expect(calls(run)[0]?.answer).toContain('"1d12h"');

  const short = sleeper({ sleep: "1s" });
  await expectSleep(36 * HOUR, "du1-raw", {}, short, sayInstead("1d12h"));
  const every = (9 * 24 + 3) * HOUR + 4 * MINUTE + 5 * SECOND + 6;
  await expectSleep(every, "du1-every", {}, short, sayInstead("1w2d3h4m5s6ms"));
});

test("DU-2: a sleep of `90m` is one of `1h30m`", async () => {
  const run = await expectSleep(1.5 * HOUR, "du2", {}, sleeper({ sleep: "90m" }));
  expect(calls(run)[0]?.answer).toContain('"1h30m"');
  await expectSleep(1.5 * HOUR, "du2-raw", {}, sleeper({ sleep: "1s" }), sayInstead("90m"));
});

test("DU-5: a date without a time is midnight UTC, for sleepUntil and on the wire", async () => {
  for (const [id, raw] of [
    ["du5", false],
    ["du5-raw", true],
  ] as const) {
    const year = new Date(world.clock.now()).getUTCFullYear() + 1;
    const date = `${year}-01-01`;
    const answer = raw ? sayInstead(date) : undefined;
    const run = await begin(id, {}, sleeper({ until: date }), answer);
    await waitsWith(run, "SLEEP");
    await expectAwake(run, Date.UTC(year, 0, 1));
  }

  // In the past: over at once.
  await completed(await begin("du5-past", {}, sleeper({ until: "2020-01-01" })), "awake");
  const raw = await begin("du5-past-raw", {}, sleeper({ until: "2020-01-01" }), sayInstead("2020-01-01"));
  await completed(raw, "awake");
});

// v3 has no cron jitter.
if (sdk.name !== "v3")
  test("DU-7: a cron jitter under 1 s or over 5 min is refused at sync", async () => {
    const deploy = async (jitter: string) => {
      world.app.deploy([
        world.client.createFunction({ id: "shaky", triggers: [{ cron: "0 0 1 1 *", jitter }] }, () => "ran"),
      ]);
      const answer = await fetch(world.app.url, { method: "PUT" });
      return { status: answer.status, ...((await answer.json()) as { message: string }) };
    };
    for (const jitter of ["500ms", "6m", "999ms", "5m1s", "soon", "-3s"]) {
      const { status, message } = await deploy(jitter);
      expect({ jitter, status }).toEqual({ jitter, status: 400 });
      expect(message).toContain("app-shaky");
      expect(message).toContain(jitter);
    }
    for (const jitter of ["1s", "5m"]) expect(await deploy(jitter)).toMatchObject({ status: 200 });
  });
