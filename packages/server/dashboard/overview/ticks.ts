/** Ticks of all schedules: those that come next, and those that were missed. */
import type { Attention, Overview } from "@stepwell/api/dashboard";
import { cronWakeId, type Instant } from "@stepwell/core";
import type { Reads } from "@stepwell/store";
import { type ScheduleRef, schedulesOf } from "../../render/schedules.ts";
import { isoTime } from "../../reply.ts";
import { mapInTurns } from "../../turns.ts";
import { cronWords } from "../functions/cron-words.ts";
import { countText } from "../functions/duration-text.ts";
import type { Known } from "./known.ts";
import { missedLink } from "./links.ts";

const NEXT = 10;
/** Entries of missed ticks that are counted of a schedule. */
const MOST_MISSED = 100;
const DAY_MS = 86_400_000;

/** The next tick of each schedule, where its wake stands: the ten that come first. One each minute hides no other. */
export async function nextTicks(known: Known, read: Reads): Promise<Overview["nextTicks"]> {
  const heads = await mapInTurns(schedulesOf(known.functions), async (ref) => ({
    ref,
    at: (await read.wake(cronWakeId(ref.fn.id, ref.trigger.cron)))?.dueAt ?? null,
  }));
  return heads
    .flatMap(({ ref, at }) => (at === null ? [] : [{ ref, at }]))
    .toSorted((a, b) => a.at - b.at)
    .slice(0, NEXT)
    .map(({ ref, at }) => tickOf(ref, at));
}

function tickOf({ id, fn, trigger }: ScheduleRef, at: Instant): Overview["nextTicks"][number] {
  const name = { id: fn.id, name: fn.config.name, slug: fn.slug };
  return { at: isoTime(at), function: name, scheduleId: id, cron: trigger.cron };
}

/** Schedules that missed ticks in the last day, each with the first of them. */
export async function missedTicks(known: Known, now: Instant, read: Reads): Promise<Attention[]> {
  const found = await mapInTurns(
    schedulesOf(known.functions),
    async ({ id, fn, trigger }): Promise<Attention | null> => {
      const of = { functionId: fn.id, cron: trigger.cron };
      const rows = await read.ticks({ ...of, outcome: "missed", limit: MOST_MISSED });
      // A summary of many ticks ends with its `until`.
      const lately = rows.filter(({ scheduledAt, until }) => (until ?? scheduledAt) >= now - DAY_MS);
      const first = lately.at(-1);
      if (first === undefined) return null;
      const least = lately.length >= MOST_MISSED || lately.some(({ until }) => until !== null);
      const many = `${least ? "at least " : ""}${countText(lately.length, "tick")}`;
      const text = `${fn.config.name} missed ${many} in the last 24 hours, as no server ran then: ${cronWords(trigger.cron)}`;
      const since = isoTime(Math.max(first.scheduledAt, now - DAY_MS));
      return { kind: "missed", severity: "warning", text, since, href: missedLink(id) };
    },
  );
  return found.filter((one) => one !== null);
}
