/**
 * Reads what the page shows. While the server does not answer it shows what was known last; what
 * time it is comes from the server, so that "5 minutes ago" also holds where its clock was moved.
 */
import type { ScheduledTask } from "@/jobs/scheduled-tasks.ts";
import { type Run, type Runs, readFailure } from "@/lib/inngest/runs.ts";
import { type JobRuns, type JobView, sortJobs, viewJob } from "./job-view.ts";

const RUNS_SHOWN = 5;

export type Board = {
  jobs: JobView[];
  /** `asOf` is when the server last answered: undefined if it never did. */
  outage: { reason: string; asOf: Date | undefined } | undefined;
};

type Parts = {
  tasks: readonly ScheduledTask[];
  runs: () => Runs;
  /** A user's name; undefined for an unknown id. */
  nameOf: (userId: string) => Promise<string | undefined>;
};

type Details = Omit<JobRuns, "runs">;
type Seen = { byJob: Map<string, JobRuns>; serverTime: Date; readAt: Date };

export function createJobBoard({ tasks, runs, nameOf }: Parts): { read(): Promise<Board> } {
  let seen: Seen | undefined;
  /** Of each job's newest run, once it has ended: they do not change, and pages are refreshed often. */
  const kept = new Map<string, { runId: string; details: Details }>();

  async function readJob({ id }: ScheduledTask) {
    const answer = await runs().list(id, RUNS_SHOWN);
    if (answer.is !== "found") return answer;
    const [last] = answer.data;
    const details = last ? await readDetails(id, last) : {};
    return { is: "found", known: { runs: answer.data, ...details }, serverTime: answer.serverTime } as const;
  }

  async function readDetails(jobId: string, run: Run): Promise<Details> {
    const before = kept.get(jobId);
    if (before?.runId === run.id) return before.details;
    const [starter, failed] = await Promise.all([
      runs().findStarter(run),
      run.status === "failed" ? runs().find(run.id) : undefined,
    ]);
    const details = {
      startedBy: starter.is === "found" ? ((await nameOf(starter.data)) ?? starter.data) : undefined,
      error: failed?.is === "found" ? firstLine(readFailure(failed.data.output)?.message) : undefined,
    };
    const isWhole = starter.is !== "unreachable" && failed?.is !== "unreachable";
    if (run.endedAt && isWhole) kept.set(jobId, { runId: run.id, details });
    return details;
  }

  function show(outage: Board["outage"]): Board {
    const sinceRead = seen ? Date.now() - seen.readAt.getTime() : 0;
    const now = new Date((seen?.serverTime.getTime() ?? Date.now()) + sinceRead);
    return { outage, jobs: sortJobs(tasks.map((task) => viewJob(task, seen?.byJob.get(task.id), now))) };
  }

  return {
    async read() {
      const byJob = new Map<string, JobRuns>();
      let serverTime = new Date();
      const answers = await Promise.all(tasks.map(async (task) => [task.id, await readJob(task)] as const));
      for (const [id, answer] of answers) {
        if (answer.is === "unreachable") return show({ reason: answer.reason, asOf: seen?.serverTime });
        byJob.set(id, answer.is === "found" ? answer.known : { runs: [] });
        if (answer.is === "found") serverTime = answer.serverTime;
      }
      seen = { byJob, serverTime, readAt: new Date() };
      return show(undefined);
    },
  };
}

function firstLine(text: string | undefined): string | undefined {
  return text?.split("\n", 1)[0];
}
