/**
 * The rules of a bulk job as pure functions of what a commit sees: when an item may be acted on, what is written
 * beside the act, and what people may do to a job. Counts change only together with the item that they count.
 */
import type { BulkAction, BulkVerb } from "@stepwell/api/dashboard";
import {
  type BulkItemRow,
  type BulkJobRow,
  type Change,
  type Instant,
  type RunId,
  StepwellError,
} from "@stepwell/core";
import type { Slices } from "@stepwell/store";

/** How long a job can be undone before its first act. */
export const UNDO_MS = 10_000;
export const DEFAULT_RATE = 10;
const NEWEST_ERRORS = 20;
const LONGEST_MESSAGE = 500;

export type SeenJob = Slices["bulkJob"]["see"];

/** What an act asks the store for: its own item, and whether another one follows. */
export function askOf(id: string): Slices["bulkJob"]["ask"] {
  return { id, most: 2 };
}

/** The rows of a job, all in one commit. */
export function newJob(
  job: Pick<BulkJobRow, "id" | "action" | "filter" | "rate" | "createdBy">,
  runIds: readonly RunId[],
  now: Instant,
): { row: BulkJobRow; write: Change[] } {
  const row: BulkJobRow = {
    ...job,
    status: "undoable",
    total: runIds.length,
    done: 0,
    skipped: 0,
    failed: 0,
    errors: [],
    createdAt: now,
    startsAt: now + UNDO_MS,
    endedAt: null,
  };
  const items = runIds.map((runId, ord): Change => {
    const item = { jobId: job.id, ord, runId, outcome: "waiting" as const, newRunId: null };
    return { insert: "bulkItems", row: item };
  });
  return { row, write: [{ insert: "bulkJobs", row }, ...items] };
}

export function isOver({ endedAt }: BulkJobRow): boolean {
  return endedAt !== null;
}

/** Whether the job acts now: not while it is paused or can still be undone. */
export function isRunning({ status, startsAt }: BulkJobRow, now: Instant): boolean {
  return status === "running" || (status === "undoable" && startsAt <= now);
}

/** Whether this item may be acted on: its job runs, and nobody has acted on it. Items go in their order. */
export function mayAct(seen: SeenJob, { ord }: BulkItemRow, now: Instant): boolean {
  return seen !== null && isRunning(seen.job, now) && seen.waiting[0]?.ord === ord;
}

/** How many items have an outcome. */
export function progressOf({ done, skipped, failed }: BulkJobRow): number {
  return done + skipped + failed;
}

export type Marked =
  | { outcome: "done"; newRunId: RunId | null }
  | { outcome: "skipped" }
  /** `newRunId`: there is a new run, which never begins. */
  | { outcome: "failed"; message: string; newRunId?: RunId };

/** What is written beside an act that `mayAct` allowed: the item's outcome, the counts, the end after the last one. */
export function marked(seen: SeenJob, item: BulkItemRow, mark: Marked, now: Instant): Change[] {
  if (seen === null) return [];
  const { job, waiting } = seen;
  const { jobId, ord, runId } = item;
  const { outcome } = mark;
  const isLast = waiting.length === 1;
  const error = mark.outcome === "failed" ? [{ runId, message: mark.message.slice(0, LONGEST_MESSAGE) }] : [];
  const newRunId = "newRunId" in mark ? mark.newRunId : null;
  return [
    { update: "bulkItems", key: { jobId, ord }, set: { outcome, newRunId } },
    {
      update: "bulkJobs",
      key: { id: job.id },
      set: {
        status: isLast ? "done" : "running",
        [outcome]: job[outcome] + 1,
        ...(error.length === 0 ? {} : { errors: [...error, ...job.errors].slice(0, NEWEST_ERRORS) }),
        ...(isLast ? { endedAt: now } : {}),
      },
    },
  ];
}

/**
 * What a verb changes; null: the job is as wanted already.
 * @throws StepwellError `bulk_over` saying why it cannot be done
 */
export function actedOn(job: BulkJobRow, verb: BulkVerb, now: Instant): Partial<BulkJobRow> | null {
  const { status } = job;
  const wanted = { undo: "undone", pause: "paused", resume: "running", cancel: "cancelled" } as const;
  if (status === wanted[verb] || (verb === "resume" && status === "undoable")) return null;
  if (isOver(job)) throw over(`The job is over: it ${pastWords[status]}.`);
  switch (verb) {
    case "undo":
      if (progressOf(job) === 0) return { status: "undone", endedAt: now };
      throw over(
        `The job has begun: ${progressOf(job)} of ${job.total} runs are done, and that is not taken back. Cancel it to spare the others.`,
      );
    case "pause":
      return { status: "paused" };
    case "resume":
      return { status: job.startsAt > now ? "undoable" : "running" };
    case "cancel":
      return { status: "cancelled", endedAt: now };
  }
}

const pastWords: Record<BulkJobRow["status"], string> = {
  undoable: "has not begun",
  running: "is running",
  paused: "is paused",
  done: "has done all of its runs",
  undone: "was undone",
  cancelled: "was cancelled",
};

function over(message: string): StepwellError {
  return new StepwellError("bulk_over", message);
}

export const actionWords: Record<BulkAction, string> = { cancel: "cancelled", rerun: "run again" };
