/** What a chart shows as one sentence, for those who do not see it and for those in a hurry. */
import type { Range, Series, SeriesPoint } from "@stepwell/api/dashboard";
import { formatCount } from "../data/time-text.ts";
import { endedOf } from "./columns.ts";
import { countOf, percentOf } from "./numbers.ts";

const rangeWords: Record<Range, string> = {
  "15m": "last 15 minutes",
  "1h": "last hour",
  "24h": "last 24 hours",
  "7d": "last 7 days",
  "30d": "last 30 days",
};

export function wordsOfRange(range: Range): string {
  return rangeWords[range];
}

/** `at` says a point's time in the viewer's zone. */
export function summariseThroughput(series: Series, at: (iso: string) => string): string {
  const sum = (of: (point: SeriesPoint) => number) => series.points.reduce((all, p) => all + of(p), 0);
  const ended = sum(endedOf);
  const within = `in the ${wordsOfRange(series.range)}`;
  if (ended === 0) return `No run ended ${within}.`;
  const failed = sum((point) => point.failed);
  const peak = series.points.reduce((most, point) => (endedOf(point) > endedOf(most) ? point : most));
  return (
    `${countOf(ended, "run")} ended ${within}: ${formatCount(sum((p) => p.completed))} completed, ` +
    `${formatCount(failed)} failed (${percentOf(failed, ended)}), ` +
    `${formatCount(sum((p) => p.cancelled))} cancelled. Most at once: ${formatCount(endedOf(peak))} at ${at(peak.at)}.`
  );
}

export interface LatencyWords {
  at: (iso: string) => string;
  duration: (ms: number) => string;
}

/** Percentiles of points cannot be joined to one number, so the sentence tells between which they lie. */
export function summariseLatency(series: Series, of: "run" | "queue", words: LatencyWords): string {
  const p50 = of === "run" ? ("runP50Ms" as const) : ("queueP50Ms" as const);
  const p95 = of === "run" ? ("runP95Ms" as const) : ("queueP95Ms" as const);
  const known = series.points.filter((point) => point[p50] !== null && point[p95] !== null);
  const within = `in the ${wordsOfRange(series.range)}`;
  if (known.length === 0) return `No run ended ${within}, so there is nothing to measure.`;
  const slowest = known.reduce((most, p) => ((p[p95] ?? 0) > (most[p95] ?? 0) ? p : most));
  const what = of === "run" ? "Half of the runs took" : "Half of the runs waited for their start";
  return (
    `${what} at most ${between(known, p50, words)}; 95 % at most ${between(known, p95, words)} ` +
    `${within}. Slowest at ${words.at(slowest.at)}.`
  );
}

function between(points: readonly SeriesPoint[], of: keyof SeriesPoint, { duration }: LatencyWords): string {
  const values = points.map((point) => Number(point[of]));
  const least = duration(Math.min(...values));
  const most = duration(Math.max(...values));
  return least === most ? least : `${least} to ${most}`;
}
