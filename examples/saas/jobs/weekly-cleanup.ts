/** Every Sunday night: the app's own log, and the sessions that the nightly clean-up has not met yet. */
import { cron } from "inngest";
import { now } from "@/lib/clock.ts";
import { inngest } from "@/lib/inngest/client.ts";
import { weeklyCleanupRequested } from "@/lib/inngest/events.ts";
import { services } from "@/services/index.ts";

export const weeklyCleanup = inngest.createFunction(
  {
    id: "weekly-cleanup",
    name: "Weekly Cleanup",
    triggers: [cron("0 3 * * 0"), weeklyCleanupRequested],
  },
  async ({ step }) => {
    const logs = await step.run("delete-old-logs", () => services().cleanup.deleteOldLogs(now()));
    const sessions = await step.run("delete-expired-sessions", () =>
      services().cleanup.deleteExpiredSessions(now()),
    );
    return { deletedLogs: logs.deleted, deletedSessions: sessions.deleted };
  },
);
