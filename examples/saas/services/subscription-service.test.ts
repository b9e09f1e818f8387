import { eq } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OpenDatabase } from "@/db/client.ts";
import { openEmptyDatabase } from "@/db/fixtures/empty-database.ts";
import { organizations, subscriptions } from "@/db/schema.ts";
import { seedDemo } from "@/db/seed.ts";
import { demoSubscriptions, demoUsers } from "@/db/seed-data.ts";
import { plans } from "@/lib/plans.ts";
import {
  createSubscriptionService,
  mayChangePlan,
  type SubscriptionService,
} from "./subscription-service.ts";
import type { User } from "./user-service.ts";

const now = new Date("2026-03-31T12:00:00Z");
const later = new Date("2026-04-02T08:30:00.123Z");

let database: OpenDatabase;
let service: SubscriptionService;

beforeEach(async () => {
  database = await openEmptyDatabase();
  await seedDemo(database.db, now);
  service = createSubscriptionService(database);
});
afterEach(() => database.close());

const rowsOf = async (organizationId: string) =>
  database.db.select().from(subscriptions).where(eq(subscriptions.organizationId, organizationId));
const activeOf = async (organizationId: string) =>
  (await rowsOf(organizationId)).filter(({ status }) => status === "active");

describe("the plan", () => {
  it("is the active subscription's", async () => {
    expect(await service.current("org_halyard")).toMatchObject({ plan: "pro", monthlyCents: 2_900 });
    expect(await service.current("org_nobody")).toBeUndefined();
  });

  it("costs what the demo data says", () => {
    const prices = demoSubscriptions.map(({ plan, monthlyCents }) => [plan, monthlyCents]);
    expect(prices).toEqual(prices.map(([plan]) => [plan, plans[plan as keyof typeof plans].monthlyCents]));
    expect(prices).toHaveLength(3);
  });

  it("changes: the old one ends at the moment the new one starts", async () => {
    const { is, subscription } = await service.change("org_halyard", "business", later);
    expect(is).toBe("changed");
    expect(subscription).toMatchObject({ plan: "business", monthlyCents: 9_900, startedAt: later });
    expect(await service.current("org_halyard")).toEqual(subscription);
    const old = (await rowsOf("org_halyard")).find(({ id }) => id === "sub_halyard");
    expect(old).toMatchObject({ plan: "pro", status: "canceled", endedAt: later });
    expect(await service.current("org_northwind")).toMatchObject({ id: "sub_northwind" });
  });

  it("stays as it is when it is chosen again", async () => {
    const before = await rowsOf("org_halyard");
    expect(await service.change("org_halyard", "pro", later)).toMatchObject({
      is: "unchanged",
      subscription: { id: "sub_halyard" },
    });
    expect(await rowsOf("org_halyard")).toEqual(before);
  });

  it("cannot be changed where Stripe bills it, nor ended by a second one", async () => {
    const { db } = database;
    await db.update(subscriptions).set({ billedBy: "stripe" }).where(eq(subscriptions.id, "sub_halyard"));
    const before = await rowsOf("org_halyard");
    const refused = { is: "billed-by-stripe", subscription: { id: "sub_halyard" } };
    for (const plan of ["business", "pro"] as const) {
      expect(await service.change("org_halyard", plan, later)).toMatchObject(refused);
    }
    expect(await rowsOf("org_halyard")).toEqual(before);
  });

  it("is the first one of an organization that had none", async () => {
    await database.db.insert(organizations).values({ id: "org_new", name: "New", createdAt: now });
    const { subscription } = await service.change("org_new", "free", later);
    expect(await service.current("org_new")).toEqual(subscription);
    await service.undoChange(subscription);
    expect(await rowsOf("org_new")).toEqual([]);
  });

  it("is one, however many choose at once", async () => {
    const names = ["free", "business", "pro", "business", "free"] as const;
    const changes = names.map((plan, at) => service.change("org_halyard", plan, new Date(+later + at)));
    await Promise.all(changes);
    expect(await activeOf("org_halyard")).toHaveLength(1);
  });

  it("is not changed by half: an organization that does not exist gets nothing", async () => {
    const before = await database.db.select().from(subscriptions);
    await expect(service.change("org_nobody", "pro", later)).rejects.toThrow();
    expect(await database.db.select().from(subscriptions)).toEqual(before);
  });
});

describe("taking a change back", () => {
  it("leaves everything as it was", async () => {
    const before = await database.db.select().from(subscriptions).orderBy(subscriptions.id);
    await service.undoChange((await service.change("org_halyard", "business", later)).subscription);
    expect(await database.db.select().from(subscriptions).orderBy(subscriptions.id)).toEqual(before);
  });

  it("does not touch what was ended before", async () => {
    await service.change("org_halyard", "free", now);
    const kept = await service.change("org_halyard", "pro", later);
    const latest = await service.change("org_halyard", "business", new Date(+later + 1));
    await service.undoChange(latest.subscription);
    expect(await activeOf("org_halyard")).toEqual([kept.subscription]);
  });

  it("leaves a later change alone", async () => {
    const first = await service.change("org_halyard", "business", later);
    const second = await service.change("org_halyard", "free", new Date(+later + 1));
    await service.undoChange(first.subscription);
    expect(await activeOf("org_halyard")).toEqual([second.subscription]);
  });
});

describe("who may change it", () => {
  const [ada, ben] = demoUsers(now) as [User, User];
  it.each([
    ["the organization's admin", ada, "org_northwind", true],
    ["a member", ben, "org_northwind", false],
    ["another organization's admin", ada, "org_halyard", false],
    ["an admin of the app, elsewhere", { ...ada, role: "admin" } as User, "org_halyard", false],
  ])("%s", (_who, user, organizationId, may) => {
    expect(mayChangePlan(user, organizationId)).toBe(may);
  });
});
