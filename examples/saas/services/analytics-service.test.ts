import { eq } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OpenDatabase } from "@/db/client.ts";
import { openEmptyDatabase } from "@/db/fixtures/empty-database.ts";
import { organizations, usage, users } from "@/db/schema.ts";
import { type AnalyticsService, createAnalyticsService } from "./analytics-service.ts";

const now = new Date("2026-03-03T10:00:00Z");

let database: OpenDatabase;
let analytics: AnalyticsService;

beforeEach(async () => {
  database = await openEmptyDatabase();
  analytics = createAnalyticsService(database);
  await addOrganization("org_old", "2025-06-01T00:00:00Z");
  await addOrganization("org_new", "2026-03-02T00:00:00Z");
  await addUser("usr_1", "org_old", "2025-06-01T00:00:00Z");
  await addUser("usr_2", "org_old", "2026-03-01T23:59:59.999Z");
  await addUser("usr_3", "org_new", "2026-03-02T00:00:00Z");
  await addUser("usr_4", "org_new", "2026-03-02T15:00:00Z");
  await addUsage("org_old", "2026-03-01", 100);
  await addUsage("org_old", "2026-03-02", 200);
  await addUsage("org_new", "2026-03-02", 50);
});
afterEach(() => database.close());

const addOrganization = async (id: string, at: string) =>
  database.db.insert(organizations).values({ id, name: id, createdAt: new Date(at) });

const addUser = async (id: string, organizationId: string, at: string) =>
  database.db.insert(users).values({
    id,
    organizationId,
    email: `${id}@x.example`,
    name: id,
    organizationRole: "member",
    createdAt: new Date(at),
    updatedAt: new Date(at),
  });

const addUsage = async (organizationId: string, day: string, apiCalls: number) =>
  database.db
    .insert(usage)
    .values({ organizationId, day, apiCalls, mailsSent: 2, storageMb: 1, costCents: apiCalls * 3 });

const everything = { start: "2000-01-01", end: "2999-12-31" };

describe("rolling up the figures", () => {
  it("counts each day in UTC, and has a row for a day on which nothing happened", async () => {
    expect(await analytics.rollUp({ now, days: 3 })).toBe(3);
    expect(await analytics.list(everything)).toEqual([
      { day: "2026-03-01", organizations: 1, signUps: 1, apiCalls: 100, mailsSent: 2, costCents: 300 },
      { day: "2026-03-02", organizations: 2, signUps: 2, apiCalls: 250, mailsSent: 4, costCents: 750 },
      { day: "2026-03-03", organizations: 2, signUps: 0, apiCalls: 0, mailsSent: 0, costCents: 0 },
    ]);
  });

  it("makes the same rows again, and follows what came late", async () => {
    await analytics.rollUp({ now, days: 3 });
    const before = await analytics.list(everything);
    await analytics.rollUp({ now, days: 3 });
    expect(await analytics.list(everything)).toEqual(before);

    await database.db.update(usage).set({ apiCalls: 111 }).where(eq(usage.day, "2026-03-01"));
    await addUsage("org_new", "2026-03-03", 7);
    await analytics.rollUp({ now, days: 3 });
    expect((await analytics.list(everything)).map(({ apiCalls }) => apiCalls)).toEqual([111, 250, 7]);
  });

  it("leaves the days before alone", async () => {
    await analytics.rollUp({ now, days: 3 });
    await database.db.delete(usage);
    await analytics.rollUp({ now, days: 1 });
    expect((await analytics.list(everything)).map(({ apiCalls }) => apiCalls)).toEqual([100, 250, 0]);
  });
});
