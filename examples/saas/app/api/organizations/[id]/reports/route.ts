/** Asks for a report: keeps the request, then sends `report/generate` under the same id. */
import { z } from "zod";
import { reportKinds } from "@/documents/report-data.ts";
import { toDayRange } from "@/lib/days.ts";
import { answer, isCrossSite, pathWith, readForm, refuseCrossSite, sayIssues } from "@/lib/http/form-post.ts";
import { dateRange, reportGenerate } from "@/lib/inngest/events.ts";
import { EventNotSentError, sendEvent } from "@/lib/inngest/send.ts";
import { memberOf } from "@/lib/session.ts";
import { services } from "@/services/index.ts";

const kinds = Object.keys(reportKinds) as (keyof typeof reportKinds)[];
const Form = z.object({
  reportType: z.enum(kinds, `must be one of ${kinds.join(", ")}`),
  dateRange,
});
const labels = { reportType: "Report", dateRange: "Period" };

type Params = { params: Promise<{ id: string }> };

export async function POST(request: Request, { params }: Params): Promise<Response> {
  if (isCrossSite(request)) return refuseCrossSite();
  const member = await memberOf(request, (await params).id);
  if (member instanceof Response) return member;
  const { reports } = services();
  const organizationId = member.organization.id;
  const page = `/organizations/${organizationId}`;
  const fields = await readForm(request);
  if (fields instanceof Response) return fields;
  const { reportType, start = "", end = "" } = fields;
  const refuse = (status: 400 | 502, error: string) => {
    const backTo = `${pathWith(page, { error, card: "reports", reportType, start, end })}#reports`;
    return answer(request, { is: "refused", status, error, backTo });
  };
  const form = Form.safeParse({ reportType, dateRange: { start, end } });
  if (!form.success) return refuse(400, sayIssues(form.error, labels));

  const reportId = crypto.randomUUID();
  const range = toDayRange(form.data.dateRange);
  await reports.request({ ...form.data, reportId, organizationId, range });
  try {
    const data = { organizationId, ...form.data, requestedBy: member.user.id };
    await sendEvent(reportGenerate.create(data, { id: reportId }));
  } catch (error) {
    if (!(error instanceof EventNotSentError)) throw error;
    const said = `The report was not started. ${error.message}`;
    await reports.markFailed(reportId, said);
    return refuse(502, said);
  }
  const body = { reportId, statusUrl: `/api/reports/${reportId}` };
  return answer(request, { is: "done", status: 202, body, goTo: `${page}#reports` });
}
