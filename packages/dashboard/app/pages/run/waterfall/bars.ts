/**
 * The bars of a waterfall's row. A bar is drawn only between times that were recorded: one end that is not
 * known makes it a mark at the other, and a span without any time has no bars. `to: null` goes on until now.
 */
import { instantOf, isOver, isParked, kindOf, ownSpans, type Span } from "./spans.ts";

export type BarKind = "queued" | "running" | "parked" | "gap" | "mark";

export interface Bar {
  kind: BarKind;
  status: Span["status"];
  /** Epoch milliseconds. */
  from: number;
  /** Of a mark, the same as `from`; null: it has not ended. */
  to: number | null;
}

/** Spans never change, and a run's own bars are made from those of all its steps. */
const known = new WeakMap<Span, readonly Bar[]>();

export function barsOf(span: Span): readonly Bar[] {
  const made = known.get(span);
  if (made !== undefined) return made;
  const bars =
    kindOf(span) === "run" ? runBars(span) : span.children.length > 0 ? triedBars(span) : plainBars(span);
  known.set(span, bars);
  return bars;
}

/** A span that was tried once, or that waits. */
function plainBars(span: Span): Bar[] {
  const queued = instantOf(span.queuedAt);
  const started = instantOf(span.startedAt);
  const ended = instantOf(span.endedAt);
  const { status } = span;
  const bars: Bar[] = [];
  if (queued !== null && started !== null && started > queued)
    bars.push({ kind: "queued", status: "QUEUED", from: queued, to: started });
  if (started !== null) {
    const kind = isParked(span) ? "parked" : "running";
    if (ended !== null || !isOver(span)) bars.push({ kind, status, from: started, to: ended });
    else bars.push({ kind: "mark", status, from: started, to: started });
  } else if (!isOver(span) && queued !== null) {
    bars.push({ kind: "queued", status, from: queued, to: null });
  } else if (ended !== null) {
    bars.push({ kind: "mark", status, from: ended, to: ended });
  }
  return bars;
}

/** Each try with its own bar, and a dotted line from one to the next. */
function triedBars(span: Span): Bar[] {
  const bars: Bar[] = [];
  const queued = instantOf(span.queuedAt);
  const first = firstTime(span.children[0]);
  if (queued !== null && first !== null && first > queued)
    bars.push({ kind: "queued", status: "QUEUED", from: queued, to: first });
  let before: number | null = null;
  for (const attempt of span.children) {
    const from = firstTime(attempt);
    if (before !== null && from !== null && from > before)
      bars.push({ kind: "gap", status: "WAITING", from: before, to: from });
    bars.push(...plainBars(attempt).filter((bar) => bar.kind !== "queued"));
    before = instantOf(attempt.endedAt) ?? before;
  }
  if (!isOver(span) && before !== null)
    bars.push({ kind: "gap", status: span.status, from: before, to: null });
  return bars;
}

function firstTime(span: Span | undefined): number | null {
  return span === undefined ? null : (instantOf(span.startedAt) ?? instantOf(span.endedAt));
}

/** The whole run: queued, then at work, and parked where nothing but sleeps, waits and retries was going on. */
function runBars(root: Span): Bar[] {
  const { status } = root;
  const started = instantOf(root.startedAt);
  const ended = instantOf(root.endedAt);
  const queued = instantOf(root.queuedAt);
  // A run that ended without a start was in the queue for all of its time.
  if (started === null && queued !== null && ended !== null && ended > queued)
    return [{ kind: "queued", status, from: queued, to: ended }];
  if (started === null || (ended === null && isOver(root))) return plainBars(root);
  const bars = plainBars(root).filter((bar) => bar.kind === "queued");
  let at = started;
  for (const park of parkedTimes(root)) {
    const from = Math.max(park.from, started);
    if (from > at) bars.push({ kind: "running", status, from: at, to: from });
    bars.push({ kind: "parked", status: "WAITING", from, to: park.to });
    if (park.to === null) return bars;
    at = park.to;
  }
  if (ended === null || ended > at || at === started)
    bars.push({ kind: "running", status, from: at, to: ended });
  return bars;
}

export interface Interval {
  from: number;
  /** Null: it has not ended. */
  to: number | null;
}

/** When the run was parked: sleeps, waits and retry gaps during which no step was at work. Sorted, apart. */
export function parkedTimes(root: Span): readonly Interval[] {
  const made = knownParked.get(root);
  if (made !== undefined) return made;
  const found = findParked(root);
  knownParked.set(root, found);
  return found;
}

const knownParked = new WeakMap<Span, readonly Interval[]>();

function findParked(root: Span): Interval[] {
  const parked: Interval[] = [];
  const busy: Interval[] = [];
  for (const span of ownSpans(root).children) {
    for (const bar of barsOf(span)) {
      if (bar.kind === "parked" || bar.kind === "gap") parked.push(bar);
      else if (bar.kind === "running" || bar.kind === "queued") busy.push(bar);
    }
  }
  const ended = instantOf(root.endedAt);
  return without(joined(parked), joined(busy)).map(({ from, to }) => ({
    from,
    to: to === null ? ended : ended === null ? to : Math.min(to, ended),
  }));
}

/** Sorted, and touching ones made one. */
export function joined(intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].sort((a, b) => a.from - b.from);
  const result: Interval[] = [];
  for (const next of sorted) {
    const last = result.at(-1);
    if (last === undefined || (last.to !== null && next.from > last.to)) result.push({ ...next });
    else if (last.to !== null) last.to = next.to === null ? null : Math.max(last.to, next.to);
  }
  return result;
}

/** `whole` less `holes`; both sorted and apart. */
function without(whole: readonly Interval[], holes: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  let first = 0;
  for (const { from, to } of whole) {
    const end = to ?? Number.POSITIVE_INFINITY;
    let at = from;
    while (first < holes.length && (holes[first]?.to ?? Number.POSITIVE_INFINITY) <= from) first += 1;
    for (let i = first; i < holes.length; i += 1) {
      const hole = holes[i] as Interval;
      if (hole.from >= end) break;
      if (hole.from > at) result.push({ from: at, to: hole.from });
      at = Math.max(at, hole.to ?? Number.POSITIVE_INFINITY);
    }
    if (at < end) result.push({ from: at, to });
  }
  return result;
}
