/** The axis above the bars: elapsed times, collapsed gaps, and zooming by dragging. Every drag has a button, too. */
import { type PointerEvent, type ReactNode, useRef, useState } from "react";
import { formatDuration } from "../../../data/time.tsx";
import { gapMarks, ticksOf } from "./ticks.ts";
import type { TimeScale } from "./time-scale.ts";
import { lookAt, type View, wholeView } from "./view.ts";

export interface AxisProps {
  scale: TimeScale;
  view: View;
  /** In pixels. */
  width: number;
  onView(view: View): void;
}

const TICK_PX = 84;
/** What the words of a tick take. */
const LABEL_PX = 44;
/** How far the words of a gap stand out of it. */
const GAP_WORDS_PX = 12;
/** A shorter drag was a click. */
const LEAST_DRAG_PX = 6;

export function Axis({ scale, view, width, onView }: AxisProps): ReactNode {
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const px = (place: number) => ((place - view.start) / (view.end - view.start)) * width;
  const gaps = gapMarks(scale, view);
  const hasRoom = (x: number) =>
    width - x > LABEL_PX &&
    gaps.every(({ start, end }) => px(end) + GAP_WORDS_PX / 2 < x || px(start) - x > LABEL_PX + GAP_WORDS_PX);
  let before = "";
  const labels = ticksOf(scale, view, mostTicks(width)).map((tick) => {
    const words = formatTick(tick.elapsedMs);
    const shown = words !== before && hasRoom(px(tick.place)) ? words : "";
    before = words;
    return { ...tick, words: shown };
  });
  const at = ({ clientX }: PointerEvent) => {
    const left = box.current?.getBoundingClientRect().left ?? 0;
    return Math.min(width, Math.max(0, clientX - left));
  };
  const end = () => {
    setDrag(null);
    if (drag === null || Math.abs(drag.to - drag.from) < LEAST_DRAG_PX) return;
    const place = (x: number) => view.start + (x / width) * (view.end - view.start);
    onView(lookAt(place(drag.from), place(drag.to)));
  };
  return (
    <div
      ref={box}
      className="wf-axis"
      title="Drag to zoom; double-click to see everything"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ from: at(event), to: at(event) });
      }}
      onPointerMove={(event) => drag !== null && setDrag({ ...drag, to: at(event) })}
      onPointerUp={end}
      onPointerCancel={() => setDrag(null)}
      onDoubleClick={() => onView(wholeView)}
    >
      {labels.map(({ place, elapsedMs, words }) => (
        <span key={elapsedMs} className="wf-tick" style={{ transform: `translateX(${px(place)}px)` }}>
          {words}
        </span>
      ))}
      {gaps.map(({ start, end: stop, lengthMs }) => (
        <span
          key={start}
          className="wf-gap-label"
          title={`${formatDuration(lengthMs)} in which nothing was at work`}
          style={{ transform: `translateX(${px(start)}px)`, width: `${px(stop) - px(start)}px` }}
        >
          <span className="wf-gap-text">{formatDuration(lengthMs)}</span>
        </span>
      ))}
      {drag !== null && (
        <span
          className="wf-drag"
          style={{
            transform: `translateX(${Math.min(drag.from, drag.to)}px)`,
            width: `${Math.abs(drag.to - drag.from)}px`,
          }}
        />
      )}
    </div>
  );
}

const mostTicks = (width: number) => Math.max(2, Math.floor(width / TICK_PX));

function formatTick(ms: number): string {
  return ms === 0 ? "0" : formatDuration(ms);
}

/** Lines behind the rows: ticks, gaps, and now while the run goes on. */
export function AxisLines({
  scale,
  view,
  width,
  now,
}: Omit<AxisProps, "onView"> & { now: number | null }): ReactNode {
  const px = (place: number) => ((place - view.start) / (view.end - view.start)) * width;
  const atNow = now === null ? null : px(scale.place(now));
  return (
    <div aria-hidden className="wf-lines" style={{ width: `${width}px` }}>
      {ticksOf(scale, view, mostTicks(width)).map(({ place, elapsedMs }) => (
        <span key={elapsedMs} className="wf-line" style={{ transform: `translateX(${px(place)}px)` }} />
      ))}
      {gapMarks(scale, view).map(({ start, end }) => (
        <span
          key={start}
          className="wf-gap"
          style={{ transform: `translateX(${px(start)}px)`, width: `${px(end) - px(start)}px` }}
        />
      ))}
      {atNow !== null && atNow >= 0 && atNow <= width && (
        <span className="wf-now" style={{ transform: `translateX(${Math.min(atNow, width - 2)}px)` }} />
      )}
    </div>
  );
}
