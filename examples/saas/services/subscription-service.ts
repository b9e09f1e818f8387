/** Which plan an organization is on: at most one subscription is active, the earlier ones are kept. */
import { and, desc, eq, exists } from "drizzle-orm";
import type { OpenDatabase } from "@/db/client.ts";
import { organizations, subscriptions } from "@/db/schema.ts";
import { type Plan, plans } from "@/lib/plans.ts";
import type { User } from "./user-service.ts";

export type Subscription = typeof subscriptions.$inferSelect;

/** "unchanged": the organization is on this plan already. "billed-by-stripe": the plan is not the app's to change. */
export type PlanChange = { is: "changed" | "unchanged" | "billed-by-stripe"; subscription: Subscription };

export interface SubscriptionService {
  /** The active one. */
  current(organizationId: string): Promise<Subscription | undefined>;
  /** Ends what is active and starts the plan, both or neither. */
  change(organizationId: string, plan: Plan, at: Date): Promise<PlanChange>;
  /** Takes a change back whose event could not be sent; a later change stays. */
  undoChange(begun: Subscription): Promise<void>;
}

export const billedByStripe = "Stripe bills this plan: it is changed there.";

/** Only the organization's own admins: it is they who pay. */
export function mayChangePlan(user: User, organizationId: string): boolean {
  return user.organizationId === organizationId && user.organizationRole === "admin";
}

type Parts = Pick<OpenDatabase, "db" | "atomically">;

export function createSubscriptionService({ db, atomically }: Parts): SubscriptionService {
  const listActive = async (organizationId: string) =>
    db
      .select()
      .from(subscriptions)
      .where(activeOf(organizationId))
      .orderBy(desc(subscriptions.startedAt), desc(subscriptions.id));
  return {
    current: async (organizationId) => (await listActive(organizationId))[0],
    async change(organizationId, plan, at) {
      const active = await listActive(organizationId);
      const billed = active.find(({ billedBy }) => billedBy === "stripe");
      if (billed) return { is: "billed-by-stripe", subscription: billed };
      const [only] = active;
      if (active.length === 1 && only?.plan === plan) return { is: "unchanged", subscription: only };
      const subscription = newSubscription(organizationId, plan, at);
      await atomically((tx) => [
        // Changes nothing, but locks: of two changes at once the second waits here, and ends what the first began.
        tx.update(organizations).set({ id: organizationId }).where(eq(organizations.id, organizationId)),
        tx.update(subscriptions).set({ status: "canceled", endedAt: at }).where(activeOf(organizationId)),
        tx.insert(subscriptions).values(subscription),
      ]);
      return { is: "changed", subscription };
    },
    async undoChange({ id, organizationId, startedAt }) {
      const replaced = and(
        eq(subscriptions.organizationId, organizationId),
        eq(subscriptions.endedAt, startedAt),
      );
      const begun = and(eq(subscriptions.id, id), eq(subscriptions.status, "active"));
      const isStillActive = exists(db.select({ id: subscriptions.id }).from(subscriptions).where(begun));
      await atomically((tx) => [
        tx.update(subscriptions).set({ status: "active", endedAt: null }).where(and(replaced, isStillActive)),
        tx.delete(subscriptions).where(eq(subscriptions.id, id)),
      ]);
    },
  };
}

function activeOf(organizationId: string) {
  return and(eq(subscriptions.organizationId, organizationId), eq(subscriptions.status, "active"));
}

function newSubscription(organizationId: string, plan: Plan, at: Date): Subscription {
  return {
    id: `sub_local_${crypto.randomUUID()}`,
    organizationId,
    plan,
    status: "active",
    monthlyCents: plans[plan].monthlyCents,
    billedBy: "app",
    startedAt: at,
    endedAt: null,
  };
}
