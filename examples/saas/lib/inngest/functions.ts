/**
 * The background jobs. A step's result is stored under its id, so a restart goes on where it
 * was: that is why mails carry a Message-ID made from run and step, and a report its event's id.
 */
import { NonRetriableError } from "inngest";
import { checkTemplate } from "@/emails/index.ts";
import { scheduledFunctions } from "@/jobs/scheduled-tasks.ts";
import { now } from "@/lib/clock.ts";
import { toDayRange } from "@/lib/days.ts";
import { services } from "@/services/index.ts";
import { inngest } from "./client.ts";
import { emailSend, reportGenerate, userCreated } from "./events.ts";

const THREE_DAYS_MS = 3 * 86_400_000;

export const sendWelcomeEmail = inngest.createFunction(
  { id: "send-welcome-email", triggers: [userCreated] },
  async ({ event, step, runId }) => {
    const { userId, email, name } = event.data;
    const mail = { to: email, variables: { name } };

    await step.run("send-email", () =>
      services().email.send({ ...mail, template: "welcome", key: [runId, "send-email"] }),
    );
    await step.sleep("wait-1-day", "1d");
    await step.run("send-tips-email", () =>
      services().email.send({
        ...mail,
        template: "getting-started-tips",
        key: [runId, "send-tips-email"],
      }),
    );
    await step.sleep("wait-3-days", "3d");
    const active = await step.run("check-activity", () =>
      services().users.wasActiveSince(userId, new Date(now().getTime() - THREE_DAYS_MS)),
    );
    if (!active) {
      await step.run("send-reengagement", () =>
        services().email.send({
          ...mail,
          template: "re-engagement",
          key: [runId, "send-reengagement"],
        }),
      );
    }
    return { success: true };
  },
);

export const generateReport = inngest.createFunction(
  {
    id: "generate-report",
    triggers: [reportGenerate],
    retries: 3,
    concurrency: 5,
    onFailure: async ({ event, error }) => {
      const request = event.data.event;
      services().reports.markFailed(request.id ?? event.data.run_id, error.message);
    },
  },
  async ({ event, step, runId }) => {
    const { organizationId, reportType } = event.data;
    const reportId = event.id ?? runId;

    const data = await step.run("fetch-data", async () => {
      if (!services().organizations.find(organizationId)) {
        throw new NonRetriableError(`There is no organization "${organizationId}"`);
      }
      const range = toDayRange(event.data.dateRange);
      return services().reports.fetchData({ reportId, organizationId, reportType, range });
    });
    const pdfUrl = await step.run("generate-pdf", () => services().reports.generatePdf(data));
    await step.run("notify-user", async () => {
      const admin = services().organizations.findAdmin(organizationId);
      if (!admin) {
        throw new NonRetriableError(`Organization "${organizationId}" has no admin to notify`);
      }
      return services().email.send({
        to: admin.email,
        template: "report-ready",
        variables: {
          name: admin.name,
          organization: data.organization,
          report: data.title,
          period: data.period,
          pdfUrl,
        },
        key: [runId, "notify-user"],
      });
    });
    return { pdfUrl };
  },
);

export const sendEmail = inngest.createFunction(
  { id: "send-email", triggers: [emailSend] },
  async ({ event, step, runId }) => {
    const { to, subject, template, variables } = event.data;
    return step.run("send-email", async () => {
      const checked = checkTemplate(template, variables);
      if (!checked.ok) throw new NonRetriableError(checked.problem);
      return services().email.send({ to, subject, ...checked.mail, key: [runId, "send-email"] });
    });
  },
);

export const functions = [sendWelcomeEmail, generateReport, sendEmail, ...scheduledFunctions];
