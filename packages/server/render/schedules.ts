/** Schedules and their ticks as REST v2 shows them (semantics §3.4). */
import type { Schedule, Tick, TickOutcome, V2RunStatus } from "@stepwell/api";
import {
  type CronTrigger,
  cronWakeId,
  type FunctionRow,
  type Instant,
  nextTick,
  type TickRow,
  zoneOf,
} from "@stepwell/core";
import type { Reads } from "@stepwell/store";
import { isoTime } from "../reply.ts";
import type { Names } from "./v2.ts";

const NEXT_TICKS = 10;
const NEWEST_MISSED = 10;
const MOST_COUNTED = 1_000;

/** A cron trigger of an active function, by an id that is the same after every sync. */
export interface ScheduleRef {
  id: string;
  fn: FunctionRow;
  trigger: CronTrigger;
}

/** All schedules of active functions, by slug and expression. */
export function schedulesOf(functions: readonly FunctionRow[]): ScheduleRef[] {
  const refs = functions
    .filter((fn) => !fn.archived)
    .flatMap((fn) =>
      fn.config.triggers
        .filter((trigger) => "cron" in trigger)
        .map((trigger) => ({ id: scheduleId(fn, trigger), fn, trigger })),
    );
  const order = (ref: ScheduleRef): string => JSON.stringify([ref.fn.slug, ref.trigger.cron, ref.id]);
  return refs.sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

function scheduleId(fn: FunctionRow, { cron }: CronTrigger): string {
  return `${fn.id}.${Buffer.from(cron, "utf8").toString("base64url")}`;
}

/** One schedule with what was and what comes. The first tick to come is the one that its wake stands at. */
export async function scheduleView(
  { id, fn, trigger }: ScheduleRef,
  names: Names,
  read: Reads,
): Promise<Schedule> {
  const of = { functionId: fn.id, cron: trigger.cron };
  const [wake, newest, missed, count] = await Promise.all([
    read.wake(cronWakeId(fn.id, trigger.cron)),
    read.ticks({ ...of, limit: 1 }),
    read.ticks({ ...of, outcome: "missed", limit: NEWEST_MISSED }),
    read.countMissed(fn.id, trigger.cron, MOST_COUNTED),
  ]);
  const [last] = await tickViews(newest, read);
  return {
    id,
    app: { id: fn.appId, name: names.app(fn.appId)?.name ?? "" },
    function: { id: fn.id, name: fn.config.name, slug: fn.slug },
    cron: trigger.cron,
    zone: zoneOf(trigger.cron) ?? "UTC",
    jitterMs: trigger.jitterMs ?? null,
    last: last ?? null,
    next: nextTicks(trigger.cron, wake?.dueAt ?? null).map((at) => isoTime(at)),
    missed: { count, ticks: await tickViews(missed, read) },
  };
}

/** The ticks to come, the soonest first. @param first the one that the wake stands at; null: none */
export function nextTicks(cron: string, first: Instant | null): Instant[] {
  const ticks: Instant[] = [];
  for (let at = first; at !== null && ticks.length < NEXT_TICKS; at = nextTick(cron, at)) ticks.push(at);
  return ticks;
}

/** Ticks with the status that their runs have now. */
export async function tickViews(rows: readonly TickRow[], read: Reads): Promise<Tick[]> {
  return Promise.all(
    rows.map(async (row) => {
      const run = row.runId === null ? null : await read.run(row.runId);
      return {
        scheduledAt: isoTime(row.scheduledAt),
        outcome: row.outcome.toUpperCase() as TickOutcome,
        until: isoTime(row.until),
        decidedAt: isoTime(row.at),
        runId: row.runId,
        runStatus: run === null ? null : (run.status.toUpperCase() as V2RunStatus),
      };
    }),
  );
}
