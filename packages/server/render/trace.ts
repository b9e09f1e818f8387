/**
 * A run's history as a tree (semantics §10.1): the run, a child per step with its attempts when there
 * was more than one, attempts that failed outside steps, and the finalization. It is read from the
 * history and the step rows; a time that neither holds stays null.
 */
import type { Span, SpanStatus, Trace } from "@stepwell/api";
import type { EventId, HistoryRow, Json, RunId, RunRow, StepHash } from "@stepwell/core";
import type { CallContext } from "@stepwell/store";
import { attemptOf, failedAttempt, lastAttempt } from "./trace/attempts.ts";
import { type SpanParts, span, wrapped } from "./trace/span.ts";
import { stepSpan } from "./trace/step-span.ts";

/** What `includeOutput` adds: the run's stored output, and the arguments of steps that have some. */
export interface TracePayloads {
  output: Json;
  inputs: ReadonlyMap<StepHash, Json>;
}

/**
 * @param payloads null: inputs and outputs are not wanted.
 * @param invoked the runs that invokes have started, by the event that started them.
 */
export function traceOf(
  found: CallContext,
  history: readonly HistoryRow[],
  payloads: TracePayloads | null,
  invoked: ReadonlyMap<EventId, RunId> = new Map(),
): Trace {
  const { run, state, steps } = found;
  const results = new Map(steps.map((step) => [step.row.id, step]));
  const { order, rowsOf, failures } = sorted(history, found);
  const around = { run, children: invoked, inputs: payloads?.inputs ?? null };
  const children = order.map((item) => {
    if (typeof item !== "string") return failedAttempt(run.id, item, payloads !== null);
    const rows = rowsOf.get(item) ?? [];
    return stepSpan({ hash: item, rows, stored: results.get(item), open: state?.open[item] }, around);
  });
  children.push(...finalization(run, failures, payloads));
  const rootSpan = span({
    id: run.id,
    name: "Run",
    status: run.status.toUpperCase() as SpanStatus,
    queuedAt: run.queuedAt,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    children,
    ...skipOf(history),
    ...outputOf(run, payloads),
  });
  return { runId: run.id, rootSpan };
}

/** Why the run never began, and the run that was in its place (TR-11). */
function skipOf(history: readonly HistoryRow[]): Pick<SpanParts, "skip"> {
  const skipped = history.find(({ kind }) => kind === "run.skipped");
  if (skipped === undefined) return {};
  const { reason, existingRunId } = skipped.data;
  const existing = typeof existingRunId === "string" ? existingRunId : null;
  return { skip: { reason: String(reason ?? ""), existingRunId: existing } };
}

interface Sorted {
  /** Steps as they appeared, and the requests that failed before one did. */
  order: (StepHash | HistoryRow)[];
  rowsOf: Map<StepHash, HistoryRow[]>;
  /** Requests that failed after the last step. */
  failures: HistoryRow[];
}

function sorted(history: readonly HistoryRow[], { steps }: CallContext): Sorted {
  const rowsOf = new Map<StepHash, HistoryRow[]>();
  const inHistory = new Set(history.map((row) => row.step));
  // What a rerun took over from its original has results, and no history of its own.
  const order: Sorted["order"] = steps.map(({ row }) => row.id).filter((id) => !inHistory.has(id));
  let failures: HistoryRow[] = [];
  for (const row of history) {
    if (row.step === null) {
      if (row.kind === "request.failed") failures.push(row);
      continue;
    }
    const rows = rowsOf.get(row.step) ?? [];
    const own = triesBefore(row, rows, failures);
    failures = failures.filter((failure) => !own.includes(failure));
    if (!rowsOf.has(row.step)) {
      order.push(...failures.splice(0), row.step);
      rowsOf.set(row.step, rows);
    }
    rows.push(...own, row);
  }
  return { order, rowsOf, failures };
}

/**
 * Requests that broke before a step's try was told of count as tries of that step: when it ends (or fails
 * again) by try n of a request without a target, the tries before n were the same request.
 */
function triesBefore(
  row: HistoryRow,
  rows: readonly HistoryRow[],
  failures: readonly HistoryRow[],
): HistoryRow[] {
  const tells = row.kind === "step.completed" || row.kind === "step.failed" || row.kind === "step.retrying";
  if (!tells || rows.some(({ kind }) => kind !== "step.retrying" && kind !== "request.failed")) return [];
  return failures.filter((failure) => attemptOf(failure) < attemptOf(row));
}

function outputOf(run: RunRow, payloads: TracePayloads | null): { output?: unknown } {
  return payloads === null || run.endedAt === null ? {} : { output: wrapped(payloads.output) };
}

/** The request that gave the function's result; while one is being retried, what failed so far. */
function finalization(run: RunRow, failures: readonly HistoryRow[], payloads: TracePayloads | null): Span[] {
  const id = `${run.id}.final`;
  const tries = failures.map((row) => failedAttempt(id, row, payloads !== null));
  const last = failures.at(-1);
  if (run.status === "cancelled" || run.status === "skipped") return tries;
  if (run.endedAt === null && last === undefined) return [];
  const endedByLast = run.status === "failed" && last !== undefined && last.data.final !== false;
  const settled = run.endedAt !== null && !endedByLast;
  const attemptCount = (last === undefined ? 0 : attemptOf(last) + 1) + (settled ? 1 : 0);
  const status = run.status === "completed" ? "COMPLETED" : "FAILED";
  if (settled && tries.length > 0)
    tries.push(lastAttempt(id, attemptCount - 1, { status, startedAt: null, endedAt: run.endedAt }));
  return [
    span({
      id,
      name: "Finalization",
      status: run.endedAt === null ? "WAITING" : status,
      endedAt: run.endedAt,
      attemptCount,
      attempts: attemptCount - 1,
      children: attemptCount > 1 || run.endedAt === null ? tries : [],
      ...outputOf(run, payloads),
    }),
  ];
}
