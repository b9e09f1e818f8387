import type { Metadata } from "next";
import { AutoRefresh } from "@/components/auto-refresh.tsx";
import { PageTitle } from "@/components/card.tsx";
import { Notice } from "@/components/notice.tsx";
import { scheduledTasks } from "@/jobs/scheduled-tasks.ts";
import { runs } from "@/lib/inngest/runs.ts";
import { sayInstant } from "@/lib/instants.ts";
import { type PageQuery, readQuery } from "@/lib/page-query.ts";
import { requireAdmin } from "@/lib/session.ts";
import { services } from "@/services/index.ts";
import { AuditLog } from "./audit-log.tsx";
import { type Board, createJobBoard } from "./job-board.ts";
import { JobCard } from "./job-card.tsx";
import { NoJobs } from "./no-jobs.tsx";

export const metadata: Metadata = { title: "Scheduled jobs" };

// Kept between requests: it remembers what was known last.
const board = createJobBoard({
  tasks: scheduledTasks,
  runs,
  nameOf: async (userId) => (await services().users.find(userId))?.name,
});

export default async function AdminJobs({ searchParams }: { searchParams: PageQuery }) {
  await requireAdmin("/admin/jobs");
  const { job: pressed, outcome } = await readQuery(searchParams);
  const { jobs, outage } = await board.read();
  const pressedName = jobs.find(({ id }) => id === pressed)?.name;
  return (
    <>
      <AutoRefresh everyMs={2_000} />
      <PageTitle lead="What runs by the clock, how it went, and a button to run it now.">
        Scheduled jobs
      </PageTitle>
      {outcome === "started" && pressedName && (
        <Notice kind="success">{pressedName} was started. Reload this page to see how it goes.</Notice>
      )}
      {outcome === "unknown" && <Notice kind="error">There is no such scheduled job.</Notice>}
      {outage && <Outage {...outage} />}
      {jobs.length === 0 ? (
        <NoJobs />
      ) : (
        <ul className="grid gap-5 sm:grid-cols-2 lg:grid-cols-3">
          {jobs.map((job) => (
            <JobCard
              key={job.id}
              job={job}
              pageKey={crypto.randomUUID()}
              failure={outcome === "failed" && pressed === job.id ? "Failed to trigger job" : undefined}
            />
          ))}
        </ul>
      )}
      <noscript>
        <p className="mt-6">
          <a href="/admin/jobs" className="underline">
            Reload this page
          </a>{" "}
          for news.
        </p>
      </noscript>
      {services().config.console && (
        <p className="mt-6">
          <a href="/admin/jobs/console" className="underline">
            Open the console
          </a>{" "}
          for every run, event and limit.
        </p>
      )}
      <AuditLog />
    </>
  );
}

function Outage({ reason, asOf }: NonNullable<Board["outage"]>) {
  return (
    <Notice kind="error">
      The job server cannot be asked: {reason}.{" "}
      {asOf ? `Below is what was known last, as of ${sayInstant(asOf)}.` : "Nothing is known about runs yet."}
    </Notice>
  );
}
