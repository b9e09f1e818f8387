/** One bulk job: what it acts on, how far it is, and how to undo, pause or stop it. */
import type { BulkJob, BulkVerb } from "@stepwell/api/dashboard";
import { useParams } from "@tanstack/react-router";
import { Ban, Hourglass, Pause, Play, Undo2 } from "lucide-react";
import type { ReactNode } from "react";
import { useAct, useCall } from "../../data/api.ts";
import { useCan } from "../../data/session.ts";
import { shortId } from "../../data/short-id.ts";
import { formatCount, formatDuration, Time, useNow } from "../../data/time.tsx";
import { Button } from "../../parts/button.tsx";
import { Card } from "../../parts/card.tsx";
import { Definition } from "../../parts/definition.tsx";
import { AppLink } from "../../parts/link.tsx";
import { Page } from "../../parts/page.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";
import { Loaded } from "../loaded.tsx";
import { runsHref } from "../runs-href.ts";
import { isOver, progressOf, targetOf, titleOf, verbsOf } from "./job-words.ts";
import { Progress } from "./progress.tsx";

/** While it works, whatever the stream tells. */
const EVERY_MS = 1000;

export function BulkJobPage(): ReactNode {
  const { id } = useParams({ from: "/bulk/$id" });
  const result = useCall("getBulk", { params: { id } }, { everyMs: EVERY_MS });
  const job = result.data?.data;
  return (
    <Page
      title={job === undefined ? "Bulk job" : titleOf(job)}
      above={
        <AppLink className="link" href="/bulk">
          Bulk jobs
        </AppLink>
      }
      heading={
        job && (
          <>
            {titleOf(job)}
            <StatusBadge status={job.status} testId="bulk-status" />
          </>
        )
      }
      actions={job && <Verbs job={job} />}
      wide={false}
    >
      <Loaded result={result}>{(found) => <Job job={found} />}</Loaded>
    </Page>
  );
}

const verbs: Readonly<Record<BulkVerb, { words: string; icon: ReactNode; kind?: "primary" | "danger" }>> = {
  undo: { words: "Undo", icon: <Undo2 aria-hidden size={14} />, kind: "primary" },
  pause: { words: "Pause", icon: <Pause aria-hidden size={14} /> },
  resume: { words: "Resume", icon: <Play aria-hidden size={14} />, kind: "primary" },
  cancel: { words: "Stop", icon: <Ban aria-hidden size={14} />, kind: "danger" },
};

function Verbs({ job }: { job: BulkJob }): ReactNode {
  const may = useCan("actOnBulk");
  const act = useAct("actOnBulk", { invalidates: ["getBulk", "listBulk"] });
  return verbsOf(job).map((verb) => (
    <Button
      key={verb}
      kind={verbs[verb].kind}
      icon={verbs[verb].icon}
      disabledWhy={may}
      busy={act.isPending}
      onClick={() => act.mutate({ params: { id: job.id, verb } })}
    >
      {verbs[verb].words}
    </Button>
  ));
}

function Job({ job }: { job: BulkJob }): ReactNode {
  const { leftMs } = progressOf(job);
  return (
    <>
      {job.status === "undoable" && <UndoTime startsAt={job.startsAt} />}
      <Card title="Progress">
        <Progress job={job} />
        <div className="mt-3 flex flex-wrap gap-x-6 gap-y-1 tabular-nums">
          <span>
            <strong>{formatCount(job.done)}</strong> of {formatCount(job.total)}{" "}
            {job.action === "cancel" ? "cancelled" : "run again"}
          </span>
          <span className="text-dim">
            {formatCount(job.skipped)} skipped (had ended meanwhile, or were gone)
          </span>
          <span className={job.failed > 0 ? "text-failed" : "text-dim"}>
            {formatCount(job.failed)} failed
          </span>
          {leftMs !== null && <span className="text-dim">about {formatDuration(leftMs)} left</span>}
        </div>
      </Card>
      <Card title="What it acts on" className="mt-4">
        <Definition
          items={[
            {
              term: "Runs",
              value:
                job.q === null ? (
                  targetOf(job)
                ) : (
                  <>
                    <AppLink className="link" href={runsHref(job.q)}>
                      {job.q === "" ? targetOf(job) : <code>{job.q}</code>}
                    </AppLink>
                    <span className="text-dim"> as they were when it was made</span>
                  </>
                ),
            },
            { term: "Rate", value: `${job.rate} a second` },
            { term: "Made by", value: <bdi>{job.createdBy}</bdi> },
            { term: "Made", value: <Time at={job.createdAt} as="absolute" /> },
            {
              term: isOver(job) ? "Ended" : "Starts",
              value: <Time at={isOver(job) ? job.endedAt : job.startsAt} as="absolute" />,
            },
          ]}
        />
      </Card>
      {job.errors.length > 0 && (
        <Card
          title="Failures"
          note={
            job.failed > job.errors.length
              ? `The newest ${job.errors.length} of ${formatCount(job.failed)}`
              : undefined
          }
          className="mt-4"
        >
          <ul>
            {job.errors.map(({ runId, message }) => (
              <li key={runId} className="flex min-h-7 gap-3">
                <AppLink className="link shrink-0" href={`/runs/${runId}`} title={runId}>
                  {shortId(runId)}
                </AppLink>
                <span className="min-w-0 break-words">{message}</span>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}

function UndoTime({ startsAt }: { startsAt: string }): ReactNode {
  const left = Math.max(0, Date.parse(startsAt) - useNow(1000));
  return (
    <p className="bulk-undo">
      <Hourglass aria-hidden size={15} className="text-waiting" />
      <span>
        Nothing has been done yet. It begins {left === 0 ? "now" : `in ${Math.ceil(left / 1000)} s`}.
      </span>
    </p>
  );
}
