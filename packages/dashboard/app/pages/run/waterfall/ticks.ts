/** Marks on the axis: elapsed times at round numbers, and the true length of each collapsed gap. */
import { durationSteps } from "../../../data/duration-steps.ts";
import type { TimeScale } from "./time-scale.ts";
import type { View } from "./view.ts";

export interface Tick {
  /** Place on the axis, 0 to 1. */
  place: number;
  /** Milliseconds since the axis began. */
  elapsedMs: number;
}
export interface GapMark {
  start: number;
  end: number;
  lengthMs: number;
}

/** @param most how many marks there is room for in what is seen. */
export function ticksOf(scale: TimeScale, view: View, most: number): Tick[] {
  const busy = scale.segments.filter(
    ({ collapsed, start, end }) => !collapsed && end > view.start && start < view.end,
  );
  const [first] = busy;
  if (first === undefined || most < 1) return [];
  const msPerPlace = (first.to - first.from) / (first.end - first.start);
  const step = stepOver(((view.end - view.start) * msPerPlace) / most);
  const nearest = ((view.end - view.start) / most) * 0.8;
  const ticks: Tick[] = [];
  for (const segment of busy) {
    const from = Math.max(segment.from, scale.instant(Math.max(segment.start, view.start)));
    const to = Math.min(segment.to, scale.instant(Math.min(segment.end, view.end)));
    for (let n = Math.ceil((from - scale.from) / step); scale.from + n * step <= to; n += 1) {
      const place = scale.place(scale.from + n * step);
      const last = ticks.at(-1);
      if (last === undefined || place - last.place >= nearest) ticks.push({ place, elapsedMs: n * step });
    }
  }
  return ticks;
}

export function gapMarks(scale: TimeScale, view: View): GapMark[] {
  return scale.segments
    .filter(({ collapsed, start, end }) => collapsed && end > view.start && start < view.end)
    .map(({ start, end, from, to }) => ({ start, end, lengthMs: to - from }));
}

function stepOver(ms: number): number {
  const found = durationSteps.find((step) => step >= ms);
  if (found !== undefined) return found;
  const year = durationSteps.at(-1) ?? 1;
  return Math.ceil(ms / year) * year;
}
