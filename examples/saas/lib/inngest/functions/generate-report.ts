/** From the request to the PDF and the mail about it; after the last attempt the requester is told. */
import { NonRetriableError } from "inngest";
import { now } from "@/lib/clock.ts";
import { toDayRange } from "@/lib/days.ts";
import { sayFailure, sayToCustomer } from "@/lib/failure.ts";
import { services } from "@/services/index.ts";
import { inngest } from "../client.ts";
import { reportGenerate } from "../events.ts";
import { tellRequester } from "./tell-requester.ts";

export const generateReport = inngest.createFunction(
  {
    id: "generate-report",
    triggers: [reportGenerate],
    retries: 3,
    concurrency: 5,
    onFailure: async ({ event, error, step }) => {
      const { event: request, run_id: runId } = event.data;
      const reportId = request.id ?? runId;
      const reason = sayToCustomer(error);
      await step.run("mark-failed", async () => {
        const message = `Report ${reportId} failed for good: ${sayFailure(error)}`;
        await services().logs.write({ id: `${runId}-failed`, level: "error", message, at: now() });
        await services().reports.markFailed(reportId, reason);
      });
      await step.run("tell-requester", () => tellRequester({ reportId, runId, data: request.data, reason }));
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
