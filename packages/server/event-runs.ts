/** The runs of an event, for v1 and v2 (semantics §10.5). */
import type { EventId, RunRow } from "@stepwell/core";
import type { Reads } from "@stepwell/store";

/** Those that it started, and those of batches in which it is not the first. */
export async function readRunsOf(read: Reads, id: EventId): Promise<RunRow[]> {
  const [runs, outcomes] = await Promise.all([read.eventRuns(id), read.outcomes(id)]);
  const batched = outcomes.filter(({ outcome, leader }) => outcome === "batched" && leader !== id);
  const others = await Promise.all(
    batched.map(async ({ functionId, leader }) =>
      (await read.eventRuns(leader ?? "")).filter((run) => run.functionId === functionId),
    ),
  );
  return [...runs, ...others.flat().filter((run) => run.eventIds.includes(id))];
}
