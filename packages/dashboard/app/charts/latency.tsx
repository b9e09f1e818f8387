/** How long runs took, or waited for their start. */
import type { Series, SeriesPoint } from "@stepwell/api/dashboard";
import { useMemo, useState } from "react";
import { formatDuration } from "../data/time.tsx";
import { durationLabel } from "./axis.ts";
import { ChartFigure, type Measure } from "./chart-figure.tsx";
import { latencyColumns } from "./columns.ts";
import type { Span } from "./span.ts";
import { summariseLatency } from "./summary.ts";
import { usePointLabel } from "./use-point-label.ts";

interface LatencyProps {
  series: Series;
  onSpan: (span: Span) => void;
}
type Part = "run" | "queue";

export function Latency({ series, onSpan }: LatencyProps) {
  const [part, setPart] = useState<Part>("run");
  const columns = useMemo(() => latencyColumns(series, part), [series, part]);
  const words = { at: usePointLabel(series), duration: formatDuration };
  return (
    <ChartFigure
      key={part}
      title={part === "run" ? "Run time" : "Wait for the start"}
      summary={summariseLatency(series, part, words)}
      series={series}
      kind="lines"
      columns={columns}
      measures={part === "run" ? runMeasures : queueMeasures}
      valueLabel={durationLabel}
      choosing="lists the runs of this time"
      onSpan={onSpan}
      actions={<PartSwitch part={part} onChange={setPart} />}
    />
  );
}

function PartSwitch({ part, onChange }: { part: Part; onChange: (part: Part) => void }) {
  const other: Part = part === "run" ? "queue" : "run";
  return (
    <button
      type="button"
      className="min-h-6 rounded text-xs text-dim underline-offset-2 hover:underline"
      onClick={() => onChange(other)}
    >
      {other === "run" ? "Show run time" : "Show wait for the start"}
    </button>
  );
}

const measure = (
  label: string,
  of: (point: SeriesPoint) => number | null,
  token: string,
  dash?: number[],
): Measure => ({
  label,
  line: { label, token, ...(dash ? { dash } : {}) },
  of: (point) => {
    const value = of(point);
    return value === null ? "–" : formatDuration(value);
  },
  total: null,
});

const runMeasures = [
  measure("p50", (point) => point.runP50Ms, "--sw-accent"),
  measure("p95", (point) => point.runP95Ms, "--sw-waiting", [6, 3]),
  measure("p99", (point) => point.runP99Ms, "--sw-faint", [2, 3]),
];
const queueMeasures = [
  measure("p50", (point) => point.queueP50Ms, "--sw-accent"),
  measure("p95", (point) => point.queueP95Ms, "--sw-waiting", [6, 3]),
];
