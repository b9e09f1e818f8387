/** Every five minutes: does everything answer? The admins hear once of a failure, and once of its end. */
import { cron } from "inngest";
import { now } from "@/lib/clock.ts";
import { inngest } from "@/lib/inngest/client.ts";
import { healthCheckRequested } from "@/lib/inngest/events.ts";
import { services } from "@/services/index.ts";

export const healthCheck = inngest.createFunction(
  {
    id: "health-check",
    name: "Health Check",
    triggers: [cron("*/5 * * * *"), healthCheckRequested],
    // One step at a time, also of two runs: of two alerts the second sees what the first has told.
    concurrency: 1,
    // Together over eight minutes. The next run begins after five, so while the database is down there is
    // always a run that still waits for it, and tells of the failure when it is back.
    retries: 5,
  },
  async ({ step }) => {
    const { alerts, ...findings } = await step.run("run-checks", async () => {
      const found = await services().health.check(now());
      return { ...found, alerts: await services().incidents.listDueAlerts(found) };
    });
    for (const type of alerts) {
      await step.run("alert", () => services().incidents.alert(type, findings, now()));
    }
    return findings.checks;
  },
);
