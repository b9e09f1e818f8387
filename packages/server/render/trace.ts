/**
 * A run's history as a tree (semantics §10.1): the run, a child per step with its attempts when there
 * was more than one, attempts that failed outside steps, and the finalization. It is read from the
 * history and the step rows; a time that neither holds stays null.
 */
import type { Span, SpanStatus, Trace } from "@stepwell/api";
import type { HistoryRow, Instant, Json, OpenOp, RunRow, StepHash, StepRow } from "@stepwell/core";
import type { CallContext } from "@stepwell/store";
import { isoTime } from "../reply.ts";

/** `output`: the run's stored output, null when outputs are not wanted. */
export function traceOf(found: CallContext, history: HistoryRow[], wanted: { output: Json } | null): Trace {
  const { run, state, steps } = found;
  const results = new Map(steps.map((step) => [step.row.id, step]));
  const failures: HistoryRow[] = [];
  const bySteps = new Map<StepHash, HistoryRow[]>();
  const children: Span[] = [];
  const order: (StepHash | Span)[] = [];
  for (const row of history) {
    if (row.step === null) {
      if (row.kind === "request.failed") failures.push(row);
      continue;
    }
    const rows = bySteps.get(row.step);
    if (rows !== undefined) rows.push(row);
    else {
      // A discovery that failed before this step appeared stands before it.
      order.push(...failures.splice(0).map((failure) => failedAttempt(run.id, failure)), row.step);
      bySteps.set(row.step, [row]);
    }
  }
  for (const item of order) {
    if (typeof item !== "string") children.push(item);
    else {
      const stored = results.get(item);
      children.push(stepSpan(run, item, bySteps.get(item) ?? [], stored, state?.open[item], wanted !== null));
    }
  }
  const final = finalization(run, failures, wanted);
  if (final !== null) children.push(final);
  const rootSpan = span({
    id: run.id,
    name: "Run",
    status: run.status.toUpperCase() as SpanStatus,
    queuedAt: run.queuedAt,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    children,
    ...(wanted === null ? {} : { output: wanted.output }),
  });
  return { runId: run.id, rootSpan };
}

function stepSpan(
  run: RunRow,
  hash: StepHash,
  rows: HistoryRow[],
  stored: { row: StepRow; result: Json } | undefined,
  open: OpenOp | undefined,
  withOutput: boolean,
): Span {
  const failed = rows.filter((row) => row.kind === "step.retrying" || row.kind === "request.failed");
  const attemptCount = Math.max(stored?.row.attempts ?? 0, ...failed.map((row) => attemptOf(row) + 1));
  const isSleep = open?.op === "Sleep" || rows.some((row) => row.kind === "step.sleeping");
  const sleepUntil = rows.find((row) => row.kind === "step.sleeping")?.data.until ?? open?.until;
  const named = rows.map((row) => row.data.name).find((name) => typeof name === "string");
  const name = stored?.row.name ?? open?.displayName ?? (typeof named === "string" ? named : hash);
  const attempts = failed.map((row) => failedAttempt(`${run.id}.${hash}`, row));
  if (stored !== undefined && !isSleep && failed.length > 0) attempts.push(lastAttempt(run, stored.row));
  return span({
    id: `${run.id}.${hash}`,
    name: name.slice(0, 256),
    stepId: stored?.row.userlandId ?? open?.userland?.id ?? name,
    stepOp: isSleep ? "SLEEP" : "RUN",
    status: stepStatus(run, stored?.row, isSleep, failed.length > 0),
    queuedAt: stored?.row.queuedAt ?? open?.since ?? rows[0]?.at ?? null,
    startedAt: stored?.row.startedAt ?? (isSleep ? (open?.since ?? null) : null),
    endedAt: stored?.row.endedAt ?? null,
    attemptCount: isSleep ? null : attemptCount,
    attempts: isSleep || attemptCount === 0 ? null : attemptCount - 1,
    stepInfo: typeof sleepUntil === "number" ? { sleepUntil: isoTime(sleepUntil) } : null,
    children: attempts.length > 1 || (stored === undefined && attempts.length > 0) ? attempts : [],
    ...(withOutput && stored !== undefined && !isSleep ? { output: stored.result } : {}),
  });
}

