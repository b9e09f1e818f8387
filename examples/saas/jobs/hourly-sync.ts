/** Every hour: what others know better (Stripe), and what is made of our own rows (figures, search). */
import { cron } from "inngest";
import { now } from "@/lib/clock.ts";
import { inngest } from "@/lib/inngest/client.ts";
import { hourlySyncRequested } from "@/lib/inngest/events.ts";
import { services } from "@/services/index.ts";

/** Usage may come in late, for example when an organization's clock or network was off. */
const DAYS_ADDED_UP = 31;

export const hourlySync = inngest.createFunction(
  {
    id: "hourly-sync",
    name: "Hourly Sync",
    triggers: [cron("0 * * * *"), hourlySyncRequested],
    // Each step writes what it writes anew: two at once would only be in each other's way.
    concurrency: 1,
  },
  async ({ step }) => {
    // In parallel, because none needs another: a Stripe that is down holds up neither figures nor search.
    const [stripe, analyticsDays, documents] = await Promise.all([
      step.run("sync-stripe-subscriptions", () => services().subscriptionSync.sync(now())),
      step.run("sync-analytics", () => services().analytics.rollUp({ now: now(), days: DAYS_ADDED_UP })),
      step.run("update-search-index", () => services().search.rebuild()),
    ]);
    return { ...stripe, analyticsDays, documents };
  },
);
