/** What the colours mean, in words, with the numbers of the point under the cursor (else of all of it). */
import type { SeriesPoint } from "@stepwell/api/dashboard";
import type { Measure } from "./chart-figure.tsx";
import type { PlotLine } from "./plot.tsx";

interface LegendProps {
  measures: readonly Measure[];
  point: SeriesPoint | undefined;
  /** The time of the point. */
  at: string | null;
}

export function Legend({ measures, point, at }: LegendProps) {
  return (
    <div className="mb-1 flex min-h-5 flex-wrap items-center gap-x-4 gap-y-0.5 text-xs" aria-hidden="true">
      {measures.map((measure) => {
        const value = point ? measure.of(point) : measure.total;
        if (!measure.line && !point) return null;
        return (
          <span key={measure.label} className="inline-flex items-center gap-1.5 whitespace-nowrap">
            {measure.line && <Swatch line={measure.line} />}
            <span className="text-dim">{measure.label}</span>
            {value !== null && <span className="font-medium tabular-nums">{value}</span>}
          </span>
        );
      })}
      {at && <span className="ml-auto whitespace-nowrap text-dim tabular-nums">{at}</span>}
    </div>
  );
}

function Swatch({ line }: { line: PlotLine }) {
  const colour = `var(${line.token})`;
  if (line.block) return <span className="size-2.5 rounded-xs" style={{ background: colour }} />;
  return (
    <svg width="18" height="8" aria-hidden="true">
      <line
        x1="0"
        x2="18"
        y1="4"
        y2="4"
        stroke={colour}
        strokeWidth="2"
        strokeDasharray={line.dash?.join(" ")}
      />
    </svg>
  );
}
