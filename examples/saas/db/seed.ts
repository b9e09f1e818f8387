/** Fills in the demo data that is missing; what is there already is left as it is. */
import type { Db } from "./client.ts";
import { organizations, subscriptions, usage, users } from "./schema.ts";
import { demoOrganizations, demoSubscriptions, demoUsers, sampleUsage } from "./seed-data.ts";

export type Seeded = { organizations: number; users: number; usageDays: number };

export function seedDemo(db: Db, now: Date): Seeded {
  return db.transaction((tx) => {
    const added = tx.insert(organizations).values(demoOrganizations).onConflictDoNothing().run();
    const people = tx.insert(users).values(demoUsers(now)).onConflictDoNothing().run();
    tx.insert(subscriptions).values(demoSubscriptions).onConflictDoNothing().run();
    const figures = demoOrganizations.flatMap(({ id }) => sampleUsage(id, now));
    const days = tx.insert(usage).values(figures).onConflictDoNothing().run();
    return { organizations: added.changes, users: people.changes, usageDays: days.changes };
  });
}
