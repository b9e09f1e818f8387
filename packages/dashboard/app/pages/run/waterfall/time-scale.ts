/**
 * From instants to places on the waterfall's axis (0 to 1) and back. Idle gaps (nothing queued for long, nothing
 * at work) can be collapsed: each then takes a small fixed share, and the busy parts keep one scale.
 */
import { barsOf, type Interval, joined } from "./bars.ts";
import { everySpan, instantOf, kindOf, ownSpans, type Span } from "./spans.ts";

export interface Segment {
  from: number;
  to: number;
  /** Where it lies on the axis. */
  start: number;
  end: number;
  /** A collapsed gap. */
  collapsed: boolean;
}

export interface TimeScale {
  from: number;
  to: number;
  segments: readonly Segment[];
  /** Place of an instant on the axis, 0 to 1. */
  place(at: number): number;
  /** The instant at a place. */
  instant(place: number): number;
}

/** Shorter than this share of the whole is not worth a collapse. */
const LEAST_SHARE = 0.1;
/** Shorter than this is nothing to wait for. */
const LEAST_MS = 1000;
/** One gap over this share, and not short to people either: gaps are collapsed without being asked. */
const LONG_SHARE = 0.3;
const LONG_MS = 5000;
/** What a collapsed gap takes of the axis, and all of them together at most. */
const GAP_SHARE = 0.05;
const GAPS_SHARE = 0.4;

/** From the first time of the trace to its last, or to `now` (epoch milliseconds) while the run goes on. */
export function extentOf(root: Span, now: number): { from: number; to: number } {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const span of everySpan(ownSpans(root))) {
    for (const time of [span.queuedAt, span.startedAt, span.endedAt]) {
      const at = instantOf(time);
      if (at === null) continue;
      from = Math.min(from, at);
      to = Math.max(to, at);
    }
  }
  if (from === Number.POSITIVE_INFINITY) return { from: now, to: now + 1 };
  if (instantOf(root.endedAt) === null) to = Math.max(to, now);
  return { from, to: Math.max(to, from + 1) };
}

/** The long times in which nothing was at work, the earliest first. */
export function idleGaps(root: Span, now: number): { from: number; to: number }[] {
  const { from, to } = extentOf(root, now);
  // Of a run without steps, or with a single one, there is nothing that a collapse would make room for.
  if (root.children.length < 2) return [];
  const least = Math.max(LEAST_MS, (to - from) * LEAST_SHARE);
  const busy: Interval[] = [];
  // A point in time is busy, too: it must not vanish in a gap.
  const pad = (to - from) / 200;
  for (const span of everySpan(ownSpans(root))) {
    if (kindOf(span) === "run") continue;
    for (const bar of barsOf(span)) {
      if (bar.kind === "running" || bar.kind === "mark")
        busy.push({ from: bar.from - pad, to: (bar.to ?? now) + pad });
      else if (bar.kind === "parked" || bar.kind === "queued") {
        busy.push({ from: bar.from - pad, to: bar.from + pad });
        if (bar.to !== null) busy.push({ from: bar.to - pad, to: bar.to + pad });
      }
    }
  }
  const started = instantOf(root.startedAt);
  if (started !== null) busy.push({ from: started - pad, to: started + pad });
  busy.push({ from: from - pad, to: from + pad }, { from: to - pad, to: to + pad });
  const gaps: { from: number; to: number }[] = [];
  let at = from;
  for (const interval of joined(busy)) {
    if (interval.from - at >= least) gaps.push({ from: at, to: interval.from });
    at = Math.max(at, interval.to ?? to);
  }
  return gaps;
}

/** Whether gaps are collapsed unless a user says otherwise. @param gaps of `idleGaps` */
export function collapsesByDefault(
  { from, to }: { from: number; to: number },
  gaps: readonly { from: number; to: number }[],
): boolean {
  return gaps.some((gap) => gap.to - gap.from > Math.max(LONG_MS, (to - from) * LONG_SHARE));
}

/** @param gaps to be collapsed; none: the scale is even. */
export function makeTimeScale(
  extent: { from: number; to: number },
  gaps: readonly { from: number; to: number }[],
): TimeScale {
  const { from, to } = extent;
  const idle = gaps.reduce((sum, gap) => sum + gap.to - gap.from, 0);
  const share = Math.min(GAP_SHARE, GAPS_SHARE / Math.max(1, gaps.length));
  const busyShare = 1 - share * gaps.length;
  const busy = Math.max(1e-6, to - from - idle);
  const segments: Segment[] = [];
  let at = from;
  let place = 0;
  const add = (until: number, width: number, collapsed: boolean) => {
    segments.push({ from: at, to: until, start: place, end: place + width, collapsed });
    at = until;
    place += width;
  };
  for (const gap of gaps) {
    if (gap.from > at) add(gap.from, ((gap.from - at) / busy) * busyShare, false);
    add(gap.to, share, true);
  }
  if (to > at) add(to, 1 - place, false);
  const last = segments.at(-1);
  if (last !== undefined) last.end = 1;
  return {
    from,
    to,
    segments,
    place: (at) => placeOf(segments, at),
    instant: (at) => instantAt(segments, at),
  };
}

function placeOf(segments: readonly Segment[], at: number): number {
  for (const { from, to, start, end } of segments)
    if (at <= to) return start + Math.max(0, (at - from) / (to - from)) * (end - start);
  return 1;
}

function instantAt(segments: readonly Segment[], place: number): number {
  for (const { from, to, start, end } of segments)
    if (place <= end && end > start) return from + Math.max(0, (place - start) / (end - start)) * (to - from);
  return segments.at(-1)?.to ?? 0;
}
