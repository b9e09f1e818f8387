/** The tries of a step or of the function's own request, one span each. */
import type { Span } from "@stepwell/api";
import type { HistoryRow, Instant } from "@stepwell/core";
import { shownError, span } from "./span.ts";

/** Zero-based number of the try that a row tells of. */
export function attemptOf(row: HistoryRow): number {
  const { attempt } = row.data;
  return typeof attempt === "number" ? attempt : 0;
}

/** One try that failed. `owner`: the id of what was tried. */
export function failedAttempt(owner: string, row: HistoryRow, withOutput: boolean): Span {
  const attempt = attemptOf(row);
  const { error, startedAt } = row.data;
  return span({
    id: `${owner}.attempt-${attempt}.${row.id}`,
    name: `Attempt ${attempt}`,
    status: "FAILED",
    startedAt: typeof startedAt === "number" ? startedAt : null,
    endedAt: row.at,
    attempts: attempt,
    ...(error === undefined || !withOutput ? {} : { output: { error: shownError(error) } }),
  });
}

/** The try that settled it, after others had failed. */
export function lastAttempt(
  owner: string,
  attempt: number,
  how: {
    status: "COMPLETED" | "FAILED";
    startedAt: Instant | null;
    endedAt: Instant | null;
    output?: unknown;
  },
): Span {
  const { status, startedAt, endedAt, output } = how;
  return span({
    id: `${owner}.attempt-${attempt}`,
    name: `Attempt ${attempt}`,
    status,
    startedAt,
    endedAt,
    attempts: attempt,
    ...(output === undefined ? {} : { output }),
  });
}
