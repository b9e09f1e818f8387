import { asc, eq } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OpenDatabase } from "@/db/client.ts";
import { openEmptyDatabase } from "@/db/fixtures/empty-database.ts";
import { organizations, subscriptions } from "@/db/schema.ts";
import {
  doubleKey,
  type StripeDouble,
  startStripeDouble,
  stripeSubscription,
} from "./fixtures/stripe-double.ts";
import { createStripeService } from "./stripe-service.ts";
import { createSubscriptionSyncService, type SubscriptionSyncService } from "./subscription-sync-service.ts";

const now = new Date("2026-03-31T12:00:00Z");

let database: OpenDatabase;
let double: StripeDouble;
let subscriptionSync: SubscriptionSyncService;

beforeEach(async () => {
  database = await openEmptyDatabase();
  const createdAt = new Date("2026-01-01T00:00:00Z");
  const rows = ["a", "b", "c"].map((id) => ({ id: `org_${id}`, name: id, createdAt }));
  await database.db.insert(organizations).values(rows);
  double = await startStripeDouble();
  const stripe = createStripeService({ key: doubleKey, apiUrl: double.url });
  subscriptionSync = createSubscriptionSyncService({ ...database, stripe });
});
afterEach(async () => {
  await double.close();
  await database.close();
});

const rows = async () => database.db.select().from(subscriptions).orderBy(asc(subscriptions.id));

describe("the sync with Stripe", () => {
  it("takes over 250 subscriptions, and the same again without a change", async () => {
    double.subscriptions = Array.from({ length: 260 }, (_, n) =>
      stripeSubscription({ id: `sub_${n}`, organizationId: `org_${"abc"[n % 3]}` }),
    );
    const synced = { stripe: "synced", subscriptions: 260, skipped: 0 };
    expect(await subscriptionSync.sync(now)).toEqual(synced);
    const before = await rows();
    expect(before).toHaveLength(260);
    expect(await subscriptionSync.sync(now)).toEqual(synced);
    expect(await rows()).toEqual(before);
  });

  it("follows a change of plan, price and status", async () => {
    const { id, organizationId } = { id: "sub_1", organizationId: "org_a" };
    double.subscriptions = [stripeSubscription({ id, organizationId })];
    await subscriptionSync.sync(now);
    const ended = { status: "canceled", endedAt: now.getTime() / 1000 };
    double.subscriptions = [
      stripeSubscription({ id, organizationId, plan: "business", cents: 9900, ...ended }),
    ];
    await subscriptionSync.sync(now);
    expect(await rows()).toMatchObject([
      { id, plan: "business", monthlyCents: 9900, status: "canceled", endedAt: now },
    ]);
  });

  it("skips what belongs to no organization or to no plan of the app, and counts it", async () => {
    double.subscriptions = [
      stripeSubscription({ id: "sub_1", organizationId: "org_a" }),
      stripeSubscription({ id: "sub_2", organizationId: "org_of_another_app" }),
      stripeSubscription({ id: "sub_3" }),
      stripeSubscription({ id: "sub_4", organizationId: "org_b", plan: null }),
      stripeSubscription({ id: "sub_5", organizationId: "org_b", plan: "platinum" }),
    ];
    expect(await subscriptionSync.sync(now)).toEqual({ stripe: "synced", subscriptions: 1, skipped: 4 });
    expect((await rows()).map(({ id }) => id)).toEqual(["sub_1"]);
  });

  it("ends the app's own plan, chosen or of the demo, of those who pay at Stripe", async () => {
    const chosen = (organizationId: string) =>
      ({
        id: `sub_${organizationId}`,
        organizationId,
        plan: "pro",
        status: "active",
        monthlyCents: 2900,
        startedAt: now,
      }) as const;
    await database.db.insert(subscriptions).values([chosen("org_a"), chosen("org_b"), chosen("org_c")]);
    double.subscriptions = [
      stripeSubscription({ id: "sub_1", organizationId: "org_a" }),
      stripeSubscription({ id: "sub_2", organizationId: "org_b", status: "canceled" }),
    ];
    await subscriptionSync.sync(now);
    const active = (await rows()).filter(({ status }) => status === "active").map(({ id }) => id);
    expect(active).toEqual(["sub_1", "sub_org_b", "sub_org_c"]);
    const [over] = await database.db.select().from(subscriptions).where(eq(subscriptions.id, "sub_org_a"));
    expect(over?.endedAt).toEqual(now);
  });

  it("leaves other subscriptions at Stripe of the same organization alone", async () => {
    double.subscriptions = ["sub_1", "sub_2"].map((id) =>
      stripeSubscription({ id, organizationId: "org_a" }),
    );
    await subscriptionSync.sync(now);
    await subscriptionSync.sync(now);
    expect((await rows()).map(({ id, status }) => [id, status])).toEqual([
      ["sub_1", "active"],
      ["sub_2", "active"],
    ]);
  });

  it("keeps the pages it has had when a later one fails, and makes up for it", async () => {
    double.subscriptions = Array.from({ length: 150 }, (_, n) =>
      stripeSubscription({ id: `sub_${n}`, organizationId: "org_a" }),
    );
    Object.assign(double, { mood: "server error", moodFrom: 2 });
    await expect(subscriptionSync.sync(now)).rejects.toThrow("Something went wrong");
    expect(await rows()).toHaveLength(100);
    double.mood = "well";
    expect(await subscriptionSync.sync(now)).toMatchObject({ subscriptions: 150 });
    expect(await rows()).toHaveLength(150);
  });

  it("does nothing without a key, and says so", async () => {
    const without = createSubscriptionSyncService({ ...database, stripe: undefined });
    expect(await without.sync(now)).toEqual({ stripe: "not configured", subscriptions: 0, skipped: 0 });
  });
});
