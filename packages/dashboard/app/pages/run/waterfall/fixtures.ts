/** Spans for tests of the waterfall. Times are given in milliseconds after `T0`. */
import type { Span } from "./spans.ts";

export const T0 = Date.UTC(2026, 10, 24, 10);
const iso = (ms: number | null | undefined): string | null =>
  ms === null || ms === undefined ? null : new Date(T0 + ms).toISOString();

export interface SpanTimes {
  queued?: number | null;
  started?: number | null;
  ended?: number | null;
}

export function aSpan(id: string, times: SpanTimes, more: Partial<Span> = {}): Span {
  const { queued, started, ended } = times;
  return {
    id,
    name: id,
    stepId: null,
    stepOp: null,
    status: ended === undefined || ended === null ? "RUNNING" : "COMPLETED",
    queuedAt: iso(queued),
    startedAt: iso(started),
    endedAt: iso(ended),
    durationMs: null,
    attemptCount: null,
    attempts: null,
    stepInfo: null,
    metadata: [],
    children: [],
    ...more,
  };
}

export function aStep(name: string, times: SpanTimes, more: Partial<Span> = {}): Span {
  return aSpan(`R.${name}`, times, { name, stepId: name, stepOp: "RUN", ...more });
}

export function anAttempt(step: string, n: number, times: SpanTimes, more: Partial<Span> = {}): Span {
  return aSpan(`R.${step}.attempt-${n}`, times, { name: `Attempt ${n}`, attempts: n, ...more });
}

export function aRun(times: SpanTimes, children: Span[], more: Partial<Span> = {}): Span {
  return aSpan("R", times, { name: "Run", children, ...more });
}

/** A run of so many steps, each tried three times. */
export function manySteps(count: number): Span {
  const steps = Array.from({ length: count }, (_, i) => {
    const at = i * 100;
    const tries = [0, 1, 2].map((n) =>
      anAttempt(
        `s${i}`,
        n,
        { started: at + n * 30, ended: at + n * 30 + 20 },
        { status: n < 2 ? "FAILED" : "COMPLETED" },
      ),
    );
    return aStep(`s${i}`, { queued: at, started: at, ended: at + 80 }, { children: tries });
  });
  return aRun({ queued: 0, started: 0, ended: count * 100 }, steps);
}
