/** Organizations, their people, and what they used. */
import { and, asc, between, desc, eq, sql } from "drizzle-orm";
import type { Db } from "@/db/client.ts";
import { organizations, usage, users } from "@/db/schema.ts";
import type { DayRange } from "@/lib/days.ts";
import type { User } from "./user-service.ts";

export type Organization = typeof organizations.$inferSelect;
export type UsageDay = Omit<typeof usage.$inferSelect, "organizationId">;
/** What the mail about a day says, and to whom. */
export type DailyReport = UsageDay & { email: string; name: string; organization: string };

export interface OrganizationService {
  /** Newest first. */
  list(limit: number): Promise<(Organization & { people: number })[]>;
  find(id: string): Promise<Organization | undefined>;
  /** The one who has been admin for longest. */
  findAdmin(organizationId: string): Promise<User | undefined>;
  listPeople(organizationId: string): Promise<User[]>;
  listUsage(organizationId: string, range: DayRange): Promise<UsageDay[]>;
  /** The ids of everybody who wants the daily report. */
  listReportReaders(): Promise<string[]>;
  /** Zeros for a day without usage; nothing for somebody who does not want it, or an unknown id. */
  findDailyReport(userId: string, day: string): Promise<DailyReport | undefined>;
}

export function createOrganizationService({ db }: { db: Db }): OrganizationService {
  return {
    list: async (limit) =>
      db
        .select({
          id: organizations.id,
          name: organizations.name,
          createdAt: organizations.createdAt,
          people: sql<number>`count(${users.id})`.mapWith(Number),
        })
        .from(organizations)
        .leftJoin(users, eq(users.organizationId, organizations.id))
        .groupBy(organizations.id)
        .orderBy(desc(organizations.createdAt), asc(organizations.name))
        .limit(limit),
    async find(id) {
      const [organization] = await db.select().from(organizations).where(eq(organizations.id, id));
      return organization;
    },
    async findAdmin(organizationId) {
      const [admin] = await db
        .select()
        .from(users)
        .where(and(eq(users.organizationId, organizationId), eq(users.organizationRole, "admin")))
        .orderBy(asc(users.createdAt))
        .limit(1);
      return admin;
    },
    listPeople: async (organizationId) =>
      db.select().from(users).where(eq(users.organizationId, organizationId)).orderBy(asc(users.name)),
    listUsage: async (organizationId, { start, end }) =>
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
        .orderBy(asc(usage.day)),
    async listReportReaders() {
      const wanted = eq(users.emailReportsEnabled, true);
      const readers = await db.select({ id: users.id }).from(users).where(wanted).orderBy(asc(users.id));
      return readers.map(({ id }) => id);
    },
    async findDailyReport(userId, day) {
      const [found] = await db
        .select({ email: users.email, name: users.name, organization: organizations.name, used: usage })
        .from(users)
        .innerJoin(organizations, eq(organizations.id, users.organizationId))
        .leftJoin(usage, and(eq(usage.organizationId, users.organizationId), eq(usage.day, day)))
        .where(and(eq(users.id, userId), eq(users.emailReportsEnabled, true)));
      if (!found) return undefined;
      const { used, ...reader } = found;
      const { apiCalls = 0, mailsSent = 0, storageMb = 0, costCents = 0 } = used ?? {};
      return { ...reader, day, apiCalls, mailsSent, storageMb, costCents };
    },
  };
}
