/** `timeouts.start` and `timeouts.finish`: wakes that cancel a run, judged by the latest configuration (semantics §6.9). */
import type { DurationMs, Instant, Moment } from "../model/moment.ts";
import type { RunRow } from "../model/run.ts";
import type { About, Draft, Effect, SeenRun } from "./effects.ts";
import { endRun } from "./lifecycle.ts";

type Timeouts = About["timeouts"];

/** The run begins: its start deadline is met, its finish deadline is set. */
export function beginEffects(seen: SeenRun, timeouts: Timeouts, moment: Moment): Effect[] {
  if (seen.run.status !== "queued") return [];
  const effects: Effect[] = [{ do: "start" }];
  for (const { id, job } of seen.wakes)
    if (job.kind === "deadline") effects.push({ do: "dropWake", wakeId: id });
  const finishMs = timeouts.finishMs ?? 0;
  if (finishMs > 0)
    effects.push({
      do: "later",
      job: { kind: "deadline", which: "finish" },
      dueAt: moment.now + finishMs,
    });
  return effects;
}

/** A deadline is due: the run is cancelled, unless the configuration has moved the deadline or taken it away. */
export function deadlinePassed(draft: Draft, which: "start" | "finish", about: About, moment: Moment): void {
  const due = deadlineOf(draft.seen.run, which, about.timeouts);
  if (due === null) return;
  if (due > moment.now) draft.effects.push({ do: "later", job: { kind: "deadline", which }, dueAt: due });
  else endRun(draft, "cancelled", overdue(which, about.timeouts), about, moment);
}

/** What a cancelled run says of the deadline it missed, or null while it may go on. */
export function missedDeadline(
  run: RunRow,
  timeouts: Timeouts,
  now: Instant,
): { which: "start" | "finish"; cause: string } | null {
  const which = run.status === "queued" ? "start" : "finish";
  const due = deadlineOf(run, which, timeouts);
  return due !== null && due <= now ? { which, cause: overdue(which, timeouts).message } : null;
}

function deadlineOf(run: RunRow, which: "start" | "finish", timeouts: Timeouts): Instant | null {
  // The run of a batch has no start timeout: its events have waited on purpose (semantics §6.1).
  const mayStartLate = run.status !== "queued" || run.batchId !== null;
  const from = which === "start" ? (mayStartLate ? null : run.queuedAt) : run.startedAt;
  const lengthMs = lengthOf(which, timeouts);
  return from === null || lengthMs === 0 ? null : from + lengthMs;
}

function lengthOf(which: "start" | "finish", timeouts: Timeouts): DurationMs {
  return (which === "start" ? timeouts.startMs : timeouts.finishMs) ?? 0;
}

function overdue(which: "start" | "finish", timeouts: Timeouts): { name: string; message: string } {
  const seconds = lengthOf(which, timeouts) / 1000;
  const message =
    which === "start"
      ? `the run had not started ${seconds} s after it was queued (timeouts.start)`
      : `the run had not finished ${seconds} s after its start (timeouts.finish)`;
  return { name: "Cancelled", message };
}
