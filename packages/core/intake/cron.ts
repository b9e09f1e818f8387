/**
 * When a cron expression fires (semantics §3.4). Five fields, perhaps behind `TZ=Area/City ` or `CRON_TZ=Area/City `;
 * without it UTC. Day of month and day of week both restricted: either may match.
 *
 * croner computes the dates; its timers are never started and no clock is read: every question names the time it
 * starts from. On the day a clock goes forward, a fixed time inside the gap fires once, right after it. On the day it goes back, a
 * fixed time inside the overlap fires once, the first time; a list or a step (`*\/10`) fires in both hours.
 */
import { Cron } from "croner";
import type { FunctionId } from "../model/ids.ts";
import type { DurationMs, Instant } from "../model/moment.ts";
import { readFields } from "./cron-fields.ts";
import { hash32 } from "./hash.ts";

const MAX_CHARACTERS = 255;
/** What has no occurrence for so long never runs, without an error: 30 February. */
const HORIZON_MS = 5 * 366 * 86_400_000;
/** A jittered tick is late by at least this (semantics §3.4). */
const MIN_JITTER_MS = 1_000;
const MAX_CACHED = 2_000;

/**
 * Null if the expression is fine, else why it is refused and what to write instead.
 * One that never comes, like `0 0 30 2 *`, is fine.
 */
export function checkCron(expression: string): string | null {
  if (expression.length > MAX_CHARACTERS) {
    return `the cron expression has ${expression.length} characters, at most ${MAX_CHARACTERS} are allowed: make two triggers of it`;
  }
  const read = scheduleOf(expression);
  return "refused" in read
    ? `the cron expression ${JSON.stringify(expression)} is not valid: ${read.refused}`
    : null;
}

/**
 * The first tick strictly after an instant (epoch ms, a whole minute of the zone's clock), or null if there is none
 * within 5 years. Null, too, for what `checkCron` refuses: it never runs.
 */
export function nextTick(expression: string, after: Instant): Instant | null {
  const read = scheduleOf(expression);
  if ("refused" in read) return null;
  const next = read.schedule.nextRun(new Date(after))?.getTime();
  return next === undefined || next - after > HORIZON_MS ? null : next;
}

/** The ticks in (after, until], oldest first, at most `limit` of them. All instants are epoch ms. */
export function ticksBetween(expression: string, after: Instant, until: Instant, limit: number): Instant[] {
  const ticks: Instant[] = [];
  let tick = nextTick(expression, after);
  while (tick !== null && tick <= until && ticks.length < limit) {
    ticks.push(tick);
    tick = nextTick(expression, tick);
  }
  return ticks;
}

/**
 * How late a tick starts its run: whole milliseconds in [1000, jitterMs), always the same for the same arguments, so
 * that a replayed tick keeps its time and functions of one schedule spread out (semantics §3.4).
 * @param tick the scheduled instant, epoch ms
 * @param jitterMs the trigger's `jitter`, 1 s to 5 min; 1 s itself gives 1000
 */
export function jitterOf(
  functionId: FunctionId,
  expression: string,
  tick: Instant,
  jitterMs: DurationMs,
): DurationMs {
  const share = hash32(`${functionId}\n${expression}\n${tick}`) / 2 ** 32;
  return MIN_JITTER_MS + Math.floor(share * Math.max(0, jitterMs - MIN_JITTER_MS));
}

type Read = { schedule: Cron } | { refused: string };

/** Parsed expressions: a schedule costs 0.1 ms to build. The oldest go first. */
const cache = new Map<string, Read>();

function scheduleOf(expression: string): Read {
  const known = cache.get(expression);
  if (known !== undefined) return known;
  const read = readSchedule(expression);
  for (const oldest of cache.keys()) {
    if (cache.size < MAX_CACHED) break;
    cache.delete(oldest);
  }
  cache.set(expression, read);
  return read;
}

/** The zone that an expression names with `TZ=` or `CRON_TZ=`, as it is written; null: none, which means UTC. */
export function zoneOf(expression: string): string | null {
  return zonePrefix.exec(expression)?.[1] ?? null;
}

const zonePrefix = /^\s*(?:CRON_)?TZ=(\S*)\s*/;

function readSchedule(expression: string): Read {
  const prefix = zonePrefix.exec(expression);
  const zone = prefix?.[1];
  if (zone !== undefined && !isZone(zone)) {
    return {
      refused: `there is no time zone ${JSON.stringify(zone)}: write TZ=Area/City and a space, for example "TZ=Europe/Paris 0 12 * * 5"`,
    };
  }
  const fields = readFields(expression.slice(prefix?.[0].length ?? 0));
  if ("refused" in fields) return fields;
  const place = zone === undefined ? { utcOffset: 0 } : { timezone: zone };
  return { schedule: new Cron(fields.pattern, { mode: "5-part", domAndDow: false, ...place }) };
}

function isZone(zone: string): boolean {
  try {
    return (
      zone !== "" && new Intl.DateTimeFormat("en-US", { timeZone: zone }).resolvedOptions().timeZone !== ""
    );
  } catch {
    return false;
  }
}
