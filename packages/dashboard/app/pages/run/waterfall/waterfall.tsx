/**
 * The timeline of a run: the tree of its steps on the left, their bars on the right, windowed so that any
 * number of steps scrolls. The grid as a whole has the focus and names its active row (`aria-activedescendant`),
 * so that the focus is never lost with a row that was scrolled away.
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { Axis, AxisLines } from "./axis.tsx";
import { rowId, WaterfallRow } from "./row.tsx";
import { nextRow, type RowMove } from "./row-moves.ts";
import { isOver } from "./spans.ts";
import type { Waterfall as State } from "./use-waterfall.ts";
import "./waterfall.css";

export interface WaterfallProps {
  state: State;
  /** Id of the span that is looked at; null: none. */
  active: string | null;
  /** @param pressed by a click, not by a key */
  onActive(id: string, pressed: boolean): void;
  /** Enter on the active row. */
  onOpen(id: string): void;
  /** Escape. */
  onLeave(): void;
}

const HEAD_PX = 31;
const TALL_PX = 48;
const LOW_PX = 30;

export function Waterfall({ state, active, onActive, onOpen, onLeave }: WaterfallProps): ReactNode {
  const { rows, scale, view, now, root } = state;
  const scroller = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const { width, narrow } = useBarsWidth(head);
  const rowPx = narrow ? TALL_PX : LOW_PX;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 12,
    // The axis stays on top of the rows.
    scrollMargin: HEAD_PX,
    scrollPaddingStart: HEAD_PX,
    getItemKey: (index) => rows[index]?.span.id ?? index,
  });
  // The height of a row depends on the width of the window.
  useLayoutEffect(() => virtual.measure(), [rowPx]);

  const at = rows.findIndex(({ span }) => span.id === active);
  useEffect(() => {
    if (at < 0) return;
    virtual.scrollToIndex(at, { align: "auto" });
    // The window may end above the row.
    const frame = requestAnimationFrame(() =>
      document.getElementById(rowId(active ?? ""))?.scrollIntoView({ block: "nearest" }),
    );
    return () => cancelAnimationFrame(frame);
  }, [at, active, virtual]);

  const found = useMemo(() => new Set(state.found), [state.found]);
  const toggle = useRef(state.toggle);
  toggle.current = state.toggle;
  const onToggle = useCallback((id: string, open: boolean) => toggle.current(id, open), []);
  const select = useRef(onActive);
  select.current = onActive;
  const onSelect = useCallback((id: string) => select.current(id, true), []);

  const onKeyDown = (event: KeyboardEvent) => {
    const wanted = keyMoves[event.key];
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") {
      if (active !== null) onOpen(active);
    } else if (event.key === "Escape") onLeave();
    else if (wanted === undefined) return;
    else {
      const next = nextRow(rows, at, wanted);
      if (next.toggle !== undefined) onToggle(next.toggle.id, next.toggle.open);
      if (next.to !== undefined) onActive(rows[next.to]?.span.id ?? root.id, false);
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const shownId = at < 0 ? undefined : rowId(rows[at]?.span.id ?? "");

  return (
    <div className="wf" data-testid="waterfall" data-narrow={narrow || undefined}>
      <div
        ref={scroller}
        role="treegrid"
        aria-label="Timeline of the run"
        aria-rowcount={rows.length + 1}
        aria-activedescendant={shownId}
        tabIndex={0}
        className="wf-scroll"
        onKeyDown={onKeyDown}
      >
        <div role="row" aria-rowindex={1} className="wf-head">
          <div role="columnheader" className="wf-head-name">
            Step
          </div>
          <div role="columnheader" aria-label="Time" className="wf-head-bars" ref={head}>
            <Axis scale={scale} view={view} width={width} onView={state.setView} />
          </div>
        </div>
        <div role="rowgroup" className="wf-body" style={{ height: `${virtual.getTotalSize()}px` }}>
          <AxisLines scale={scale} view={view} width={width} now={isOver(root) ? null : now} />
          {virtual.getVirtualItems().map(({ index, start, key }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <WaterfallRow
                key={key}
                row={row}
                index={index + 1}
                top={start - HEAD_PX}
                active={row.span.id === active}
                found={found.has(row.span.id)}
                scale={scale}
                view={view}
                width={width}
                now={now}
                onSelect={onSelect}
                onToggle={onToggle}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

const keyMoves: Readonly<Record<string, RowMove>> = {
  ArrowDown: "next",
  j: "next",
  ArrowUp: "previous",
  k: "previous",
  Home: "first",
  End: "last",
  PageDown: "pageDown",
  PageUp: "pageUp",
  ArrowRight: "in",
  ArrowLeft: "out",
};

/** Below this the bars lie under the names. */
const NARROW_PX = 640;

function useBarsWidth(head: React.RefObject<HTMLDivElement | null>): { width: number; narrow: boolean } {
  const [size, setSize] = useState({ width: 0, narrow: false });
  useLayoutEffect(() => {
    const element = head.current;
    if (element === null) return;
    const measure = () => {
      const whole = element.parentElement?.clientWidth ?? 0;
      setSize({ width: element.clientWidth, narrow: whole < NARROW_PX });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [head]);
  return size;
}
