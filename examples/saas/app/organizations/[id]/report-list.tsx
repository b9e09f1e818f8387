import { formatDistanceToNow } from "date-fns";
import { AutoRefresh } from "@/components/auto-refresh.tsx";
import { titleOf } from "@/documents/report-data.ts";
import { sayRange } from "@/lib/days.ts";
import { services } from "@/services/index.ts";
import type { Report } from "@/services/report-service.ts";

export function ReportList({ reports }: { reports: Report[] }) {
  if (reports.length === 0) {
    return <p className="text-slate-600 dark:text-slate-400">No reports yet. Request the first one above.</p>;
  }
  const waiting = reports.some(({ status }) => status === "requested" || status === "generating");
  return (
    <>
      {waiting && <AutoRefresh everyMs={1_500} />}
      <ul aria-live="polite" className="-my-3 divide-y divide-slate-200 dark:divide-slate-800">
        {reports.map((report) => (
          <ReportItem key={report.id} report={report} />
        ))}
      </ul>
      {waiting && (
        <noscript>
          <p className="mt-4">
            <a href="#reports" className="underline">
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
    <li
      data-testid="report"
      data-status={status}
      className="flex flex-wrap items-center gap-x-4 gap-y-1 py-3"
    >
      <div className="mr-auto">
        <p className="font-medium">{titleOf(reportType)}</p>
        <p className="text-sm text-slate-600 dark:text-slate-400">
          {sayRange({ start, end })} · requested{" "}
          <time dateTime={createdAt.toISOString()} title={createdAt.toISOString()}>
            {formatDistanceToNow(createdAt, { addSuffix: true })}
          </time>
        </p>
        {status === "failed" && <p className="text-sm text-red-800 dark:text-red-300">{error}</p>}
      </div>
      <span className={`rounded-full px-3 py-1 text-sm font-medium ${badges[status].look}`}>
        <span aria-hidden="true">{badges[status].sign} </span>
        {badges[status].text}
      </span>
      {status === "ready" && pdfUrl && (
        <a href={pdfUrl} className="font-medium text-brand-700 underline dark:text-brand-300">
          Download PDF
        </a>
      )}
    </li>
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
