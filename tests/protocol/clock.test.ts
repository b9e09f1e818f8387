/** Time travel in `dev`: `/dev/clock`, what happens on the way, and what is left of it after a restart. */
import { advanceClock } from "@stepwell/api";
import { startStepwell } from "stepwell";
import { expect, test } from "vitest";
import { openOwn } from "./bench.ts";
import { until, type World, type WorldOptions } from "./world.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** With the server's own clock instead of the test's. */
async function open(functions: WorldOptions["functions"], more: Partial<WorldOptions> = {}): Promise<World> {
  const own = { clock: undefined } as object;
  return openOwn({ functions, ...more, server: { ...own, ...more.server } });
}

interface Answer {
  now: string;
  offsetMs: number;
  fired: number;
}
const ask = (world: World, body: unknown, init: RequestInit = {}): Promise<Response> =>
  world.fetch("/dev/clock", { method: "POST", body: JSON.stringify(body), ...init });
async function advance(world: World, text: string): Promise<Answer> {
  const response = await ask(world, { advance: text });
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
}
const clockOf = (world: World): Promise<Omit<Answer, "fired">> => world.json("/dev/clock");
/** How far the server's time is ahead of the machine's. */
const ahead = (answer: { now: string }): number => Date.parse(answer.now) - Date.now();
const near = (expected: number) => (value: number) => Math.abs(value - expected) < 5 * SECOND;

test("an advance of 4 d over sleeps of 1 d and 3 d runs both, and moves the clock by exactly 4 d", async () => {
  const steps: string[] = [];
  const world = await open((client) => [
    client.createFunction({ id: "welcome", triggers: [{ event: "user/created" }] }, async ({ step }) => {
      await step.run("first", () => steps.push("first"));
      await step.sleep("a-day", "1d");
      await step.run("second", () => steps.push("second"));
      await step.sleep("three-days", "3d");
      await step.run("third", () => steps.push("third"));
    }),
  ]);
  await world.sync();
  expect(await clockOf(world)).toMatchObject({ offsetMs: 0, now: expect.toSatisfy(isIso) });
  const [id = ""] = await world.send({ name: "user/created", data: {} });
  // At once: what is under way comes first.
  const end = await advance(world, "4d");
  expect(steps).toEqual(["first", "second", "third"]);
  expect(end).toEqual({ now: expect.toSatisfy(isIso), offsetMs: 4 * DAY, fired: 2 });
  expect(ahead(end)).toSatisfy(near(4 * DAY));
  expect((await world.runOf(id)).status).toBe("Completed");
  expect(await clockOf(world)).toMatchObject({ offsetMs: 4 * DAY });
  expect(ahead(await clockOf(world))).toSatisfy(near(4 * DAY));
});

const isIso = (text: unknown): boolean => typeof text === "string" && new Date(text).toISOString() === text;

test("an advance stops at nothing that is not due: 23 h over a sleep of 1 d end before it", async () => {
  const steps: string[] = [];
  const world = await open((client) => [
    client.createFunction({ id: "sleeper", triggers: [{ event: "sleep" }] }, async ({ step }) => {
      await step.sleep("a-day", "1d");
      steps.push("awake");
    }),
  ]);
  await world.sync();
  const [id = ""] = await world.send({ name: "sleep", data: {} });
  expect((await advance(world, "23h")).fired).toBe(0);
  expect((await world.runOf(id)).status).toBe("Running");
  expect((await advance(world, "1h")).fired).toBe(1);
  expect(steps).toEqual(["awake"]);
  expect((await clockOf(world)).offsetMs).toBe(DAY);
});

test("every cron tick in the span fires once, in order, and its run finds the clock at its own time", async () => {
  const ticks: { cron: string; scheduledAt: string; lateMs: number }[] = [];
  let world: World;
  world = await open((client) =>
    ["0 */6 * * *", "30 4 * * *"].map((cron, index) =>
      client.createFunction({ id: `cron-${index}`, triggers: [{ cron }] }, async ({ event }) => {
        const { scheduledAt } = event.data as { scheduledAt: string };
        const { now } = await clockOf(world);
        ticks.push({ cron, scheduledAt, lateMs: Date.parse(now) - Date.parse(scheduledAt) });
      }),
    ),
  );
  await world.sync();
  const from = Date.parse((await clockOf(world)).now);
  const { fired } = await advance(world, "3d");
  const expected: { cron: string; scheduledAt: string }[] = [];
  for (let at = Math.ceil(from / (30 * MINUTE)) * 30 * MINUTE; at <= from + 3 * DAY; at += 30 * MINUTE) {
    const scheduledAt = new Date(at).toISOString();
    if (at % (6 * HOUR) === 0) expected.push({ cron: "0 */6 * * *", scheduledAt });
    if (at % DAY === 4.5 * HOUR) expected.push({ cron: "30 4 * * *", scheduledAt });
  }
  expect(expected.length).toBeGreaterThanOrEqual(14);
  expect(ticks.map(({ cron, scheduledAt }) => ({ cron, scheduledAt }))).toEqual(expected);
  expect(fired).toBe(expected.length);
  for (const { lateMs } of ticks) {
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(10 * SECOND);
  }
});

