/**
 * Brings Stripe's subscriptions into the app. Stripe's id is the row's id, so a sync that is cut off or
 * done again makes the same rows.
 */
import { and, eq, inArray, sql } from "drizzle-orm";
import type { OpenDatabase } from "@/db/client.ts";
import { organizations, subscriptions } from "@/db/schema.ts";
import { type Plan, planNames } from "@/lib/plans.ts";
import type { StripeService, StripeSubscription } from "./stripe-service.ts";

export type SyncedSubscriptions = {
  stripe: "synced" | "not configured";
  /** Rows that are now as Stripe says. */
  subscriptions: number;
  /** Those of no organization or plan that the app knows. */
  skipped: number;
};

export interface SubscriptionSyncService {
  sync(now: Date): Promise<SyncedSubscriptions>;
}

type Row = typeof subscriptions.$inferSelect;
type Parts = Pick<OpenDatabase, "db" | "atomically"> & { stripe: StripeService | undefined };

const AT_ONCE = 100;

export function createSubscriptionSyncService({ db, atomically, stripe }: Parts): SubscriptionSyncService {
  async function toRows(found: StripeSubscription[]): Promise<Row[]> {
    const ids = found.flatMap(({ organizationId }) => organizationId ?? []);
    const known = await db
      .select({ id: organizations.id })
      .from(organizations)
      .where(inArray(organizations.id, ids));
    const knownIds = new Set(known.map(({ id }) => id));
    return found.flatMap(({ organizationId = "", plan, ...rest }) =>
      knownIds.has(organizationId) && isPlan(plan)
        ? { ...rest, organizationId, plan, billedBy: "stripe" as const }
        : [],
    );
  }

  async function keep(rows: Row[], now: Date): Promise<void> {
    if (rows.length === 0) return;
    const paying = rows.filter(({ status }) => status === "active").map((row) => row.organizationId);
    await atomically((tx) => [
      // Whoever pays at Stripe has the plan that Stripe says, not also one of the app's own.
      tx
        .update(subscriptions)
        .set({ status: "canceled", endedAt: now })
        .where(
          and(
            inArray(subscriptions.organizationId, paying),
            eq(subscriptions.billedBy, "app"),
            eq(subscriptions.status, "active"),
          ),
        ),
      tx
        .insert(subscriptions)
        .values(rows)
        .onConflictDoUpdate({ target: subscriptions.id, set: asStripeSays }),
    ]);
  }

  return {
    async sync(now) {
      if (!stripe) return { stripe: "not configured", subscriptions: 0, skipped: 0 };
      const counts = { subscriptions: 0, skipped: 0 };
      for await (const found of inGroups(stripe.eachSubscription(), AT_ONCE)) {
        const rows = await toRows(found);
        await keep(rows, now);
        counts.subscriptions += rows.length;
        counts.skipped += found.length - rows.length;
      }
      return { stripe: "synced", ...counts };
    },
  };
}

const asStripeSays = {
  organizationId: sql`excluded.organization_id`,
  plan: sql`excluded.plan`,
  status: sql`excluded.status`,
  monthlyCents: sql`excluded.monthly_cents`,
  billedBy: sql`excluded.billed_by`,
  startedAt: sql`excluded.started_at`,
  endedAt: sql`excluded.ended_at`,
};

function isPlan(name: string | undefined): name is Plan {
  return planNames.some((plan) => plan === name);
}

async function* inGroups<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let group: T[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
