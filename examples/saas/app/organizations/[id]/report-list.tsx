import { AutoRefresh } from "@/components/auto-refresh.tsx";
import { textLink } from "@/components/links.ts";
import { NoRows, Row, Rows, RowText } from "@/components/rows.tsx";
import { titleOf } from "@/documents/report-data.ts";
import { sayRange } from "@/lib/days.ts";
import { sayAgo, sayInstant } from "@/lib/instants.ts";
import { services } from "@/services/index.ts";
import type { Report } from "@/services/report-service.ts";

type Props = { organizationId: string; reports: Report[] };

export function ReportList({ organizationId, reports }: Props) {
  if (reports.length === 0) return <NoRows>No reports yet. Request the first one above.</NoRows>;
  const waiting = reports.some(({ status }) => status === "requested" || status === "generating");
  return (
    <>
      {waiting && <AutoRefresh everyMs={1_500} />}
      <Rows>
        {reports.map((report) => (
          <ReportItem key={report.id} report={report} />
        ))}
      </Rows>
      {waiting && (
        <noscript>
          <p className="mt-4">
            {/* Without a fragment, which the browser would only scroll to. */}
            <a href={`/organizations/${organizationId}`} className={textLink}>
              Reload this page
            </a>{" "}
            for news.
          </p>
        </noscript>
      )}
    </>
  );
}

function ReportItem({ report }: { report: Report }) {
  const { status, reportType, startDay: start, endDay: end, createdAt, error } = report;
  const pdfUrl = services().reports.downloadUrl(report);
  return (
    <Row data-testid="report" data-status={status}>
      <RowText title={titleOf(reportType)}>
        {sayRange({ start, end })} · requested{" "}
        <time dateTime={createdAt.toISOString()} title={sayInstant(createdAt)}>
          {sayAgo(createdAt, new Date())}
        </time>
        {status === "failed" && (
          <p className="text-red-800 wrap-anywhere dark:text-red-300">
            {error ?? "The reason is not known."}
          </p>
        )}
      </RowText>
      <span
        aria-live="polite"
        className={`rounded-full px-3 py-1 text-sm font-medium ${badges[status].look}`}
      >
        <span aria-hidden="true">{badges[status].sign} </span>
        {badges[status].text}
      </span>
      {status === "ready" && pdfUrl && (
        <a href={pdfUrl} className={textLink}>
          Download PDF
        </a>
      )}
    </Row>
  );
}

const quiet = "bg-slate-100 text-slate-800 dark:bg-slate-800 dark:text-slate-100";
const badges: Record<Report["status"], { sign: string; text: string; look: string }> = {
  requested: { sign: "○", text: "Requested", look: quiet },
  generating: { sign: "◐", text: "Generating", look: quiet },
  ready: {
    sign: "✓",
    text: "Ready",
    look: "bg-brand-50 text-brand-800 dark:bg-brand-800 dark:text-brand-50",
  },
  failed: { sign: "✕", text: "Failed", look: "bg-red-100 text-red-900 dark:bg-red-900 dark:text-red-50" },
};