test("retries are due later, too: an advance over them ends with the run failed", async () => {
  let attempts = 0;
  const world = await open((client) => [
    client.createFunction({ id: "fails", retries: 3, triggers: [{ event: "fail" }] }, async ({ step }) => {
      await step.run("never", () => {
        attempts += 1;
        throw new Error("no");
      });
    }),
  ]);
  await world.sync();
  const [id = ""] = await world.send({ name: "fail", data: {} });
  const { fired } = await advance(world, "1d");
  expect(attempts).toBe(4);
  expect(fired).toBe(3);
  expect((await world.runOf(id)).status).toBe("Failed");
});

test("each call carries how far the clock has been moved, once it has been", async () => {
  const world = await open((client) => [
    client.createFunction({ id: "naps", triggers: [{ event: "nap" }] }, async ({ step }) => {
      await step.sleep("nap", "2d");
    }),
  ]);
  await world.sync();
  await world.send({ name: "nap", data: {} });
  await advance(world, "5d");
  const offsets = world.app.calls("app-naps").map(({ headers }) => headers["x-stepwell-clock-offset-ms"]);
  expect(offsets[0]).toBeUndefined();
  expect(Number(offsets.at(-1))).toSatisfy(near(2 * DAY));
  await world.send({ name: "nap", data: {} });
  await until("the call after it", () => world.app.calls("app-naps").length > offsets.length);
  expect(world.app.calls("app-naps").at(-1)?.headers["x-stepwell-clock-offset-ms"]).toBe(String(5 * DAY));
});

test("a restart keeps the clock, real time goes on from there, and the runs with it", async () => {
  const steps: string[] = [];
  const world = await open((client) => [
    client.createFunction({ id: "long", triggers: [{ event: "long" }] }, async ({ step }) => {
      await step.sleep("ten-days", "10d");
      await step.run("after", () => steps.push("after"));
    }),
  ]);
  await world.sync();
  const [id = ""] = await world.send({ name: "long", data: {} });
  const { run_id } = await world.runOf(id);
  const { now } = await advance(world, "9d");
  await world.server.close();

  const again = await startStepwell({ mode: "dev", dir: world.dir, port: world.server.port, log: () => {} });
  try {
    const kept = await clockOf(world);
    expect(kept.offsetMs).toBe(9 * DAY);
    expect(Date.parse(kept.now)).toBeGreaterThanOrEqual(Date.parse(now));
    expect(ahead(kept)).toSatisfy(near(9 * DAY));
    expect((await advance(world, "1d")).fired).toBe(1);
    expect((await world.ended(run_id)).status).toBe("Completed");
    expect(steps).toEqual(["after"]);
    expect((await clockOf(world)).offsetMs).toBe(10 * DAY);
  } finally {
    await again.close();
  }
});

test("`start` has no such clock, and refuses a file whose clock was moved", async () => {
  const serving = await open(() => [], { mode: "start" });
  for (const init of [{}, { method: "POST", body: '{"advance":"1d"}' }]) {
    const response = await serving.fetch("/dev/clock", init);
    expect([response.status, await response.json()]).toMatchObject([404, { code: "not_found" }]);
  }
  await expect(serving.server.engine.advance(DAY)).rejects.toMatchObject({ code: "not_found" });

  const world = await open(() => []);
  await advance(world, "1d");
  await world.server.close();
  const keys = { eventKeys: ["a-key"], signingKey: "signkey-test-0123456789abcdef" };
  const started = startStepwell({ mode: "start", dir: world.dir, port: 0, log: () => {}, ...keys });
  await expect(started).rejects.toMatchObject({ code: "clock_moved", message: /another --sqlite-dir/ });
});

test.each([
  [{ advance: "3 days" }, "advance_invalid", /"3 days"/],
  [{ advance: "-1d" }, "advance_invalid", /"-1d"/],
  [{ advance: "367d" }, "advance_invalid", /at most 366d/],
  [{ advance: "" }, "advance_invalid", /is ""/],
  [{ advance: 86_400_000 }, "advance_invalid", /86400000/],
  [{}, "advance_invalid", /missing/],
  [[], "advance_invalid", /missing/],
  [null, "advance_invalid", /missing/],
])("a body of %j is refused with what to send, and moves nothing", async (body, code, text) => {
  const world = await open(() => []);
  const response = await ask(world, body);
  expect([response.status, await response.json()]).toMatchObject([
    400,
    { code, error: expect.stringMatching(text), status: 400 },
  ]);
  expect((await clockOf(world)).offsetMs).toBe(0);
});

