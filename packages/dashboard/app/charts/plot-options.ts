/** What uPlot is told: axes, layers (counts) or lines (durations), the pointer. Values are read when they are needed, never kept. */
import type { RefObject } from "react";
import uPlot from "uplot";
import { durationSteps } from "../data/duration-steps.ts";
import type { PlotProps } from "./plot.tsx";
import type { Palette } from "./tokens.ts";

export type Latest = RefObject<PlotProps>;

const font = "11px ui-sans-serif, system-ui, sans-serif";

export function plotOptions(latest: Latest, palette: Palette, width: number): uPlot.Options {
  const { height, kind } = latest.current;
  return {
    width,
    height,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), latest.current.zone),
    padding: [10, 8, 0, 0],
    legend: { show: false },
    focus: { alpha: 1 },
    cursor: {
      x: false,
      y: false,
      points: { show: kind === "lines", size: 7 },
      drag: { x: true, y: false, setScale: false, dist: 5 },
    },
    scales: {
      x: { time: true, range: () => [...latest.current.window] as [number, number] },
      y: { range: (_plot, _least, most) => [0, roomFor(most, kind)] },
    },
    axes: axesOf(latest, palette),
    series: [{}, ...latest.current.lines.map((_line, index) => seriesOf(latest, palette, index))],
    hooks: {
      drawAxes: [(plot) => drawBands(plot, latest.current, palette)],
      setCursor: [(plot) => latest.current.onPointer(secondsUnder(plot))],
      setSelect: [(plot) => pickSelection(plot, latest.current)],
      ready: [(plot) => listenForClick(plot, latest)],
    },
  };
}

/** A little air above the highest value; a chart of nothing still has a scale. */
function roomFor(most: number | null, kind: PlotProps["kind"]): number {
  if (!most || most <= 0) return kind === "layers" ? 4 : 100;
  return kind === "layers" ? Math.max(4, Math.ceil(most * 1.08)) : most * 1.08;
}

function axesOf(latest: Latest, palette: Palette): uPlot.Axis[] {
  const line = { stroke: () => palette.of("--sw-line"), width: 1 };
  const common = { font, stroke: () => palette.of("--sw-faint"), ticks: { show: false } };
  return [
    {
      ...common,
      grid: { show: false },
      space: 64,
      size: 22,
      gap: 4,
      values: (_plot, splits) => splits.map((at) => latest.current.timeLabel(at * 1000)),
    },
    {
      ...common,
      grid: line,
      space: 36,
      size: latest.current.kind === "layers" ? 44 : 56,
      ...(latest.current.kind === "lines" && { incrs: [...durationSteps] }),
      values: (_plot, splits) => splits.map((value) => latest.current.valueLabel(value)),
    },
  ];
}

function seriesOf(latest: Latest, palette: Palette, index: number): uPlot.Series {
  const { lines, kind } = latest.current;
  const colour = () => palette.of(latest.current.lines[index]?.token ?? "--sw-faint");
  if (kind === "layers") {
    const paths = uPlot.paths.bars?.({ size: [0.78, 48], align: 1, radius: 0 });
    return { fill: colour, width: 0, points: { show: false }, ...(paths ? { paths } : {}) };
  }
  const dash = lines[index]?.dash;
  return {
    stroke: colour,
    width: 1.75,
    spanGaps: false,
    points: { show: onlyLonePoints, size: 5, fill: colour },
    ...(dash ? { dash } : {}),
  };
}

/** A point between two gaps has no line, so it gets a dot. */
function onlyLonePoints(plot: uPlot, series: number): boolean {
  const values = plot.data[series] ?? [];
  return values.some((value, i) => value != null && values[i - 1] == null && values[i + 1] == null);
}

/** Behind the data: what is marked, and the time of which statistics are not complete. */
function drawBands(plot: uPlot, { mark, completeFrom, window }: PlotProps, palette: Palette): void {
  const band = (from: number, until: number, token: string, alpha: number) => {
    const left = Math.max(plot.bbox.left, plot.valToPos(from, "x", true));
    const right = Math.min(plot.bbox.left + plot.bbox.width, plot.valToPos(until, "x", true));
    if (right <= left) return;
    plot.ctx.save();
    plot.ctx.globalAlpha = alpha;
    plot.ctx.fillStyle = palette.of(token);
    plot.ctx.fillRect(left, plot.bbox.top, right - left, plot.bbox.height);
    plot.ctx.restore();
  };
  if (completeFrom !== null) band(window[0], completeFrom, "--sw-faint", 0.1);
  if (mark) band(mark[0], mark[1], "--sw-accent", 0.14);
}

function secondsUnder(plot: uPlot): number | null {
  const { left } = plot.cursor;
  return left === undefined || left < 0 ? null : plot.posToVal(left, "x");
}

function pickSelection(plot: uPlot, { onPick }: PlotProps): void {
  const { left, width } = plot.select;
  if (width <= 0) return;
  const [from, until] = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  onPick(from, until);
}

/** uPlot swallows the click that ends a drag, so this one was none. */
function listenForClick(plot: uPlot, latest: Latest): void {
  plot.over.addEventListener("click", () => {
    const at = secondsUnder(plot);
    if (at !== null) latest.current.onPick(at, at);
  });
}
