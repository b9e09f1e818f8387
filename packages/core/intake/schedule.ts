/**
 * What becomes of ticks whose time passed while no server ran (semantics §3.4): at most 60 s late, a tick still
 * starts; older ones are missed. A schedule that slept for long gets its newest missed ticks one by one and one
 * summary of all before them: a year of a cron each minute costs a hundred rows, not half a million.
 */
import type { CronTrigger } from "../model/function.ts";
import type { FunctionId, WakeId } from "../model/ids.ts";
import type { Instant } from "../model/moment.ts";
import { jitterOf, nextTick, ticksBetween } from "./cron.ts";

/** A tick that is later than this when a server sees it is not run any more. */
export const LATEST_CATCH_UP_MS = 60_000;
/** Missed ticks that are told one by one; those before them are summed up. */
export const MISSED_ONE_BY_ONE = 100;
const MINUTE_MS = 60_000;

/** The one wake of a schedule: its id is fixed, so that nothing can add a second one. */
export function cronWakeId(functionId: FunctionId, cron: string): WakeId {
  return `cron:${functionId}:${cron}`;
}

/** When a tick starts its run: its own time, or as much later as the trigger's jitter says. Epoch ms. */
export function fireTime(functionId: FunctionId, trigger: CronTrigger, tick: Instant): Instant {
  const { cron, jitterMs } = trigger;
  return jitterMs === undefined ? tick : tick + jitterOf(functionId, cron, tick, jitterMs);
}

/** Too late to be started: its time (with jitter) is more than 60 s ago. */
export function isMissed(fireAt: Instant, now: Instant): boolean {
  return now - fireAt > LATEST_CATCH_UP_MS;
}

/** Ticks that will not run. */
export interface Missed {
  /** The newest, oldest first, at most `MISSED_ONE_BY_ONE`. */
  ticks: Instant[];
  /** All ticks before those, both ends included; null: there are none. */
  before: { from: Instant; until: Instant } | null;
  /** The first one that still starts, or is yet to come; null: none within 5 years. */
  next: Instant | null;
}

/**
 * The unbroken row of missed ticks that begins with `first`; null if `first` itself still starts.
 * @param first a tick of the schedule that nothing was done about, epoch ms
 */
export function missedFrom(
  functionId: FunctionId,
  trigger: CronTrigger,
  first: Instant,
  now: Instant,
): Missed | null {
  const missed = (tick: Instant): boolean => isMissed(fireTime(functionId, trigger, tick), now);
  if (!missed(first)) return null;
  const { cron, jitterMs = 0 } = trigger;
  // Everything before this is missed, whatever its jitter.
  const surely = now - LATEST_CATCH_UP_MS - jitterMs - 1;
  let next = nextTick(cron, Math.max(first, surely));
  while (next !== null && missed(next)) next = nextTick(cron, next);
  const last = next === null ? now : next - 1;
  const newest = newestTicks(cron, first, last, MISSED_ONE_BY_ONE);
  const [oldest] = newest;
  if (oldest === undefined || newest.length < MISSED_ONE_BY_ONE)
    return { ticks: [first, ...newest], before: null, next };
  const [until = first] = newestTicks(cron, first, oldest - 1, 1);
  return { ticks: newest, before: { from: first, until }, next };
}

/**
 * The last ticks in (after, until], oldest first, at most `limit`. Found by windows from the end that double until
 * they hold enough, since walking a year minute by minute takes a minute of its own.
 */
function newestTicks(cron: string, after: Instant, until: Instant, limit: number): Instant[] {
  // (tooFew, until] holds less than `limit` ticks; (tooMany, until] at least twice as many.
  let tooFew = until;
  let tooMany: Instant | null = null;
  let start = Math.max(after, until - limit * MINUTE_MS);
  for (;;) {
    const found = ticksBetween(cron, start, until, 2 * limit);
    const enough = found.length >= limit && found.length < 2 * limit;
    if (enough || (found.length < limit && start === after)) return found.slice(-limit);
    if (found.length < limit) tooFew = start;
    else tooMany = start;
    start =
      tooMany === null ? Math.max(after, until - 2 * (until - start)) : Math.floor((tooMany + tooFew) / 2);
  }
}
