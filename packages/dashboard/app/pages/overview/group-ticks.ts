/** One line for a schedule, however often it is among the next ticks. */
import type { Overview } from "@stepwell/api/dashboard";

type NextTick = Overview["nextTicks"][number];

/** The soonest tick of each schedule, in the order that they come, with how many of the rest are its own. */
export function groupTicks(ticks: readonly NextTick[]): (NextTick & { more: number })[] {
  const groups = new Map<string, NextTick & { more: number }>();
  for (const tick of ticks) {
    const group = groups.get(tick.scheduleId);
    if (group) group.more++;
    else groups.set(tick.scheduleId, { ...tick, more: 0 });
  }
  return [...groups.values()];
}
