/** Addresses of pages, below the base, with the filter that an entry of the overview is about. */
import { formatFilter, termOf } from "@stepwell/api/dashboard";
import type { FunctionRow } from "@stepwell/core";

/** Runs by terms like `["status", "failed"]`; values are taken as they are. */
export function runsLink(...terms: readonly (readonly [field: string, text: string])[]): string {
  const q = formatFilter({ terms: terms.map(([field, text]) => termOf(field, [text])) });
  return `/runs?q=${encodeURIComponent(q)}`;
}

export function functionLink({ id }: FunctionRow): string {
  return `/functions/${encodeURIComponent(id)}`;
}

/** The schedules, with the ticks of one unfolded. */
export function missedLink(scheduleId: string): string {
  return `/schedules?missed=true&open=${encodeURIComponent(scheduleId)}`;
}
