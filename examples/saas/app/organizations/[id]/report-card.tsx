/** Asks for reports, and shows how far they are. */
import { Card } from "@/components/card.tsx";
import { Choice, Field, SubmitButton } from "@/components/field.tsx";
import { CutRows } from "@/components/rows.tsx";
import { reportKinds } from "@/documents/report-data.ts";
import { lastDays } from "@/lib/days.ts";
import type { Report } from "@/services/report-service.ts";
import { CardNotice, type Query } from "./card-notice.tsx";
import { ReportList } from "./report-list.tsx";

type Props = { organizationId: string; reports: Report[]; query: Query };

export function ReportCard({ organizationId, reports, query }: Props) {
  const moreUrl = `/organizations/${organizationId}?more=reports#reports`;
  return (
    <Card id="reports" title="Reports">
      <CardNotice card="reports" query={query} />
      <ReportForm organizationId={organizationId} query={query} />
      <div className="mt-6 border-t border-slate-200 pt-6 dark:border-slate-800">
        <CutRows rows={reports} more={query.more === "reports"} moreUrl={moreUrl}>
          {(shown) => <ReportList organizationId={organizationId} reports={shown} />}
        </CutRows>
      </div>
    </Card>
  );
}

const kinds = Object.entries(reportKinds).map(([value, { title }]) => ({ value, text: title }));

function ReportForm({ organizationId, query }: { organizationId: string; query: Query }) {
  const { start, end } = lastDays(30, new Date());
  return (
    <form
      action={`/api/organizations/${organizationId}/reports`}
      method="post"
      className="grid items-end gap-5 sm:grid-cols-[1fr_1fr_1fr_auto]"
    >
      <Choice label="Report" name="reportType" options={kinds} defaultValue={query.reportType} />
      <Field label="From" name="start" type="date" required defaultValue={query.start ?? start} />
      <Field label="To" name="end" type="date" required defaultValue={query.end ?? end} />
      <SubmitButton>Request report</SubmitButton>
    </form>
  );
}
