/** A scheduled job: when it runs, how its last run went, and a button that starts it. */
import Link from "next/link";
import { StatusBadge, StatusIcon, wordOf } from "@/components/status.tsx";
import { When } from "@/components/when.tsx";
import type { JobView } from "./job-view.ts";
import { RunNow } from "./run-now.tsx";

type Props = { job: JobView; pageKey: string; failure: string | undefined };

export function JobCard({ job, pageKey, failure }: Props) {
  const { id, name, status, lastRun, error } = job;
  return (
    <li
      id={id}
      data-testid="job-card"
      data-job-id={id}
      data-status={status}
      className="flex flex-col gap-3 rounded-xl border border-slate-200 bg-white p-5 dark:border-slate-800 dark:bg-slate-900"
    >
      <div className="flex flex-wrap items-baseline justify-between gap-x-3 gap-y-1">
        <h2 data-testid="job-name" className="text-lg font-semibold">
          {name}
        </h2>
        <StatusBadge status={status} testId="job-status" />
      </div>
      <Schedule job={job} />
      <LastRun job={job} />
      {error && (
        <p className="line-clamp-3 text-sm wrap-anywhere text-red-800 dark:text-red-300">
          <span className="sr-only">Last error: </span>
          {error}
        </p>
      )}
      <Dots job={job} />
      <div className="mt-auto pt-1">
        <RunNow
          jobId={id}
          jobName={name}
          pageKey={pageKey}
          lastRunId={lastRun?.id}
          statusWord={wordOf(status)}
          isRunning={status === "running" || status === "queued"}
          failure={failure}
        />
      </div>
    </li>
  );
}

function Schedule({ job: { cron, cronInWords, timeZone, nextRun } }: { job: JobView }) {
  return (
    <div className="text-sm">
      <p>
        <code data-testid="job-cron" className="font-mono">
          {cron}
        </code>{" "}
        <span className={quiet}>{timeZone}</span>
      </p>
      <p>{cronInWords}</p>
      <p className={quiet}>Next run {nextRun ? <When {...nextRun} /> : "never"}</p>
    </div>
  );
}

function LastRun({ job: { status, lastRun } }: { job: JobView }) {
  return (
    <p data-testid="job-last-run" className={`text-sm ${quiet}`}>
      {lastRun ? (
        <>
          Last run <When {...lastRun.moment} />
          <span className="block">
            {[lastRun.took && `took ${lastRun.took}`, lastRun.startedBy && `manual by ${lastRun.startedBy}`]
              .filter(Boolean)
              .join(" · ")}
          </span>
        </>
      ) : status === "unknown" ? (
        "Its runs are not known"
      ) : (
        "No run yet"
      )}
    </p>
  );
}

function Dots({ job: { name, dots } }: { job: JobView }) {
  if (dots.length === 0) return null;
  return (
    <ol aria-label={`Last runs of ${name}, oldest first`} className="-ml-1 flex gap-1">
      {dots.map(({ runId, status, ago }) => (
        <li key={runId}>
          <Link
            href={`/admin/jobs/runs/${runId}`}
            prefetch={false}
            aria-label={`${wordOf(status)}, ${ago}`}
            className="grid size-7 place-items-center rounded-md hover:bg-slate-100 dark:hover:bg-slate-800"
          >
            <StatusIcon status={status} />
          </Link>
        </li>
      ))}
    </ol>
  );
}

const quiet = "text-slate-600 dark:text-slate-400";
