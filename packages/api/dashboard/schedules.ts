/** Schedules: every cron trigger, its ticks, and Run now. */
import type { Tick } from "../schedules.ts";
import type { AppName, FunctionName } from "./answer.ts";
import type { RelatedRun } from "./runs.ts";

export interface ScheduleLine {
  id: string;
  app: AppName;
  function: FunctionName & { mode: "active" | "paused" | "drained" };
  /** As the app wrote it, perhaps with `TZ=`. */
  cron: string;
  /** In plain words. */
  words: string;
  zone: string;
  jitterMs: number | null;
  /** The newest run of this expression: by a tick, by hand (its event has `data.manual`), or a rerun. */
  lastRun: RelatedRun | null;
  /** The newest twenty ticks, the oldest first. */
  lastTicks: Tick[];
  /** The next ten, the soonest first; none: it never fires again. */
  next: string[];
  /** Entries of missed ticks, counted up to 1,000. */
  missed: number;
}

export interface TicksQuery {
  outcome?: "missed";
  cursor?: string;
  limit?: number;
}
