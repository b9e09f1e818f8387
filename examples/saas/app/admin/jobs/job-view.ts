/** What a card shows of a scheduled job: made from the job, its last runs, and what time it is there. */
import type { ScheduledTask } from "@/jobs/scheduled-tasks.ts";
import { nextTick, sayCron } from "@/lib/cron.ts";
import type { Run, RunStatus } from "@/lib/inngest/runs.ts";
import { sayAgo, sayDuration, sayInstant, sayUntil } from "@/lib/instants.ts";

/** What is known about a job: its last runs, newest first, and more about the newest. */
export type JobRuns = {
  runs: Run[];
  /** Who started the newest one by hand. */
  startedBy?: string | undefined;
  /** Why the newest one failed. */
  error?: string | undefined;
};

/** `text` is relative ("5 minutes ago"), `absolute` the same moment in full. */
type Moment = { iso: string; text: string; absolute: string };

export type JobView = {
  id: string;
  name: string;
  cron: string;
  cronInWords: string;
  timeZone: string;
  status: RunStatus | "never" | "unknown";
  lastRun:
    | { id: string; moment: Moment; took: string | undefined; startedBy: string | undefined }
    | undefined;
  error: string | undefined;
  nextRun: Moment | undefined;
  /** Oldest first, as they are read from left to right. */
  dots: { runId: string; status: RunStatus; ago: string }[];
};

/** `known` is undefined where the server has never told. */
export function viewJob(task: ScheduledTask, known: JobRuns | undefined, now: Date): JobView {
  const { id, name, cron, timeZone } = task;
  const last = known?.runs[0];
  const next = nextTick(cron, timeZone, now);
  return {
    id,
    name,
    cron,
    cronInWords: sayCron(cron),
    timeZone,
    status: last?.status ?? (known ? "never" : "unknown"),
    lastRun: last && {
      id: last.id,
      moment: { ...spellOut(beganAt(last)), text: sayAgo(beganAt(last), now) },
      took: last.durationMs == null ? undefined : sayDuration(last.durationMs),
      startedBy: known?.startedBy,
    },
    error: last?.status === "failed" ? known?.error : undefined,
    nextRun: next && { ...spellOut(next), text: sayUntil(next, now) },
    dots: (known?.runs ?? [])
      .map((run) => ({ runId: run.id, status: run.status, ago: sayAgo(beganAt(run), now) }))
      .reverse(),
  };
}

/** Failing ones first, then by their next run. */
export function sortJobs(jobs: JobView[]): JobView[] {
  const failing = ({ status }: JobView) => Number(status === "failed");
  const next = ({ nextRun }: JobView) => nextRun?.iso ?? "never comes: after every digit";
  return jobs.toSorted((a, b) => failing(b) - failing(a) || next(a).localeCompare(next(b)));
}

/** A run that still waits has no start yet. */
function beganAt(run: Run): Date {
  return run.startedAt ?? run.queuedAt;
}

export function spellOut(at: Date): Omit<Moment, "text"> {
  return { iso: at.toISOString(), absolute: sayInstant(at) };
}
