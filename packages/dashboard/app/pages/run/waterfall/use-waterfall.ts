/** What a waterfall is showing now: its rows, its scale, and what a user opened, zoomed and looks for. */
import { useMemo, useState } from "react";
import { barsOf } from "./bars.ts";
import { findInTrace, openedTo, type Row, rowsOf } from "./rows.ts";
import { failedSpans, findSpan, isKept, type Span } from "./spans.ts";
import { collapsesByDefault, extentOf, idleGaps, makeTimeScale, type TimeScale } from "./time-scale.ts";
import { move, reveal, type View, wholeView, zoom } from "./view.ts";

export interface Waterfall {
  root: Span;
  rows: readonly Row[];
  scale: TimeScale;
  view: View;
  setView(view: View): void;
  /** @param factor over 1 looks closer */
  zoomBy(factor: number): void;
  /** @param share of what is seen; below 0: earlier */
  moveBy(share: number): void;
  /** The time until which open bars reach. */
  now: number;
  collapsing: boolean;
  setCollapsing(on: boolean): void;
  /** There is a gap that could be collapsed. */
  canCollapse: boolean;
  onlyFailed: boolean;
  setOnlyFailed(on: boolean): void;
  failures: number;
  toggle(id: string, open: boolean): void;
  /** Opens what it lies in, and moves the view to it. */
  show(id: string): void;
  words: string;
  look(words: string): void;
  found: readonly string[];
}

/** @param now epoch milliseconds of the server's clock; only read while the run goes on */
export function useWaterfall(root: Span, now: number): Waterfall {
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [onlyFailed, setOnlyFailed] = useState(false);
  const [wanted, setCollapsing] = useState<boolean | null>(null);
  const [view, setView] = useState<View>(wholeView);
  const [words, look] = useState("");

  const rows = useMemo(() => rowsOf(root, { toggled, onlyFailed }), [root, toggled, onlyFailed]);
  const gaps = useMemo(() => idleGaps(root, now), [root, now]);
  const extent = useMemo(() => extentOf(root, now), [root, now]);
  const collapsing = wanted ?? collapsesByDefault(extent, gaps);
  const scale = useMemo(() => makeTimeScale(extent, collapsing ? gaps : []), [extent, collapsing, gaps]);
  const found = useMemo(() => findInTrace(root, words), [root, words]);
  const failures = useMemo(() => failedSpans(root).length, [root]);

  return {
    root,
    rows,
    scale,
    view,
    setView,
    zoomBy: (factor) => setView(zoom(view, factor)),
    moveBy: (share) => setView(move(view, share)),
    now,
    collapsing: collapsing && gaps.length > 0,
    setCollapsing,
    canCollapse: gaps.length > 0,
    onlyFailed,
    setOnlyFailed,
    failures,
    toggle: (id, open) => setToggled(new Map(toggled).set(id, open)),
    show(id) {
      if (!rows.some(({ span }) => span.id === id)) setToggled(openedTo(root, id, toggled));
      const span = findSpan(root, id);
      const bars = span === null || isKept(span, root) ? [] : barsOf(span);
      const [first] = bars;
      if (first === undefined) return;
      const end = bars.at(-1)?.to ?? now;
      setView(reveal(view, scale.place(first.from), scale.place(end)));
    },
    words,
    look,
    found,
  };
}
