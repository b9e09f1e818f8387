import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Db, OpenDatabase } from "./client.ts";
import { openEmptyDatabase } from "./fixtures/empty-database.ts";
import { organizations, usage, users } from "./schema.ts";
import { seedDemo } from "./seed.ts";

const now = new Date("2026-03-31T12:00:00Z");

let database: OpenDatabase;
let db: Db;
beforeEach(async () => {
  database = await openEmptyDatabase();
  db = database.db;
});
afterEach(() => database.close());

describe("seeding", () => {
  it("fills an empty database, and adds nothing the second time", async () => {
    const first = await seedDemo(db, now);
    expect(first).toEqual({ organizations: 3, users: 5, usageDays: 270 });
    const before = await db.select().from(usage).orderBy(usage.organizationId, usage.day);
    expect(await seedDemo(db, now)).toEqual({ organizations: 0, users: 0, usageDays: 0 });
    expect(await db.select().from(usage).orderBy(usage.organizationId, usage.day)).toEqual(before);
  });

  it("adds the day that has passed since, and leaves what was changed", async () => {
    await seedDemo(db, now);
    await db.update(organizations).set({ name: "Renamed" });
    const tomorrow = new Date(now.getTime() + 86_400_000);
    expect((await seedDemo(db, tomorrow)).usageDays).toBe(3);
    const names = (await db.select().from(organizations)).map(({ name }) => name);
    expect(names).toEqual(Array(3).fill("Renamed"));
    expect(await db.select().from(users)).toHaveLength(5);
  });
});
