/** One act of a bulk job: the run is cancelled or run again, and its item marked, in one commit. */
import { type BulkItemRow, type BulkJobRow, type Change, StepwellError } from "@stepwell/core";
import type { Acted, Along, Engine, LogEntry } from "@stepwell/engine";
import { StoreError } from "@stepwell/store";
import { skipWords } from "../runs/skip-words.ts";
import { askOf, type Marked, marked, mayAct } from "./job.ts";

/**
 * @returns the job as it is after the act; null: it was called off, because the job is paused or over, or the item
 * is done already
 * @throws StoreError: it is not known whether the act was written, so the item is to be looked at again
 */
export async function actOn(
  engine: Engine,
  job: BulkJobRow,
  item: BulkItemRow,
  log: (entry: LogEntry) => void,
): Promise<BulkJobRow | null> {
  const written: { job: BulkJobRow | null; mark: Marked | null } = { job: null, mark: null };
  const along: Along = {
    ask: askOf(job.id),
    allows: (seen, { now }) => mayAct(seen, item, now),
    write(seen, acted, { now }) {
      written.mark = markOf(acted);
      const changes = marked(seen, item, written.mark, now);
      written.job = jobAfter(seen?.job ?? null, changes);
      return changes;
    },
  };
  try {
    const acted =
      job.action === "cancel"
        ? await engine.cancelAlong(item.runId, `cancelled by bulk job ${job.id}`, along)
        : (await engine.rerunAlong(item.runId, along)) !== null;
    if (acted && written.mark?.outcome === "done") tell(log, job, item);
    return acted ? written.job : null;
  } catch (error) {
    if (error instanceof StoreError) throw error;
    return markFailed(engine, job, item, await markFor(engine, item, error, log));
  }
}

function markOf(acted: Acted): Marked {
  switch (acted.is) {
    case "done":
      return { outcome: "done", newRunId: acted.newRunId };
    case "skipped": {
      const { newRunId, reason } = acted;
      return {
        outcome: "failed",
        newRunId,
        message: `Its new run was skipped at once: ${skipWords(reason)}.`,
      };
    }
    case "ended":
      return { outcome: "skipped" };
  }
}

/** A run that is gone is skipped; what else was in the way is told. */
async function markFor(
  engine: Engine,
  { jobId, runId }: BulkItemRow,
  error: unknown,
  log: (entry: LogEntry) => void,
): Promise<Marked> {
  if (error instanceof StepwellError) {
    const isGone = error.code === "not_found" && (await engine.read.run(runId)) === null;
    return isGone ? { outcome: "skipped" } : { outcome: "failed", message: error.message };
  }
  const stack = error instanceof Error ? error.stack : undefined;
  log({ level: "error", event: "bulk.bug", message: `bulk job ${jobId}: ${String(error)}`, runId, stack });
  return { outcome: "failed", message: "Stepwell has a bug: the log of the server says more." };
}

function markFailed(
  engine: Engine,
  job: BulkJobRow,
  item: BulkItemRow,
  mark: Marked,
): Promise<BulkJobRow | null> {
  return engine.commit({ bulkJob: askOf(job.id) }, ({ bulkJob }, { now }) => {
    if (!mayAct(bulkJob, item, now)) return { write: [], reply: null };
    const write = marked(bulkJob, item, mark, now);
    return { write, reply: jobAfter(bulkJob?.job ?? null, write) };
  });
}

function jobAfter(job: BulkJobRow | null, changes: readonly Change[]): BulkJobRow | null {
  const change = changes.find((one) => "update" in one && one.update === "bulkJobs");
  return job === null || change === undefined || !("set" in change)
    ? job
    : { ...job, ...(change.set as Partial<BulkJobRow>) };
}

function tell(log: (entry: LogEntry) => void, { id, action }: BulkJobRow, { runId }: BulkItemRow): void {
  const message = action === "cancel" ? "run cancelled" : "run started again";
  log({ level: "info", event: `bulk.${action}`, message: `${message} by bulk job ${id}`, runId });
}
