/** Fills in the demo data that is missing; what is there already is left as it is. */
import type { Db } from "./client.ts";
import { organizations, subscriptions, usage, users } from "./schema.ts";
import { demoOrganizations, demoSubscriptions, demoUsers, sampleUsage } from "./seed-data.ts";

export type Seeded = { organizations: number; users: number; usageDays: number };

/** Each table by itself: a seeding that was cut off goes on the next time. */
export async function seedDemo(db: Db, now: Date): Promise<Seeded> {
  const figures = demoOrganizations.flatMap(({ id }) => sampleUsage(id, now));
  const added = await db
    .insert(organizations)
    .values(demoOrganizations)
    .onConflictDoNothing()
    .returning({ id: organizations.id });
  const people = await db
    .insert(users)
    .values(demoUsers(now))
    .onConflictDoNothing()
    .returning({ id: users.id });
  await db.insert(subscriptions).values(demoSubscriptions).onConflictDoNothing();
  const days = await db.insert(usage).values(figures).onConflictDoNothing().returning({ day: usage.day });
  return { organizations: added.length, users: people.length, usageDays: days.length };
}
