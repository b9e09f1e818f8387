/** What became of a tick, as a word, a sentence and a shape: colour is never all there is. */
import type { ScheduleLine } from "@stepwell/api/dashboard";

export type Tick = ScheduleLine["lastTicks"][number];

export type TickKind =
  | "completed"
  | "failed"
  | "running"
  | "queued"
  | "cancelled"
  | "skipped"
  | "missed"
  | "merged"
  | "limited";

export function tickKind({ outcome, runStatus }: Pick<Tick, "outcome" | "runStatus">): TickKind {
  switch (outcome) {
    case "MISSED":
      return "missed";
    case "MERGED":
      return "merged";
    case "SKIPPED":
      return "skipped";
    case "LIMITED":
      return "limited";
    case "STARTED":
      // A run that retention has removed had ended; how, nobody knows any more.
      return runStatus === null ? "completed" : (runStatus.toLowerCase() as TickKind);
  }
}

const sentences: Record<TickKind, string> = {
  completed: "The run completed.",
  failed: "The run failed.",
  running: "The run is going on.",
  queued: "The run waits for its start.",
  cancelled: "The run was cancelled.",
  skipped: "The run was skipped: the function was paused, drained, or busy.",
  missed: "No server ran at that time, so nothing was started.",
  merged: "Another expression of this function started a run in the same second.",
  limited: "A rate limit dropped it.",
};

export function wordsOfTick(kind: TickKind): string {
  return sentences[kind];
}

/** How late a tick was started; under a second is on time. */
export function latenessMs(tick: Pick<Tick, "scheduledAt" | "decidedAt" | "outcome">): number {
  if (tick.outcome === "MISSED") return 0;
  const late = Date.parse(tick.decidedAt) - Date.parse(tick.scheduledAt);
  return late < 1000 ? 0 : late;
}

/** A strip in a sentence: "20 ticks: 18 completed, 1 failed, 1 missed". */
export function summariseTicks(ticks: readonly Pick<Tick, "outcome" | "runStatus">[]): string {
  if (ticks.length === 0) return "No tick yet";
  const counts = new Map<TickKind, number>();
  for (const tick of ticks) counts.set(tickKind(tick), (counts.get(tickKind(tick)) ?? 0) + 1);
  const parts = [...counts].sort((a, b) => b[1] - a[1]).map(([kind, count]) => `${count} ${kind}`);
  return `${ticks.length} ${ticks.length === 1 ? "tick" : "ticks"}, the newest last: ${parts.join(", ")}`;
}
