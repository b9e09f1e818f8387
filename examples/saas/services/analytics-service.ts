/** The whole app's figures, a row a day: added up by `hourly-sync` from what is there, and so often as it likes. */
import { asc, between, count, gte, lt, sql, sum } from "drizzle-orm";
import type { Db } from "@/db/client.ts";
import { analytics, organizations, usage, users } from "@/db/schema.ts";
import { type DayRange, lastDays, toDay } from "@/lib/days.ts";

export type AnalyticsDay = typeof analytics.$inferSelect;

export interface AnalyticsService {
  /** Adds up the last `days` days, today included; says how many rows are now right. */
  rollUp(options: { now: Date; days: number }): Promise<number>;
  /** By day. */
  list(range: DayRange): Promise<AnalyticsDay[]>;
}

export function createAnalyticsService({ db }: { db: Db }): AnalyticsService {
  async function sumUsage(range: DayRange) {
    const rows = await db
      .select({
        day: usage.day,
        apiCalls: sum(usage.apiCalls).mapWith(Number),
        mailsSent: sum(usage.mailsSent).mapWith(Number),
        costCents: sum(usage.costCents).mapWith(Number),
      })
      .from(usage)
      .where(between(usage.day, range.start, range.end))
      .groupBy(usage.day);
    return new Map(rows.map(({ day, ...sums }) => [day, sums]));
  }

  /** How many were made on each day since then. Counted here: each database cuts an instant to its day in its own way. */
  async function countByDay(table: typeof users | typeof organizations, since: Date) {
    const made = await db.select({ at: table.createdAt }).from(table).where(gte(table.createdAt, since));
    return Object.groupBy(made, ({ at }) => toDay(at));
  }

  return {
    async rollUp({ now, days }) {
      const range = lastDays(days, now);
      const since = new Date(`${range.start}T00:00:00Z`);
      const [sums, signUps, founded, [earlier]] = await Promise.all([
        sumUsage(range),
        countByDay(users, since),
        countByDay(organizations, since),
        db.select({ count: count() }).from(organizations).where(lt(organizations.createdAt, since)),
      ]);
      let organizationsSoFar = earlier?.count ?? 0;
      const rows = daysOf(range).map((day): AnalyticsDay => {
        organizationsSoFar += founded[day]?.length ?? 0;
        const none = { apiCalls: 0, mailsSent: 0, costCents: 0 };
        const counts = { organizations: organizationsSoFar, signUps: signUps[day]?.length ?? 0 };
        return { day, ...counts, ...(sums.get(day) ?? none) };
      });
      await db.insert(analytics).values(rows).onConflictDoUpdate({ target: analytics.day, set: asCounted });
      return rows.length;
    },
    list: async ({ start, end }) =>
      db
        .select()
        .from(analytics)
        .where(between(analytics.day, start, end))
        .orderBy(asc(analytics.day)),
  };
}

const asCounted = {
  organizations: sql`excluded.organizations`,
  signUps: sql`excluded.sign_ups`,
  apiCalls: sql`excluded.api_calls`,
  mailsSent: sql`excluded.mails_sent`,
  costCents: sql`excluded.cost_cents`,
};

function daysOf({ start, end }: DayRange): string[] {
  const days = [];
  for (let at = Date.parse(start); at <= Date.parse(end); at += 86_400_000) days.push(toDay(new Date(at)));
  return days;
}
