/**
 * The lazy chunk: uPlot on a canvas, bound to React. It draws and reports what the pointer does; words,
 * keys and numbers are the figure's (`chart-figure.tsx`), so that nobody needs the canvas to read a chart.
 */
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Columns } from "./columns.ts";
import { type Latest, plotOptions } from "./plot-options.ts";
import { readPalette, watchTheme } from "./tokens.ts";

export interface PlotLine {
  label: string;
  /** Name of a CSS variable. */
  token: string;
  /** Canvas dashes of a line in pixels; absent: solid. */
  dash?: number[];
  /** A layer, not a line. */
  block?: true;
}

export interface PlotProps {
  kind: "layers" | "lines";
  columns: Columns;
  /** One for each list of `columns.y`, in the same order. */
  lines: readonly PlotLine[];
  /** First and last second of the time axis. */
  window: readonly [number, number];
  /** Pale before this second: statistics are not complete there. */
  completeFrom: number | null;
  /** IANA name: ticks of days stand at its midnights. */
  zone: string;
  timeLabel: (atMs: number) => string;
  valueLabel: (value: number) => string;
  height: number;
  /** The seconds to be marked. */
  mark: readonly [number, number] | null;
  /** The second under the pointer; null: it left. */
  onPointer: (seconds: number | null) => void;
  /** A click, or a drag over a span. */
  onPick: (from: number, until: number) => void;
}

export default function Plot(props: PlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const latest: Latest = useRef(props);
  latest.current = props;

  // The chart is made once for a kind; everything else reaches it through `latest`.
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const palette = readPalette(element);
    const made = new uPlot(
      plotOptions(latest, palette, element.clientWidth),
      dataOf(latest.current),
      element,
    );
    plot.current = made;
    const resized = new ResizeObserver(() => {
      const width = element.clientWidth;
      if (width > 0 && width !== made.width) made.setSize({ width, height: latest.current.height });
    });
    resized.observe(element);
    const unwatch = watchTheme(() => {
      palette.forget();
      made.redraw(false, true);
    });
    return () => {
      unwatch();
      resized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [props.kind]);

  useEffect(() => plot.current?.setData(dataOf(latest.current)), [props.columns, props.timeLabel]);
  useEffect(() => plot.current?.redraw(false, false), [props.mark]);

  return <div ref={host} aria-hidden="true" style={{ minHeight: props.height }} />;
}

function dataOf({ columns }: PlotProps): uPlot.AlignedData {
  return [columns.x, ...columns.y];
}
