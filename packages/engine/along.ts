/**
 * What goes into the same commit as an act on a run: the mark on a bulk job's item. Written together, they
 * are both there or neither, whatever dies in between; seen under one lock, an item is acted on once,
 * however many processes work on its job.
 */
import type { Change, Moment, RunId } from "@stepwell/core";
import type { Slices } from "@stepwell/store";

/**
 * What the commit is about to write: a cancel or the new run of a rerun; a new run that never begins, with the
 * reason as the gates name it; or nothing, as the run ended before.
 */
export type Acted =
  | { is: "done"; newRunId: RunId | null }
  | { is: "skipped"; newRunId: RunId; reason: string }
  | { is: "ended" };

type JobSeen = Slices["bulkJob"]["see"];

export interface Along {
  ask: Slices["bulkJob"]["ask"];
  /** False: the act is called off, and nothing is written. */
  allows(seen: JobSeen, moment: Moment): boolean;
  /** Beside the act. */
  write(seen: JobSeen, acted: Acted, moment: Moment): Change[];
}

/** What a commit asks for, so that it sees the job; nothing without one. */
export function askAlong(along: Along | undefined): { bulkJob?: Along["ask"] } {
  return along === undefined ? {} : { bulkJob: along.ask };
}

/** Whether the act may go on; always, where nothing goes along. */
export function allowedAlong(along: Along | undefined, seen: JobSeen | undefined, moment: Moment): boolean {
  return along === undefined || along.allows(seen ?? null, moment);
}

/** The changes that go along; none, where nothing does. */
export function writtenAlong(
  along: Along | undefined,
  seen: JobSeen | undefined,
  acted: Acted,
  moment: Moment,
): Change[] {
  return along === undefined ? [] : along.write(seen ?? null, acted, moment);
}
