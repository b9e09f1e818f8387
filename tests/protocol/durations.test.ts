/** Durations and dates in sleeps and cron jitter (semantics §12), measured on the moved clock. */
import { createHash } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { answerHeaders, sdk } from "./sdk.ts";
import { openWorld, until, type World, type WorldOptions } from "./world.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function open(functions: WorldOptions["functions"]): Promise<World> {
  const world = await openWorld({ functions });
  worlds.push(world);
  return world;
}

/** A function that sleeps once, and one that ends at once. */
async function sleeper(nap: { sleep: number | string } | { until: string }): Promise<World> {
  const world = await open((client) => [
    client.createFunction({ id: "sleeper", triggers: [{ event: "nap" }] }, async ({ step }) => {
      if ("sleep" in nap) await step.sleep("nap", nap.sleep);
      else await step.sleepUntil("nap", nap.until);
      return "awake";
    }),
  ]);
  await world.sync();
  return world;
}

/** Makes the app ask for a sleep in these words, whatever the SDK would have made of them. */
function sayInstead(world: World, name: string): void {
  const id = createHash("sha1").update("nap").digest("hex");
  world.app.intercept = (request, reply) => {
    if (request.method !== "POST" || request.body.includes(id)) return false;
    reply(
      206,
      JSON.stringify([{ id, op: "Sleep", name, displayName: "nap", userland: { id: "nap" } }]),
      answerHeaders,
    );
    return true;
  };
}

interface SleepSpan {
  stepOp: string | null;
  status: string;
}

/** The moved time just before the sleep was asked for, and the run, once the server keeps the sleep. */
async function fallAsleep(world: World): Promise<{ since: number; runId: string }> {
  const since = world.clock.now();
  const [eventId = ""] = await world.send({ name: "nap" });
  const { run_id: runId } = await world.runOf(eventId);
  await until("the sleep is stored", async () => {
    const { data } = await world.json(`/v2/runs/${runId}/trace`);
    return (data.rootSpan.children as SleepSpan[]).some(
      (span) => span.stepOp === "SLEEP" && span.status === "WAITING",
    );
  });
  return { since, runId };
}

/** Moves to shortly before an instant, waits for the run's end, and tells when it went on. */
async function wakeNear(world: World, runId: string, at: number): Promise<number> {
  const before = world.app.calls("app-sleeper").length;
  world.advance(at - SECOND - world.clock.now());
  const offset = world.clock.now() - Date.now();
  const run = await world.ended(runId);
  expect(run.output).toBe("awake");
  const call = world.app.calls("app-sleeper")[before];
  return (call?.at ?? 0) + offset;
}

/** How long the sleep lasted, with up to half a second that the server needed to fall asleep and to wake. */
async function expectSleep(world: World, durationMs: number): Promise<void> {
  const { since, runId } = await fallAsleep(world);
  const asleep = world.clock.now();
  const woke = await wakeNear(world, runId, since + durationMs);
  expect(woke).toBeGreaterThanOrEqual(since + durationMs);
  expect(woke).toBeLessThan(asleep + durationMs + SECOND);
}

test("DU-1: a sleep of `1d12h` lasts 36 hours", async () => {
  const world = await sleeper({ sleep: 36 * HOUR });
  await expectSleep(world, 36 * HOUR);
  expect(world.app.calls()[0]?.answer).toContain('"1d12h"');

  const raw = await sleeper({ sleep: "1s" });
  sayInstead(raw, "1d12h");
  await expectSleep(raw, 36 * HOUR);
  const every = await sleeper({ sleep: "1s" });
  sayInstead(every, "1w2d3h4m5s6ms");
  await expectSleep(every, (9 * 24 + 3) * HOUR + 4 * MINUTE + 5 * SECOND + 6);
});

test("DU-2: a sleep of `90m` is one of `1h30m`", async () => {
  const world = await sleeper({ sleep: "90m" });
  await expectSleep(world, 1.5 * HOUR);
  expect(world.app.calls()[0]?.answer).toContain('"1h30m"');

  const raw = await sleeper({ sleep: "1s" });
  sayInstead(raw, "90m");
  await expectSleep(raw, 1.5 * HOUR);
});

test("DU-5: a date without a time is midnight UTC, for sleepUntil and on the wire", async () => {
  const year = new Date().getUTCFullYear() + 1;
  const midnight = Date.UTC(year, 0, 1);
  const date = `${year}-01-01`;
  const world = await sleeper({ until: date });
  const raw = await sleeper({ until: date });
  sayInstead(raw, date);
  for (const sleeping of [world, raw]) {
    const { runId } = await fallAsleep(sleeping);
    const woke = await wakeNear(sleeping, runId, midnight);
    expect(woke).toBeGreaterThanOrEqual(midnight);
    expect(woke).toBeLessThan(midnight + SECOND);
  }

  // In the past: over at once.
  const past = await sleeper({ until: "2020-01-01" });
  const [eventId = ""] = await past.send({ name: "nap" });
  expect((await past.ended((await past.runOf(eventId)).run_id)).output).toBe("awake");
  sayInstead(past, "2020-01-01");
  const [again = ""] = await past.send({ name: "nap" });
  expect((await past.ended((await past.runOf(again)).run_id)).output).toBe("awake");
});

// v3 has no cron jitter.
if (sdk.name !== "v3")
  test("DU-7: a cron jitter under 1 s or over 5 min is refused at sync", async () => {
    const world = await open((client) => [
      client.createFunction({ id: "other", triggers: [{ event: "x" }] }, () => "ran"),
    ]);
    await world.sync();
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
