import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { OpenDatabase } from "@/db/client.ts";
import { type Outage, withOutage } from "@/db/fixtures/database-outage.ts";
import { openEmptyDatabase } from "@/db/fixtures/empty-database.ts";
import { type RedisDouble, startRedisDouble } from "./fixtures/redis-double.ts";
import { doubleKey, type StripeDouble, startStripeDouble } from "./fixtures/stripe-double.ts";
import { checksOf } from "./health-checks.ts";
import { createHealthService } from "./health-service.ts";
import { createStripeService } from "./stripe-service.ts";

const now = new Date("2026-03-31T12:00:00Z");
const never = () => new Promise<never>(() => {});

let database: OpenDatabase;
let outage: Outage;
let redis: RedisDouble;
let stripe: StripeDouble;

beforeEach(async () => {
  outage = { on: false };
  database = withOutage(await openEmptyDatabase(), outage);
  redis = await startRedisDouble({ password: "open-sesame" });
  stripe = await startStripeDouble();
});
afterEach(async () => {
  await Promise.all([redis.close(), stripe.close(), database.close()]);
});

function createService({ key = doubleKey, timeLimitMs = 2_000 } = {}) {
  const asked = createStripeService({ key, apiUrl: stripe.url });
  const checks = checksOf({ db: database.db, redisUrl: redis.url, stripe: asked });
  return createHealthService({ checks, timeLimitMs });
}

describe("the checks", () => {
  it("ask each service", async () => {
    expect(await createService().check(now)).toEqual({
      at: now.toISOString(),
      checks: { database: "ok", redis: "ok", stripe: "ok" },
      reasons: {},
    });
    expect(redis.commands).toEqual(["AUTH", "PING"]);
    expect(stripe.calls).toHaveLength(1);
  });

  it("leave out what is not configured", async () => {
    const checks = checksOf({ db: database.db, redisUrl: undefined, stripe: undefined });
    const { checks: found } = await createHealthService({ checks }).check(now);
    expect(found).toEqual({ database: "ok", redis: "not configured", stripe: "not configured" });
  });

  it("say why each one fails, and no secret", async () => {
    outage.on = true;
    redis.url = redis.url.replace("open-sesame", "wrong-word");
    const found = await createService({ key: "sk_test_wrong" }).check(now);
    expect(found.checks).toEqual({ database: "failed", redis: "failed", stripe: "failed" });
    expect(found.reasons).toEqual({
      database: "connect ECONNREFUSED 127.0.0.1:5432",
      redis: expect.stringContaining("WRONGPASS"),
      stripe: expect.stringContaining("Invalid API Key"),
    });
    expect(JSON.stringify(found)).not.toContain("wrong");
  });

  it("do not wait for a server that accepts and never answers", async () => {
    redis.mood = "never";
    stripe.mood = "never";
    const { checks, reasons } = await createService({ timeLimitMs: 100 }).check(now);
    expect(checks).toEqual({ database: "ok", redis: "failed", stripe: "failed" });
    expect(reasons.redis).toMatch(/no answer|timed out/i);
  });

  it("go on at the same time, and end in time also where a check knows no limit itself", async () => {
    const health = createHealthService({
      checks: { database: never, redis: never, stripe: never },
      timeLimitMs: 500,
    });
    const before = performance.now();
    const { checks, reasons } = await health.check(now);
    expect(performance.now() - before).toBeLessThan(1_400);
    expect(checks).toEqual({ database: "failed", redis: "failed", stripe: "failed" });
    expect(reasons.database).toBe("No answer within 0.5 s");
  });

  it.each([
    ["a cause", new Error("Failed query", { cause: new Error("disk I/O error") }), "disk I/O error"],
    ["no words but a code", Object.assign(new AggregateError([]), { code: "ECONNREFUSED" }), "ECONNREFUSED"],
    ["more than one line", new Error("first\nsecond"), "first"],
    ["very many words", new Error("x".repeat(1_000)), "x".repeat(200)],
  ])("shorten an error with %s to what matters", async (_what, error, reason) => {
    const fails = () => Promise.reject(error);
    const health = createHealthService({ checks: { database: fails, redis: undefined, stripe: undefined } });
    expect((await health.check(now)).reasons.database).toBe(reason);
  });
});

describe("asking again within a second", () => {
  afterEach(() => vi.restoreAllMocks());

  it("asks the services once, also when a hundred ask at once", async () => {
    const health = createService();
    const clock = vi.spyOn(performance, "now").mockReturnValue(10_000);
    await Promise.all(Array.from({ length: 100 }, () => health.checkRecently()));
    clock.mockReturnValue(10_999);
    await health.checkRecently();
    expect(stripe.calls).toHaveLength(1);
    clock.mockReturnValue(11_000);
    redis.mood = "loading";
    expect((await health.checkRecently()).checks.redis).toBe("failed");
    expect(stripe.calls).toHaveLength(2);
  });
});
