/** The data of a chart as a table, newest first; each row leads where its point leads. */
import type { Series } from "@stepwell/api/dashboard";
import type { Measure } from "./chart-figure.tsx";
import { endedOf } from "./columns.ts";
import { type Span, spanOf } from "./span.ts";

interface ChartTableProps {
  title: string;
  series: Series;
  measures: readonly Measure[];
  pointLabel: (iso: string) => string;
  onSpan: (span: Span) => void;
}

export function ChartTable({ title, series, measures, pointLabel, onSpan }: ChartTableProps) {
  const rows = series.points
    .map((point, index) => ({ point, index }))
    .filter(({ point }) => endedOf(point) + point.skipped > 0)
    .reverse();
  const choose = (index: number) => {
    const span = spanOf(series, index, index);
    if (span) onSpan(span);
  };
  return (
    // A scrolled region is reached by keys, too.
    <section aria-label={`${title} as a table`} className="max-h-64 overflow-auto" tabIndex={0}>
      <table className="w-full border-collapse text-xs tabular-nums">
        <thead className="sticky top-0 bg-panel text-left text-dim">
          <tr>
            <th scope="col" className="py-1 pr-3 font-medium">
              Time
            </th>
            {measures.map(({ label }) => (
              <th key={label} scope="col" className="py-1 pr-3 text-right font-medium">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ point, index }) => (
            <tr key={point.at} className="border-t border-line">
              <th scope="row" className="py-0.5 pr-3 text-left font-normal whitespace-nowrap">
                <button type="button" className="min-h-6 hover:underline" onClick={() => choose(index)}>
                  {pointLabel(point.at)}
                </button>
              </th>
              {measures.map((measure) => (
                <td key={measure.label} className="py-0.5 pr-3 text-right">
                  {measure.of(point)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="py-1 text-xs text-dim">
        {rows.length === 0 ? "Nothing ended in this time." : "Times in which nothing ended are left out."}
      </p>
    </section>
  );
}
