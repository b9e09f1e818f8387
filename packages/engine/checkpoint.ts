/** Steps that a call has finished, stored while it goes on (wire.md §7). */
import type { Op } from "@stepwell/core";
import type { Context } from "./context.ts";
import { readTrigger, settleCheckpoint } from "./settle.ts";

export interface Checkpoint {
  /** `ctx.qi_id` of the call: the id of its lease. */
  jobId: string;
  /** `generation_id`; null: the SDK does not send it (v3). */
  generation: number | null;
  ops: Op[];
}

/**
 * @returns `stale`: another dispatch has the run now, or the run has ended; the call must stop.
 */
export async function checkpoint(
  context: Context,
  runId: string,
  { jobId, generation, ops }: Checkpoint,
): Promise<"stored" | "stale" | "unknown"> {
  const { read } = context.options.store;
  const run = await read.run(runId);
  if (run === null) return "unknown";
  const leases = await read.runLeases(runId);
  const lease = leases.find(({ id }) => id === jobId);
  if (lease === undefined) return "stale";
  const trigger = await readTrigger(context, run);
  const settled = await settleCheckpoint(context, lease, generation, trigger, ops);
  return settled === "running" ? "stored" : "stale";
}
