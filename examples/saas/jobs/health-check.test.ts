import { assertEnded, assertNotRanStep, assertSafe, createWorld, simulate, type World } from "stepwell/test";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type OpenDatabase, openDatabase } from "@/db/client.ts";
import { demoAdmin } from "@/db/create-admin.ts";
import { withOutage } from "@/db/fixtures/database-outage.ts";
import { incidents, logs, mailbox } from "@/db/schema.ts";
import { readConfig } from "@/lib/config.ts";
import { inngest } from "@/lib/inngest/client.ts";
import { type RedisDouble, startRedisDouble } from "@/services/fixtures/redis-double.ts";
import { doubleKey, type StripeDouble, startStripeDouble } from "@/services/fixtures/stripe-double.ts";
import { createServices, replaceServices, services } from "@/services/index.ts";
import { healthCheck } from "./health-check.ts";

const outage = { on: false };

const functions = [healthCheck];
const byHand = { name: "app/health-check", data: { triggeredBy: "usr_ada", manual: true } };
const allOk = { database: "ok", redis: "ok", stripe: "ok" };
const HOUR_MS = 3_600_000;

/** The app's own database, which a test may switch off for the app. */
let database: OpenDatabase;
let redis: RedisDouble;
let stripe: StripeDouble;
let world: World;

beforeAll(async () => {
  redis = await startRedisDouble();
  stripe = await startStripeDouble();
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.stubEnv("REDIS_URL", redis.url);
  vi.stubEnv("STRIPE_SECRET_KEY", doubleKey);
  vi.stubEnv("STRIPE_API_URL", stripe.url);
  const config = readConfig(process.env);
  database = openDatabase(config.databaseUrl);
  replaceServices(createServices(config, withOutage(database, outage)));
  await services().ready();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await services().email.close();
  await Promise.all([redis.close(), stripe.close(), database.close()]);
});

async function allIsWell() {
  Object.assign(redis, { mood: "well" });
  Object.assign(stripe, { mood: "well" });
  outage.on = false;
  for (const table of [incidents, logs, mailbox]) await database.db.delete(table);
}

/** A second after a tick, which is past; ahead of the machine's clock, so that `now()` is the world's. */
const afterATick = () => (Math.ceil(Date.now() / HOUR_MS) + 1) * HOUR_MS + 1_000;

beforeEach(async () => {
  await allIsWell();
  world = await createWorld({ client: inngest, functions, now: afterATick() });
});
afterEach(() => world.close());

async function nextTick() {
  await world.advance("5m");
  return latestRun();
}

function latestRun() {
  const run = world.runs("health-check").at(-1);
  if (!run) throw new Error("The job has not run");
  return run;
}

async function listSubjects() {
  const mails = await services().mailbox.list({ to: demoAdmin.email });
  return mails.map(({ subject }) => subject).reverse();
}

