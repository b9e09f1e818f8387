/** Binds the cursor of a chart to keys and pointer; the span that is chosen goes to the caller. */
import type { Series } from "@stepwell/api/dashboard";
import { type KeyboardEvent, useState } from "react";
import { pointAt } from "./columns.ts";
import { type Cursor, moveCursor } from "./cursor.ts";
import { type Span, spanOf } from "./span.ts";

export interface ChartCursor {
  /** Index of the point that the words are about; null: none is chosen. */
  at: number | null;
  /** What the cursor covers, also when it is one point. */
  span: Span | null;
  onKeyDown: (event: KeyboardEvent) => void;
  onBlur: () => void;
  onPointer: (seconds: number | null) => void;
  onPick: (from: number, until: number) => void;
}

export function useChartCursor(series: Series, choose: (span: Span) => void): ChartCursor {
  const [keyed, setKeyed] = useState<Cursor | null>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const count = series.points.length;
  const cursor = keyed ?? (hovered === null ? null : { at: hovered, anchor: hovered });
  const span = cursor && spanOf(series, cursor.anchor, cursor.at);
  return {
    at: cursor ? Math.min(cursor.at, count - 1) : null,
    span,
    onKeyDown(event) {
      if (event.key === "Enter" && span) {
        event.preventDefault();
        return choose(span);
      }
      const moved = moveCursor(keyed, event.key, event.shiftKey, count);
      if (moved === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      setKeyed(moved);
    },
    onBlur: () => setKeyed(null),
    onPointer: (seconds) => setHovered(seconds === null ? null : Math.max(0, pointAt(seconds, series))),
    onPick(from, until) {
      const picked = spanOf(series, pointAt(from, series), pointAt(until, series));
      if (picked) choose(picked);
    },
  };
}