function stepStatus(
  run: RunRow,
  stored: StepRow | undefined,
  isSleep: boolean,
  hasFailed: boolean,
): SpanStatus {
  if (stored !== undefined) return stored.status === "completed" ? "COMPLETED" : "FAILED";
  if (run.status === "cancelled") return "CANCELLED";
  if (run.endedAt !== null) return hasFailed ? "FAILED" : "UNKNOWN";
  if (isSleep || hasFailed) return "WAITING";
  return "RUNNING";
}

/** One try that failed; when it began was not written down. */
function failedAttempt(owner: string, row: HistoryRow): Span {
  const attempt = attemptOf(row);
  const { error } = row.data;
  return span({
    id: `${owner}.attempt-${attempt}.${row.id}`,
    name: `Attempt ${attempt}`,
    status: "FAILED",
    endedAt: row.at,
    attempts: attempt,
    ...(error === undefined ? {} : { output: { error } }),
  });
}

function lastAttempt(run: RunRow, step: StepRow): Span {
  const attempt = step.attempts - 1;
  return span({
    id: `${run.id}.${step.id}.attempt-${attempt}`,
    name: `Attempt ${attempt}`,
    status: step.status === "completed" ? "COMPLETED" : "FAILED",
    startedAt: step.startedAt,
    endedAt: step.endedAt,
    attempts: attempt,
  });
}

/** The request that gave the function's result; while one is being retried, what failed so far. */
function finalization(run: RunRow, failures: HistoryRow[], wanted: { output: Json } | null): Span | null {
  const tries = failures.map((row) => failedAttempt(`${run.id}.final`, row));
  const last = failures.at(-1);
  if (run.status === "cancelled" || run.status === "skipped") return null;
  if (run.endedAt === null && last === undefined) return null;
  const failedAtOnce = run.status === "failed" && last !== undefined;
  const attemptCount =
    last === undefined
      ? run.endedAt === null
        ? 0
        : 1
      : attemptOf(last) + (failedAtOnce || run.endedAt === null ? 1 : 2);
  return span({
    id: `${run.id}.final`,
    name: "Finalization",
    status: run.endedAt === null ? "WAITING" : run.status === "completed" ? "COMPLETED" : "FAILED",
    endedAt: run.endedAt,
    attemptCount,
    attempts: attemptCount - 1,
    children: attemptCount > 1 || run.endedAt === null ? tries : [],
    ...(wanted === null || run.endedAt === null ? {} : { output: wanted.output }),
  });
}

function attemptOf(row: HistoryRow): number {
  const { attempt } = row.data;
  return typeof attempt === "number" ? attempt : 0;
}

interface SpanParts {
  id: string;
  name: string;
  status: SpanStatus;
  stepId?: string;
  stepOp?: "RUN" | "SLEEP";
  queuedAt?: Instant | null;
  startedAt?: Instant | null;
  endedAt?: Instant | null;
  attemptCount?: number | null;
  attempts?: number | null;
  stepInfo?: { sleepUntil: string } | null;
  output?: unknown;
  children?: Span[];
}

function span(parts: SpanParts): Span {
  const { queuedAt = null, startedAt = null, endedAt = null } = parts;
  return {
    id: parts.id,
    name: parts.name,
    stepId: parts.stepId ?? null,
    stepOp: parts.stepOp ?? null,
    status: parts.status,
    queuedAt: isoTime(queuedAt),
    startedAt: isoTime(startedAt),
    endedAt: isoTime(endedAt),
    durationMs: startedAt === null || endedAt === null ? null : endedAt - startedAt,
    attemptCount: parts.attemptCount ?? null,
    attempts: parts.attempts ?? null,
    stepInfo: parts.stepInfo ?? null,
    metadata: [],
    children: parts.children ?? [],
    ...(parts.output === undefined ? {} : { output: parts.output }),
  };
}
