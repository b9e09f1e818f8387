import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  doubleKey,
  type StripeDouble,
  startStripeDouble,
  stripeSubscription,
} from "./fixtures/stripe-double.ts";
import { createStripeService, type StripeService } from "./stripe-service.ts";

let double: StripeDouble;
let stripe: StripeService;

beforeEach(async () => {
  double = await startStripeDouble();
  stripe = createStripeService({ key: doubleKey, apiUrl: double.url });
});
afterEach(() => double.close());

async function listAll() {
  const all = [];
  for await (const subscription of stripe.eachSubscription()) all.push(subscription);
  return all;
}

describe("pinging Stripe", () => {
  it("is one call for one row", async () => {
    await stripe.ping(1_000);
    expect(double.calls).toEqual(["/v1/subscriptions?limit=1"]);
  });

  it.each([
    ["it fails", "server error", "Something went wrong"],
    ["it has had too many calls", "rate limit", "Too many requests"],
  ] as const)("says why when %s, after one call", async (_when, mood, why) => {
    double.mood = mood;
    await expect(stripe.ping(1_000)).rejects.toThrow(why);
    expect(double.calls).toHaveLength(1);
  });

  it("gives up on a Stripe that takes the call and never answers", async () => {
    double.mood = "never";
    await expect(stripe.ping(50)).rejects.toThrow(/timed? ?out|aborted|connection/i);
  });

  it("fails with a wrong key, which it does not tell", async () => {
    const wrong = createStripeService({ key: "sk_test_wrong", apiUrl: double.url });
    const refusal = await wrong.ping(1_000).catch((error: Error) => error.message);
    expect(refusal).toContain("Invalid API Key");
    expect(refusal).not.toContain("wrong");
  });
});

describe("reading subscriptions", () => {
  it("turns all pages", async () => {
    double.subscriptions = Array.from({ length: 251 }, (_, n) => stripeSubscription({ id: `sub_${n}` }));
    const ids = (await listAll()).map(({ id }) => id);
    expect(ids).toEqual(double.subscriptions.map(({ id }) => id));
    expect(double.calls).toHaveLength(3);
    expect(double.calls[2]).toContain("starting_after=sub_199");
  });

  it("reads what the app needs to know", async () => {
    double.subscriptions = [stripeSubscription({ id: "sub_1", organizationId: "org_1", plan: "business" })];
    expect(await listAll()).toEqual([
      {
        id: "sub_1",
        organizationId: "org_1",
        plan: "business",
        status: "active",
        monthlyCents: 2900,
        startedAt: new Date("2026-01-05T00:00:00Z"),
        endedAt: null,
      },
    ]);
  });

  it.each([
    ["active", "active"],
    ["trialing", "active"],
    ["past_due", "active"],
    ["unpaid", "canceled"],
    ["paused", "canceled"],
    ["incomplete", "canceled"],
    ["incomplete_expired", "canceled"],
    ["canceled", "canceled"],
    ["a status of next year", "canceled"],
  ])("takes %s for %s", async (status, meaning) => {
    double.subscriptions = [stripeSubscription({ id: "sub_1", status, endedAt: 1_800_000_000 })];
    expect(await listAll()).toMatchObject([{ status: meaning, endedAt: new Date(1_800_000_000_000) }]);
  });

  it.each([
    ["a month", { interval: "month", interval_count: 1 }, 6000],
    ["a quarter", { interval: "month", interval_count: 3 }, 2000],
    ["a year", { interval: "year", interval_count: 1 }, 500],
    ["a week", { interval: "week", interval_count: 1 }, 26_000],
  ])("says what a price for %s is a month", async (_every, every, monthlyCents) => {
    double.subscriptions = [stripeSubscription({ id: "sub_1", cents: 3000, quantity: 2, every })];
    expect(await listAll()).toMatchObject([{ monthlyCents }]);
  });
});