describe("health-check", () => {
  it.each([
    ["its cron", () => world.advance("5m")],
    ["its event", () => world.send(byHand)],
  ])("started by %s asks every service, and has nothing to tell when all is well", async (_by, start) => {
    await start();
    const run = world.run("health-check");
    assertEnded(run, "completed");
    expect(run.output).toEqual(allOk);
    assertNotRanStep(run, "alert");
    expect(await listSubjects()).toEqual([]);
  });

  it("runs every five minutes", async () => {
    await world.advance("1h");
    expect(world.runs("health-check")).toHaveLength(12);
  });

  it("tells of a failure once, not again five minutes later, and once of its end", async () => {
    redis.mood = "loading";
    const failed = await nextTick();
    expect(failed.output).toEqual({ ...allOk, redis: "failed" });
    expect(failed.steps["alert"]?.result).toEqual({ type: "health-check-failed", services: ["redis"] });
    assertNotRanStep(await nextTick(), "alert");

    redis.mood = "well";
    const recovered = await nextTick();
    expect(recovered.output).toEqual(allOk);
    expect(recovered.steps["alert"]?.result).toEqual({ type: "health-check-recovered", services: ["redis"] });
    assertNotRanStep(await nextTick(), "alert");

    expect(await listSubjects()).toEqual(["Health check failed: redis", "Health check passed again: redis"]);
    const entries = (await services().logs.list(10)).map(({ level, message }) => `${level} ${message}`);
    expect(entries).toEqual([
      "info health-check-recovered: redis",
      expect.stringContaining("error health-check-failed: redis: LOADING"),
    ]);
  });

  it("tells of services that fail together in one alert, and of each that ends when it does", async () => {
    redis.mood = "loading";
    stripe.mood = "server error";
    const failed = await nextTick();
    expect(failed.output).toEqual({ database: "ok", redis: "failed", stripe: "failed" });
    expect(failed.steps["alert"]?.result).toMatchObject({ services: ["redis", "stripe"] });
    stripe.mood = "well";
    expect((await nextTick()).steps["alert"]?.result).toMatchObject({ services: ["stripe"] });
    redis.mood = "well";
    expect((await nextTick()).steps["alert"]?.result).toMatchObject({ services: ["redis"] });
    expect(await listSubjects()).toEqual([
      "Health check failed: redis, stripe",
      "Health check passed again: stripe",
      "Health check passed again: redis",
    ]);
  });

  it("tells of a failure and of an end in one run by two alerts", async () => {
    redis.mood = "loading";
    await nextTick();
    redis.mood = "well";
    stripe.mood = "rate limit";
    const { steps } = await nextTick();
    expect(steps["alert"]?.result).toEqual({ type: "health-check-failed", services: ["stripe"] });
    expect(steps["alert:1"]?.result).toEqual({ type: "health-check-recovered", services: ["redis"] });
  });

  it("is not held up by services that accept and never answer", async () => {
    redis.mood = "never";
    stripe.mood = "never";
    expect((await nextTick()).output).toEqual({ database: "ok", redis: "failed", stripe: "failed" });
  });

  it("started twice at once tells once", async () => {
    redis.mood = "loading";
    await world.send([byHand, byHand]);
    expect(world.runs("health-check").map(({ status }) => status)).toEqual(["completed", "completed"]);
    expect(await listSubjects()).toEqual(["Health check failed: redis"]);
  });

  it("tells later what it could not tell while the mail server was away", async () => {
    redis.mood = "loading";
    const away = vi.spyOn(services().email, "send").mockRejectedValue(new Error("connect ECONNREFUSED"));
    const run = await nextTick();
    expect(run.steps["alert"]).toMatchObject({
      status: "retrying",
      error: { message: "connect ECONNREFUSED" },
    });
    away.mockRestore();
    await world.advance("1m");
    assertEnded(world.run(run.id), "completed");
    expect(await listSubjects()).toEqual(["Health check failed: redis"]);
  });
});

describe("a failure of the database itself", () => {
  it("is found, and told when the database is back, with the time at which it was found", async () => {
    outage.on = true;
    const failed = await nextTick();
    expect(failed.steps["run-checks"]).toMatchObject({
      status: "completed",
      attempts: 1,
      result: { checks: { database: "failed", redis: "ok", stripe: "ok" } },
    });
    expect(failed.steps["alert"]?.status).toBe("retrying");
    const foundAt = (failed.steps["run-checks"]?.result as { at: string }).at;

    outage.on = false;
    await world.advance("1m");
    expect(world.run(failed.id)).toMatchObject({ status: "completed", output: { database: "failed" } });
    expect((await database.db.select().from(incidents))[0]?.openedAt).toEqual(new Date(foundAt));
    await world.advance("5m");
    expect(await listSubjects()).toEqual([
      "Health check failed: database",
      "Health check passed again: database",
    ]);
  });

  it.each([4, 5, 9, 23, 61])("of %i minutes is told once", async (minutes) => {
    outage.on = true;
    await world.advance("5m");
    await world.advance(`${minutes}m`);
    outage.on = false;
    await world.advance("30m");
    expect(await listSubjects()).toEqual([
      "Health check failed: database",
      "Health check passed again: database",
    ]);
  });
});

describe("whatever happens between server and app", () => {
  it("nobody is told twice", async () => {
    const report = await simulate({
      client: inngest,
      functions,
      seeds: 10,
      // Not those that move the clock: each would bring the next ticks, and they the next faults.
      faults: ["crash", "lost", "duplicate"],
      now: afterATick(),
      before: allIsWell,
      observe: async () => ({
        mails: (await services().mailbox.list({ limit: 500 })).map(({ messageId }) =>
          messageId.replace(/\..*@/, "@"),
        ),
        log: (await services().logs.list(500)).map(({ message }) => message),
      }),
      async play(one) {
        redis.mood = "loading";
        await one.send(byHand);
        redis.mood = "well";
        await one.advance("15m");
      },
    });
    assertSafe(report);
    expect(report.repeated.map(({ stepId }) => stepId)).toContain("alert");
  });
});
