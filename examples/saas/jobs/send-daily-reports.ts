/** Every morning: what their organization used the day before, to everybody who wants that mail. */
import { cron, type GetStepTools, invoke } from "inngest";
import { z } from "zod";
import { now } from "@/lib/clock.ts";
import { sayDay, toDay } from "@/lib/days.ts";
import { inngest } from "@/lib/inngest/client.ts";
import { dailyReportsRequested } from "@/lib/inngest/events.ts";
import { sayCount, sayMoney } from "@/lib/money.ts";
import { unsubscribeUrl } from "@/lib/unsubscribe.ts";
import { services } from "@/services/index.ts";
import { inPages, type Tally } from "./in-pages.ts";
import { mailLimit } from "./mail-limit.ts";
import { stepForEach } from "./step-for-each.ts";

const DAY_MS = 86_400_000;

/** The day is fixed at the start of the job: a retry after midnight still reports that day. */
const Page = z.object({ day: z.iso.date(), userIds: z.array(z.string()) });

export const sendDailyReports = inngest.createFunction(
  {
    id: "send-daily-reports",
    name: "Daily Reports",
    triggers: [cron("0 9 * * *"), dailyReportsRequested],
    concurrency: mailLimit,
  },
  async ({ step, runId }) => {
    const { day, userIds } = await step.run("get-users", async () => ({
      day: toDay(new Date(now().getTime() - DAY_MS)),
      userIds: await services().organizations.listReportReaders(),
    }));
    const sent = await inPages({
      ids: userIds,
      here: (ids) => sendReports({ day, userIds: ids }, step, runId),
      invoke: (ids, page) =>
        step.invoke(`page-${page}`, { function: sendDailyReportsPage, data: { day, userIds: ids } }),
    });
    return { sent };
  },
);

export const sendDailyReportsPage = inngest.createFunction(
  { id: "send-daily-reports-page", triggers: [invoke(Page)], concurrency: mailLimit },
  ({ event, step, runId }) => sendReports(event.data, step, runId),
);

type Step = GetStepTools<typeof inngest>;

function sendReports({ day, userIds }: z.infer<typeof Page>, step: Step, runId: string): Promise<Tally> {
  const stepId = (userId: string) => `send-report-${userId}`;
  return stepForEach({
    step,
    runId,
    ids: userIds,
    stepId,
    act: (userId) => sendReport(userId, day, [runId, stepId(userId)]),
  });
}

/** False for somebody who has gone or switched the mail off since the job began. */
async function sendReport(userId: string, day: string, key: [string, string]): Promise<boolean> {
  const { config, email, organizations } = services();
  const report = await organizations.findDailyReport(userId, day);
  if (!report) return false;
  const unsubscribe = unsubscribeUrl(userId, config);
  await email.send({
    to: report.email,
    template: "daily-report",
    variables: {
      name: report.name,
      organization: report.organization,
      day: sayDay(day),
      apiCalls: sayCount(report.apiCalls),
      mailsSent: sayCount(report.mailsSent),
      storageMb: sayCount(report.storageMb),
      cost: sayMoney(report.costCents),
      unsubscribeUrl: unsubscribe,
    },
    unsubscribeUrl: unsubscribe,
    key,
  });
  return true;
}
