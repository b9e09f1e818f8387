/** Every night: what has expired, what is too old to keep, and what has lost its other half. */
import { cron } from "inngest";
import { now } from "@/lib/clock.ts";
import { inngest } from "@/lib/inngest/client.ts";
import { dailyCleanupRequested } from "@/lib/inngest/events.ts";
import { services } from "@/services/index.ts";

export const dailyCleanup = inngest.createFunction(
  {
    id: "daily-cleanup",
    name: "Daily Cleanup",
    triggers: [cron("0 0 * * *"), dailyCleanupRequested],
  },
  async ({ step }) => {
    await step.run("cleanup-sessions", () => services().cleanup.deleteExpiredSessions(now()));
    await step.run("cleanup-audit-logs", () => services().cleanup.deleteOldAuditLogs(now()));
    await step.run("cleanup-uploads", () => services().cleanup.deleteOrphanedUploads(now()));
    return { success: true };
  },
);