test("text that is no JSON, a foreign host and a foreign page are refused", async () => {
  const world = await open(() => []);
  const noJson = await world.fetch("/dev/clock", { method: "POST", body: "3d" });
  expect([noJson.status, await noJson.json()]).toMatchObject([400, { code: "invalid_json" }]);
  const page = await ask(world, { advance: "1d" }, { headers: { origin: "https://evil.example" } });
  expect([page.status, await page.json()]).toMatchObject([403, { code: "origin_not_allowed" }]);
  expect((await clockOf(world)).offsetMs).toBe(0);
});

/** A function that stays in its step until it is let go. */
async function held(): Promise<{ world: World; entered: () => boolean; letGo: () => void }> {
  let isIn = false;
  let letGo = (): void => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const world = await open((client) => [
    client.createFunction({ id: "works", triggers: [{ event: "work" }] }, async ({ step }) => {
      await step.sleep("an-hour", "1h");
      await step.run("work", async () => {
        isIn = true;
        await gate;
      });
      await step.sleep("a-day", "1d");
    }),
  ]);
  await world.sync();
  await world.send({ name: "work", data: {} });
  return { world, entered: () => isIn, letGo };
}

test("an app that works is waited for and named; a second advance is refused meanwhile", async () => {
  const { world, entered, letGo } = await held();
  const waits: string[] = [];
  const going = advanceClock(world.server.url, "2d", ({ waitingFor }) => {
    if (waitingFor !== null) waits.push(waitingFor);
  });
  await until("the call is in the app", entered);
  await until("it is said what is waited for", () => waits.length > 0);
  expect(waits[0]).toMatch(/^1 call in flight \(\d s so far\)$/);
  const at = (await clockOf(world)).offsetMs;
  expect(at).toBeLessThanOrEqual(HOUR);

  const plain = await ask(world, { advance: "1d" });
  expect([plain.status, await plain.json()]).toMatchObject([409, { code: "clock_busy" }]);
  const lines = await ask(world, { advance: "1d" }, { headers: { accept: "application/x-ndjson" } });
  expect([lines.status, await lines.json()]).toMatchObject([409, { code: "clock_busy" }]);
  expect((await clockOf(world)).offsetMs).toBe(at);

  letGo();
  expect(await going).toMatchObject({ offsetMs: 2 * DAY, fired: 2 });
  await advance(world, "1h");
});

test.each([["lines"], ["one answer"]])(
  "a client of %s that goes away stops the clock where it is",
  async (kind) => {
    const { world, entered, letGo } = await held();
    const leave = new AbortController();
    const going =
      kind === "lines"
        ? advanceClock(world.server.url, "2d", () => {}, leave.signal)
        : ask(world, { advance: "2d" }, { signal: leave.signal });
    const left = expect(going).rejects.toThrow();
    await until("the call is in the app", entered);
    leave.abort();
    await left;
    // As soon as the server has seen it go, another is taken: while the call is still in the app.
    let isTaken = false;
    const taken = until("another advance is taken", async () =>
      advanceClock(world.server.url, "0s", () => {
        isTaken = true;
      }).catch(() => null),
    );
    await until("the other waits for the call", () => isTaken);
    letGo();
    expect((await taken).offsetMs).toBeLessThanOrEqual(HOUR);
  },
);

test("a server that stops ends the advance, and says so", async () => {
  const { world, entered, letGo } = await held();
  const going = advanceClock(world.server.url, "2d");
  const stopped = expect(going).rejects.toMatchObject({ code: "clock_stopped", status: 409 });
  await until("the call is in the app", entered);
  const closed = world.server.close();
  await stopped;
  letGo();
  await closed;
});

test("an advance as JSON lines tells how far it is, and ends with the answer", async () => {
  const world = await open((client) => [
    client.createFunction({ id: "hourly", triggers: [{ cron: "0 * * * *" }] }, () => "ran"),
  ]);
  await world.sync();
  const response = await ask(world, { advance: "1d" }, { headers: { accept: "application/x-ndjson" } });
  expect(response.headers.get("content-type")).toBe("application/x-ndjson");
  const lines = (await response.text())
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.length).toBeGreaterThan(1);
  expect(Object.keys(lines[0]).sort()).toEqual(["fired", "now", "offsetMs", "target", "waitingFor"]);
  expect(lines.at(-1)).toEqual({ now: expect.any(String), offsetMs: DAY, fired: 24 });
  const times = lines.map(({ now }) => Date.parse(now));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});
