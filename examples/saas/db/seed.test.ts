import { count } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { openDatabase } from "./client.ts";
import { organizations, usage, users } from "./schema.ts";
import { seedDemo } from "./seed.ts";

const now = new Date("2026-03-31T12:00:00Z");

describe("seeding", () => {
  it("fills an empty database, and adds nothing the second time", () => {
    const db = openDatabase(":memory:");
    const first = seedDemo(db, now);
    expect(first).toEqual({ organizations: 3, users: 5, usageDays: 270 });
    const before = db.select().from(usage).all();
    expect(seedDemo(db, now)).toEqual({ organizations: 0, users: 0, usageDays: 0 });
    expect(db.select().from(usage).all()).toEqual(before);
  });

  it("adds the day that has passed since, and leaves what was changed", () => {
    const db = openDatabase(":memory:");
    seedDemo(db, now);
    db.update(organizations).set({ name: "Renamed" }).run();
    const tomorrow = new Date(now.getTime() + 86_400_000);
    expect(seedDemo(db, tomorrow).usageDays).toBe(3);
    expect(
      db
        .select()
        .from(organizations)
        .all()
        .map(({ name }) => name),
    ).toEqual(Array(3).fill("Renamed"));
    expect(db.select({ n: count() }).from(users).get()?.n).toBe(5);
  });
});
