/** How many runs ended, by how they ended. */
import type { Series, SeriesPoint } from "@stepwell/api/dashboard";
import { useMemo } from "react";
import { formatCount } from "../data/time.tsx";
import { countLabel } from "./axis.ts";
import { ChartFigure, type Measure } from "./chart-figure.tsx";
import { throughputColumns } from "./columns.ts";
import type { Span } from "./span.ts";
import { summariseThroughput } from "./summary.ts";
import { usePointLabel } from "./use-point-label.ts";

interface ThroughputProps {
  series: Series;
  onSpan: (span: Span) => void;
}

export function Throughput({ series, onSpan }: ThroughputProps) {
  const columns = useMemo(() => throughputColumns(series.points), [series.points]);
  return (
    <ChartFigure
      title="Throughput"
      summary={summariseThroughput(series, usePointLabel(series))}
      series={series}
      kind="layers"
      columns={columns}
      measures={measuresOf(series)}
      valueLabel={countLabel}
      choosing="lists the runs of this time"
      onSpan={onSpan}
    />
  );
}

/** In the order of the layers (`throughputColumns`). */
const layers = [
  { label: "Cancelled", of: (point: SeriesPoint) => point.cancelled, token: "--sw-faint" },
  { label: "Completed", of: (point: SeriesPoint) => point.completed, token: "--sw-chart" },
  { label: "Failed", of: (point: SeriesPoint) => point.failed, token: "--sw-failed" },
];

function measuresOf({ points }: Series): Measure[] {
  const measure = (label: string, of: (point: SeriesPoint) => number, token: string | null): Measure => ({
    label,
    line: token ? { label, token, block: true } : null,
    of: (point) => formatCount(of(point)),
    total: formatCount(points.reduce((sum, point) => sum + of(point), 0)),
  });
  const drawn = layers.map(({ label, of, token }) => measure(label, of, token));
  const anySkipped = points.some((point) => point.skipped > 0);
  return anySkipped ? [...drawn, measure("Skipped", (point) => point.skipped, null)] : drawn;
}
