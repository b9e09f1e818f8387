/** The mail to whoever asked for a report that has failed for good: that it could not be made, or where it is. */
import { titleOf } from "@/documents/report-data.ts";
import { sayRange, toDayRange } from "@/lib/days.ts";
import { services } from "@/services/index.ts";
import { reportGenerate } from "../events.ts";

type Failed = { reportId: string; runId: string; data: unknown; reason: string };

/** Returns whom it told, if anybody: a request that could not be read names nobody. */
export async function tellRequester({ reportId, runId, data, reason }: Failed): Promise<string | null> {
  const request = reportGenerate.schema.safeParse(data);
  if (!request.success) return null;
  const { organizationId, reportType, dateRange, requestedBy } = request.data;
  const { config, email, organizations, reports, users } = services();
  const requester = requestedBy ? await users.find(requestedBy) : undefined;
  const reader = requester ?? (await organizations.findAdmin(organizationId));
  if (!reader) return null;
  const about = {
    name: reader.name,
    organization: (await organizations.find(organizationId))?.name ?? organizationId,
    report: titleOf(reportType),
    period: sayRange(toDayRange(dateRange)),
  };
  const report = await reports.find(reportId);
  const pdfUrl = report?.status === "ready" && reports.mailUrl(report);
  if (pdfUrl) {
    // Only its mail has failed: this is that mail, under the same Message-ID.
    const key = [runId, "notify-user"] as const;
    await email.send({ to: reader.email, template: "report-ready", variables: { ...about, pdfUrl }, key });
  } else {
    const retryUrl = `${config.appUrl}/organizations/${encodeURIComponent(organizationId)}`;
    // Of the report: it fails for good once, whatever run says so.
    const key = [reportId, "report-failed"] as const;
    const variables = { ...about, reason, retryUrl };
    await email.send({ to: reader.email, template: "report-failed", variables, key });
  }
  return reader.id;
}
