/** From the request to the PDF and the mail about it; after the last attempt the requester is told. */
import { NonRetriableError } from "inngest";
import { titleOf } from "@/documents/report-data.ts";
import { sayRange, toDayRange } from "@/lib/days.ts";
import { services } from "@/services/index.ts";
import { inngest } from "../client.ts";
import { reportGenerate } from "../events.ts";

export const generateReport = inngest.createFunction(
  {
    id: "generate-report",
    triggers: [reportGenerate],
    retries: 3,
    concurrency: 5,
    onFailure: async ({ event, error, step }) => {
      const request = event.data.event;
      const reportId = request.id ?? event.data.run_id;
      await step.run("mark-failed", () => services().reports.markFailed(reportId, error.message));
      await step.run("tell-requester", () => tellRequester(reportId, request.data, error.message));
    },
  },
  async ({ event, step, runId }) => {
    const { organizationId, reportType } = event.data;
    const reportId = event.id ?? runId;

    const data = await step.run("fetch-data", async () => {
      if (!(await services().organizations.find(organizationId))) {
        throw new NonRetriableError(`There is no organization "${organizationId}"`);
      }
      const range = toDayRange(event.data.dateRange);
      return services().reports.fetchData({ reportId, organizationId, reportType, range });
    });
    const pdfUrl = await step.run("generate-pdf", () => services().reports.generatePdf(data));
    await step.run("notify-user", async () => {
      const admin = await services().organizations.findAdmin(organizationId);
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

/** Returns whom it told, if anybody: a request that could not be read names nobody. */
async function tellRequester(reportId: string, data: unknown, reason: string): Promise<string | null> {
  const request = reportGenerate.schema.safeParse(data);
  if (!request.success) return null;
  const { organizationId, reportType, dateRange, requestedBy } = request.data;
  const { config, email, organizations, users } = services();
  const requester = requestedBy ? await users.find(requestedBy) : undefined;
  const reader = requester ?? (await organizations.findAdmin(organizationId));
  if (!reader) return null;
  await email.send({
    to: reader.email,
    template: "report-failed",
    variables: {
      name: reader.name,
      organization: (await organizations.find(organizationId))?.name ?? organizationId,
      report: titleOf(reportType),
      period: sayRange(toDayRange(dateRange)),
      reason,
      retryUrl: `${config.appUrl}/organizations/${encodeURIComponent(organizationId)}`,
    },
    // Of the report: it fails for good once, whatever run says so.
    key: [reportId, "report-failed"],
  });
  return reader.id;
}
