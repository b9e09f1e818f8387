/**
 * A series of the API as the columns that are drawn. The x column is in seconds, since uPlot counts so.
 * Stacked columns are cumulative from the bottom: failures stand on the base line, where their height can
 * be compared from point to point; completed runs stand on them, cancelled ones on top.
 */
import type { Series, SeriesPoint } from "@stepwell/api/dashboard";

export interface Columns {
  x: number[];
  /** One list of values for each line or layer, `null` where there is nothing to draw. */
  y: (number | null)[][];
}

/** Layers in drawing order, the tallest first: each covers the lower part of the one before. */
export function throughputColumns(points: readonly SeriesPoint[]): Columns {
  return {
    x: points.map(secondsOf),
    y: [
      points.map((point) => point.failed + point.completed + point.cancelled),
      points.map((point) => point.failed + point.completed),
      points.map((point) => point.failed),
    ],
  };
}

/**
 * Run times p50, p95 and p99; with `queue`, the wait for the start p50 and p95. A point of a line stands in
 * the middle of the time that it is about.
 */
export function latencyColumns({ points, stepMs }: Series, of: "run" | "queue"): Columns {
  const lines =
    of === "run"
      ? [points.map((p) => p.runP50Ms), points.map((p) => p.runP95Ms), points.map((p) => p.runP99Ms)]
      : [points.map((p) => p.queueP50Ms), points.map((p) => p.queueP95Ms)];
  return { x: points.map((point) => secondsOf(point) + stepMs / 2000), y: lines };
}

export function endedOf(point: SeriesPoint): number {
  return point.completed + point.failed + point.cancelled;
}

function secondsOf(point: SeriesPoint): number {
  return Date.parse(point.at) / 1000;
}

/** The point of a series that a time (in seconds) lies in, held to its ends; -1: there are no points. */
export function pointAt(seconds: number, { points, stepMs }: Series): number {
  const first = points[0];
  if (!first) return -1;
  const index = Math.floor(((seconds - secondsOf(first)) * 1000) / stepMs);
  return Math.max(0, Math.min(points.length - 1, index));
}
