/** Stripe, by its own SDK: the two things this app asks of it. */
import Stripe from "stripe";

export type StripeSubscription = {
  /** Stripe's, "sub_…". */
  id: string;
  /** What was put into its metadata when it was made. */
  organizationId: string | undefined;
  /** The lookup key of its price, which is to be the plan's name. */
  plan: string | undefined;
  status: "active" | "canceled";
  monthlyCents: number;
  startedAt: Date;
  endedAt: Date | null;
};

export interface StripeService {
  /** One small call; fails unless Stripe answers it in time. */
  ping(timeLimitMs: number): Promise<void>;
  /** All there are, also those that have ended; asked for page by page. */
  eachSubscription(): AsyncIterable<StripeSubscription>;
}

export type StripeSettings = {
  key: string;
  /** Instead of Stripe's own address, for example that of a local double. */
  apiUrl?: string | undefined;
};

export function createStripeService({ key, apiUrl }: StripeSettings): StripeService {
  const stripe = new Stripe(key, {
    ...(apiUrl ? addressOf(apiUrl) : {}),
    timeout: 10_000,
    // Who calls from a step is called again by the step.
    maxNetworkRetries: 0,
    telemetry: false,
  });
  return {
    // Needs no other right than the sync does, so that a restricted key will do.
    async ping(timeLimitMs) {
      await stripe.subscriptions.list({ limit: 1 }, { timeout: timeLimitMs });
    },
    async *eachSubscription() {
      for await (const found of stripe.subscriptions.list({ status: "all", limit: 100 })) {
        yield readSubscription(found);
      }
    },
  };
}

function addressOf(apiUrl: string): { host: string; port: string; protocol: "http" | "https" } {
  const { hostname, port, protocol } = new URL(apiUrl);
  const secure = protocol === "https:";
  return { host: hostname, port: port || (secure ? "443" : "80"), protocol: secure ? "https" : "http" };
}

/** In these the customer may use the plan. A payment that is late is not yet the end of it. */
const inForce: readonly string[] = ["active", "trialing", "past_due"];

function readSubscription(found: Stripe.Subscription): StripeSubscription {
  const { id, metadata, status, items, start_date, ended_at } = found;
  return {
    id,
    organizationId: metadata["organizationId"],
    plan: items.data[0]?.price.lookup_key ?? undefined,
    status: inForce.includes(status) ? "active" : "canceled",
    monthlyCents: Math.round(items.data.reduce((sum, item) => sum + monthlyCentsOf(item), 0)),
    startedAt: new Date(start_date * 1000),
    endedAt: ended_at ? new Date(ended_at * 1000) : null,
  };
}

const MONTHS: Record<string, number> = { day: 12 / 365, week: 12 / 52, month: 1, year: 12 };

function monthlyCentsOf({ price, quantity }: Stripe.SubscriptionItem): number {
  const { interval = "month", interval_count = 1 } = price.recurring ?? {};
  return ((price.unit_amount ?? 0) * (quantity ?? 1)) / ((MONTHS[interval] ?? 1) * interval_count);
}
