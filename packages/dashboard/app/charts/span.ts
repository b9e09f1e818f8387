/**
 * A span of a chart as a filter of the run list. A chart counts runs by when they ended, the list filters by
 * when they were queued: a run that took longer than the span may be on one side only.
 */
import type { Series } from "@stepwell/api/dashboard";

export interface Span {
  from: string;
  until: string;
}

/** The time that the points `first` to `last` (in either order) stand for; null: there are no such points. */
export function spanOf(series: Series, first: number, last: number): Span | null {
  const from = series.points[Math.min(first, last)];
  const to = series.points[Math.max(first, last)];
  if (!from || !to) return null;
  return { from: from.at, until: new Date(Date.parse(to.at) + series.stepMs).toISOString() };
}

/** The text for `/runs?q=` that shows the runs of a span; `terms` go before the times. */
export function spanFilter(span: Span, terms: readonly string[] = []): string {
  return [...terms, `since:${short(span.from)}`, `until:${short(span.until)}`].join(" ");
}

/** Without a fraction of a second that is zero: it is read by people. */
function short(iso: string): string {
  return iso.replace(/(:00)?\.000Z$/, "Z");
}
