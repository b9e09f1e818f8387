/** All bulk jobs, newest first. */
import type { BulkJob } from "@stepwell/api/dashboard";
import { Layers } from "lucide-react";
import type { ReactNode } from "react";
import { usePages } from "../../data/api.ts";
import { formatCount, Time } from "../../data/time.tsx";
import { type Column, DataList } from "../../parts/data-list.tsx";
import { AppLink } from "../../parts/link.tsx";
import { LoadMore } from "../../parts/load-more.tsx";
import { Page } from "../../parts/page.tsx";
import { Empty, Failure, Skeleton } from "../../parts/states.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";
import { progressOf, targetOf, titleOf } from "./job-words.ts";
import { Progress } from "./progress.tsx";

const columns: readonly Column<BulkJob>[] = [
  {
    id: "status",
    title: "Status",
    width: "124px",
    phone: 1,
    render: ({ status }) => <StatusBadge status={status} look="plain" />,
  },
  {
    id: "what",
    title: "What",
    width: "minmax(140px, 1fr)",
    phone: 1,
    grow: true,
    opens: true,
    render: (job) => <span className="font-medium">{titleOf(job)}</span>,
  },
  {
    id: "target",
    title: "Runs",
    width: "minmax(140px, 2fr)",
    phone: 2,
    grow: true,
    render: (job) =>
      job.q ? <code title={job.q}>{job.q}</code> : <span className="text-dim">{targetOf(job)}</span>,
  },
  { id: "progress", title: "Progress", width: "minmax(120px, 1fr)", render: (job) => <Progress job={job} /> },
  {
    id: "handled",
    title: "Done",
    width: "120px",
    align: "end",
    phone: 2,
    render: (job) => `${formatCount(progressOf(job).handled)} of ${formatCount(job.total)}`,
  },
  {
    id: "by",
    title: "By",
    width: "120px",
    render: ({ createdBy }) => <bdi className="text-dim">{createdBy}</bdi>,
  },
  {
    id: "made",
    title: "Made",
    width: "96px",
    phone: 1,
    render: ({ createdAt }) => <Time at={createdAt} className="text-dim" />,
  },
];

export function BulkPage(): ReactNode {
  const jobs = usePages("listBulk", { query: {} });
  return (
    <Page title="Bulk jobs" below="Cancelling or rerunning many runs at once. They begin in the run list.">
      {jobs.error !== null && (
        <Failure inline={jobs.rows.length > 0} error={jobs.error} retry={jobs.refetch} />
      )}
      {jobs.loading && <Skeleton lines={6} />}
      {!jobs.loading && jobs.error === null && jobs.rows.length === 0 && (
        <Empty title="No bulk jobs yet" icon={<Layers aria-hidden size={28} />}>
          <p>
            Choose runs in the{" "}
            <AppLink className="link" href="/runs">
              run list
            </AppLink>{" "}
            (their boxes, or <kbd>x</kbd>), or filter it and take all that match. Then cancel or rerun them.
          </p>
        </Empty>
      )}
      {jobs.rows.length > 0 && (
        <>
          <DataList
            label="Bulk jobs"
            rows={jobs.rows}
            columns={columns}
            keyOf={({ id }) => id}
            hrefOf={({ id }) => `/bulk/${id}`}
            testId="bulk-row"
            stale={jobs.stale}
          />
          <LoadMore
            more={jobs.more}
            loading={jobs.loadingMore}
            onMore={jobs.loadMore}
            automatic={jobs.error === null}
          />
        </>
      )}
    </Page>
  );
}
