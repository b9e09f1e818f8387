/** One schedule as the dashboard lists it: its expression in words, what it did and what it will do. */
import type { ScheduleLine } from "@stepwell/api/dashboard";
import { cronWakeId, type RunRow, type TickRow, zoneOf } from "@stepwell/core";
import type { Reads } from "@stepwell/store";
import { nextTicks, type ScheduleRef, tickViews } from "../../render/schedules.ts";
import type { Names } from "../../render/v2.ts";
import { isoTime } from "../../reply.ts";
import { cronWords } from "../functions/cron-words.ts";
import { relatedRun } from "../runs/run-lines.ts";

const LAST_TICKS = 20;
const MOST_COUNTED = 1_000;
/** Of a function with other triggers too, the last run of its cron is looked for among so many. */
const RUNS_LOOKED_AT = 20;

/** @param names of apps and functions, read once for the whole list */
export async function scheduleLine(
  { id, fn, trigger }: ScheduleRef,
  names: Names,
  read: Reads,
): Promise<ScheduleLine> {
  const { cron } = trigger;
  const of = { functionId: fn.id, cron };
  const [wake, ticks, missed, recent] = await Promise.all([
    read.wake(cronWakeId(fn.id, cron)),
    read.ticks({ ...of, limit: LAST_TICKS }),
    read.countMissed(fn.id, cron, MOST_COUNTED),
    read.runs({ functionIds: [fn.id], limit: RUNS_LOOKED_AT }),
  ]);
  const lastRun = recent.rows.find((run) => run.cron === cron) ?? (await runOfTicks(ticks, read));
  return {
    id,
    app: { id: fn.appId, name: names.app(fn.appId)?.name ?? "" },
    function: { id: fn.id, name: fn.config.name, slug: fn.slug, mode: fn.mode },
    cron,
    words: cronWords(cron),
    zone: zoneOf(cron) ?? "UTC",
    jitterMs: trigger.jitterMs ?? null,
    lastRun: lastRun === null ? null : relatedRun(lastRun, names),
    lastTicks: (await tickViews(ticks, read)).reverse(),
    next: nextTicks(cron, wake?.dueAt ?? null).map((at) => isoTime(at)),
    missed,
  };
}

/** Ticks are newest first. */
async function runOfTicks(ticks: readonly TickRow[], read: Reads): Promise<RunRow | null> {
  const newest = ticks.find(({ runId }) => runId !== null);
  return newest?.runId ? read.run(newest.runId) : null;
}
