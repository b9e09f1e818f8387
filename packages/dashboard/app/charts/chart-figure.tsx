/**
 * A chart as a figure that can be read without seeing it: a heading, a sentence, a legend whose numbers
 * follow the cursor, a canvas that keys can walk along, and the same data as a table.
 */
import type { Series, SeriesPoint } from "@stepwell/api/dashboard";
import { lazy, type ReactNode, Suspense, useId, useMemo, useState } from "react";
import { useZone, zoneName } from "../data/time.tsx";
import { timeLabels } from "./axis.ts";
import { ChartTable } from "./chart-table.tsx";
import type { Columns } from "./columns.ts";
import { Legend } from "./legend.tsx";
import type { PlotLine } from "./plot.tsx";
import { PlotBoundary } from "./plot-boundary.tsx";
import type { Span } from "./span.ts";
import { useChartCursor } from "./use-cursor.ts";
import { usePointLabel } from "./use-point-label.ts";

const Plot = lazy(() => import("./plot.tsx"));
const plotHeight = 208;

/** A column of the table and an entry of the legend; drawn where `line` is set. */
export interface Measure {
  label: string;
  line: PlotLine | null;
  /** Of a point, in words. */
  of: (point: SeriesPoint) => string;
  /** Of the whole series; null: a number for all of it would be wrong. */
  total: string | null;
}

export interface ChartFigureProps {
  title: string;
  summary: string;
  series: Series;
  kind: "layers" | "lines";
  columns: Columns;
  measures: readonly Measure[];
  valueLabel: (value: number) => string;
  /** What choosing a span does, like "lists its runs". */
  choosing: string;
  onSpan: (span: Span) => void;
  /** Beside the heading. */
  actions?: ReactNode;
}

export function ChartFigure(props: ChartFigureProps) {
  const { title, summary, series, measures, onSpan } = props;
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  const cursor = useChartCursor(series, onSpan);
  const pointLabel = usePointLabel(series);
  const point = cursor.at === null ? undefined : series.points[cursor.at];
  const table = (
    <ChartTable series={series} measures={measures} pointLabel={pointLabel} onSpan={onSpan} title={title} />
  );
  return (
    <figure className="m-0 min-w-0" aria-labelledby={id}>
      <figcaption>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <h2 id={id} className="mr-auto text-sm font-semibold">
            {title}
          </h2>
          {props.actions}
          <button
            type="button"
            className="min-h-6 rounded text-xs text-dim underline-offset-2 hover:underline"
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
          >
            View as table
          </button>
        </div>
        <p className="mt-0.5 mb-2 text-xs text-dim">{summary}</p>
      </figcaption>
      {asTable ? (
        table
      ) : (
        <PlotBoundary fallback={table}>
          <Legend measures={measures} point={point} at={point ? pointLabel(point.at) : null} />
          <Canvas {...props} cursor={cursor} pointLabel={pointLabel} />
        </PlotBoundary>
      )}
    </figure>
  );
}

type CanvasProps = ChartFigureProps & {
  cursor: ReturnType<typeof useChartCursor>;
  pointLabel: (iso: string) => string;
};

/** Tells the value under the cursor as a slider does, which every screen reader speaks on each step. */
function Canvas({ cursor, pointLabel, ...props }: CanvasProps) {
  const { series, measures, title, choosing } = props;
  const hint = useId();
  const zone = zoneName(useZone());
  const window = windowOf(series);
  const timeLabel = useMemo(
    () => timeLabels(zone, (window[1] - window[0]) * 1000),
    [zone, window[0], window[1]],
  );
  const lines = measures.flatMap(({ line }) => line ?? []);
  const point = series.points[cursor.at ?? series.points.length - 1];
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={`${title}, points`}
      aria-describedby={hint}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, series.points.length - 1)}
      aria-valuenow={cursor.at ?? Math.max(0, series.points.length - 1)}
      aria-valuetext={point ? spoken(point, measures, pointLabel) : "no points"}
      className="group/plot relative cursor-pointer rounded"
      onKeyDown={cursor.onKeyDown}
      onBlur={cursor.onBlur}
    >
      <Suspense fallback={<div style={{ height: plotHeight }} />}>
        <Plot
          kind={props.kind}
          columns={props.columns}
          lines={lines}
          window={window}
          zone={zone}
          completeFrom={series.completeFrom ? Date.parse(series.completeFrom) / 1000 : null}
          timeLabel={timeLabel}
          valueLabel={props.valueLabel}
          height={plotHeight}
          mark={useMark(cursor.span)}
          onPointer={cursor.onPointer}
          onPick={cursor.onPick}
        />
      </Suspense>
      <p
        id={hint}
        className="sr-only rounded-md border border-line bg-panel text-xs text-dim group-focus-visible/plot:not-sr-only group-focus-visible/plot:absolute group-focus-visible/plot:inset-x-0 group-focus-visible/plot:top-full group-focus-visible/plot:z-10 group-focus-visible/plot:mt-1 group-focus-visible/plot:px-2 group-focus-visible/plot:py-1"
      >
        Arrow keys move, Shift extends, Enter {choosing}; so does a click or a drag.
      </p>
    </div>
  );
}

function spoken(point: SeriesPoint, measures: readonly Measure[], label: (iso: string) => string): string {
  return `${label(point.at)}: ${measures.map((measure) => `${measure.label} ${measure.of(point)}`).join(", ")}`;
}

function useMark(span: Span | null): readonly [number, number] | null {
  const [from, until] = [span?.from, span?.until];
  return useMemo(
    () => (from && until ? ([Date.parse(from) / 1000, Date.parse(until) / 1000] as const) : null),
    [from, until],
  );
}

/** First and last second of a series; an empty one gets a second to stand on. */
function windowOf({ points, stepMs }: Series): readonly [number, number] {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return [0, 1];
  return [Date.parse(first.at) / 1000, (Date.parse(last.at) + stepMs) / 1000];
}
