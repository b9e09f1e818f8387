/** REST v2: schedules and what became of their ticks (semantics §3.4). */
import { z } from "zod";
import { runStatuses, type V2RunStatus } from "./v2.ts";

export const tickOutcomes = ["STARTED", "MERGED", "MISSED", "SKIPPED", "LIMITED"] as const;
/**
 * `STARTED`: it started a run. `MERGED`: another expression of the function had started this second's run.
 * `MISSED`: no server ran then, and it was more than 60 s late when one did. `SKIPPED`: its run was skipped
 * (paused, drained, singleton). `LIMITED`: a rate limit dropped it.
 */
export type TickOutcome = (typeof tickOutcomes)[number];

/** A tick of a schedule whose time has passed. Times are ISO, in UTC. */
export interface Tick {
  scheduledAt: string;
  outcome: TickOutcome;
  /** Set in a summary of many missed ticks only: the last of them, `scheduledAt` being the first. */
  until: string | null;
  /** When it was started, or found to be missed. */
  decidedAt: string;
  /** Null of a missed one. */
  runId: string | null;
  runStatus: V2RunStatus | null;
}

/** One cron trigger of an active function. */
export interface Schedule {
  id: string;
  app: { id: string; name: string };
  function: { id: string; name: string; slug: string };
  /** As the app wrote it, perhaps with `TZ=`. */
  cron: string;
  zone: string;
  /** The most that a tick is held back; null: it is not. */
  jitterMs: number | null;
  /** The newest tick; null: there has been none. */
  last: Tick | null;
  /** Up to ten ticks to come, the soonest first, without jitter; none: it never fires again. */
  next: string[];
  missed: {
    /** How many entries of missed ticks there are, counted up to 1,000. */
    count: number;
    /** The newest ten. */
    ticks: Tick[];
  };
}

export const tickSchema: z.ZodType<Tick> = z.object({
  scheduledAt: z.string(),
  outcome: z.enum(tickOutcomes),
  until: z.string().nullable(),
  decidedAt: z.string(),
  runId: z.string().nullable(),
  runStatus: z.enum(runStatuses).nullable(),
});

export const scheduleSchema: z.ZodType<Schedule> = z.object({
  id: z.string(),
  app: z.object({ id: z.string(), name: z.string() }),
  function: z.object({ id: z.string(), name: z.string(), slug: z.string() }),
  cron: z.string(),
  zone: z.string(),
  jitterMs: z.number().nullable(),
  last: tickSchema.nullable(),
  next: z.array(z.string()),
  missed: z.object({ count: z.number(), ticks: z.array(tickSchema) }),
});
