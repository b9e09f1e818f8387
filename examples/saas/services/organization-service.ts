/** Organizations, their people, and what they used. */
import { and, asc, between, desc, eq, sql } from "drizzle-orm";
import type { Db } from "@/db/client.ts";
import { organizations, usage, users } from "@/db/schema.ts";
import type { DayRange } from "@/lib/days.ts";
import type { User } from "./user-service.ts";

export type Organization = typeof organizations.$inferSelect;
export type UsageDay = Omit<typeof usage.$inferSelect, "organizationId">;

export interface OrganizationService {
  /** Newest first. */
  list(limit: number): (Organization & { people: number })[];
  find(id: string): Organization | undefined;
  /** The one who has been admin for longest. */
  findAdmin(organizationId: string): User | undefined;
  listPeople(organizationId: string): User[];
  listUsage(organizationId: string, range: DayRange): UsageDay[];
}

export function createOrganizationService(db: Db): OrganizationService {
  return {
    list: (limit) =>
      db
        .select({
          id: organizations.id,
          name: organizations.name,
          createdAt: organizations.createdAt,
          people: sql<number>`count(${users.id})`,
        })
        .from(organizations)
        .leftJoin(users, eq(users.organizationId, organizations.id))
        .groupBy(organizations.id)
        .orderBy(desc(organizations.createdAt), asc(organizations.name))
        .limit(limit)
        .all(),
    find: (id) => db.select().from(organizations).where(eq(organizations.id, id)).get(),
    findAdmin: (organizationId) =>
      db
        .select()
        .from(users)
        .where(and(eq(users.organizationId, organizationId), eq(users.organizationRole, "admin")))
        .orderBy(asc(users.createdAt))
        .get(),
    listPeople: (organizationId) =>
      db.select().from(users).where(eq(users.organizationId, organizationId)).orderBy(asc(users.name)).all(),
    listUsage: (organizationId, { start, end }) =>
      db
        .select({
          day: usage.day,
          apiCalls: usage.apiCalls,
          mailsSent: usage.mailsSent,
          storageMb: usage.storageMb,
          costCents: usage.costCents,
        })
        .from(usage)
        .where(and(eq(usage.organizationId, organizationId), between(usage.day, start, end)))
        .orderBy(asc(usage.day))
        .all(),
  };
}
