/** One step of a run as a span, with its tries below when there was more than one. */
import type { Span, SpanStatus, StepOp } from "@stepwell/api";
import type { EventId, HistoryRow, Json, JsonObject, RunId, RunRow, StepHash } from "@stepwell/core";
import { attemptOf, failedAttempt, lastAttempt } from "./attempts.ts";
import { shownAnswer } from "./request-output.ts";
import { span, wrapped } from "./span.ts";
import { beganAt, isRequest, openingOf, opOf, type StepFacts, stepInfoOf } from "./step-info.ts";

/** What is shown beside the history. `inputs` and outputs: null when they are not wanted. */
export interface StepAround {
  run: RunRow;
  children: ReadonlyMap<EventId, RunId>;
  inputs: ReadonlyMap<string, Json> | null;
}

export function stepSpan(facts: StepFacts, { run, children, inputs }: StepAround): Span {
  const { hash, rows, stored, open } = facts;
  const id = stepSpanId(run.id, hash);
  const stepOp = opOf(facts);
  const failed = rows.filter(isFailedTry);
  const named = rows.map((row) => row.data.name).find((name) => typeof name === "string");
  const name = stored?.row.name ?? open?.displayName ?? (typeof named === "string" ? named : hash);
  const isOver = stored !== undefined;
  return span({
    id,
    name,
    stepId: stored?.row.userlandId ?? open?.userland?.id ?? name,
    stepOp,
    status: statusOf(facts, stepOp, failed.length > 0, run),
    queuedAt: stored?.row.queuedAt ?? open?.since ?? rows[0]?.at ?? null,
    startedAt: stored?.row.startedAt ?? beganAt(rows),
    endedAt: stored?.row.endedAt ?? run.endedAt,
    ...triesOf(facts, failed, stepOp),
    stepInfo: stepInfoOf(facts, children),
    children: attemptsOf(id, facts, failed, inputs !== null),
    ...(inputs === null ? {} : { input: isRequest(facts) ? null : (inputs.get(hash) ?? null) }),
    ...(inputs === null || !isOver || stepOp === "SLEEP" ? {} : { output: outputOf(facts, stored.result) }),
  });
}

/** Ids of spans are stable: of a step, that of its run and its hash. */
export function stepSpanId(runId: RunId, hash: StepHash): string {
  return `${runId}.${hash}`;
}

function outputOf(facts: StepFacts, result: Json): JsonObject {
  const output = wrapped(result);
  return isRequest(facts) && opOf(facts) === "RUN" ? shownAnswer(output) : output;
}

function isFailedTry({ kind }: HistoryRow): boolean {
  return kind === "step.retrying" || kind === "request.failed";
}

/** Steps that wait have no tries. */
function triesOf(
  { stored }: StepFacts,
  failed: readonly HistoryRow[],
  stepOp: StepOp,
): { attemptCount: number | null; attempts: number | null } {
  if (stepOp !== "RUN" && stepOp !== "AI_GATEWAY") return { attemptCount: null, attempts: null };
  const attemptCount = Math.max(stored?.row.attempts ?? 0, ...failed.map((row) => attemptOf(row) + 1));
  return { attemptCount, attempts: attemptCount === 0 ? null : attemptCount - 1 };
}

/** A single good try is folded into its step; a failed one that is to be repeated is shown. */
function attemptsOf(
  id: string,
  facts: StepFacts,
  failed: readonly HistoryRow[],
  withOutput: boolean,
): Span[] {
  const { stored } = facts;
  const before =
    stored === undefined ? failed : failed.filter((row) => attemptOf(row) < stored.row.attempts - 1);
  const shown = before.map((row) => failedAttempt(id, row, withOutput));
  if (stored === undefined || shown.length === 0) return shown;
  const { attempts, status, startedAt, endedAt } = stored.row;
  const last = lastAttempt(id, attempts - 1, {
    status: status === "completed" ? "COMPLETED" : "FAILED",
    startedAt,
    endedAt,
    ...(withOutput ? { output: outputOf(facts, stored.result) } : {}),
  });
  return [...shown, last];
}

function statusOf({ stored, rows }: StepFacts, stepOp: StepOp, hasFailed: boolean, run: RunRow): SpanStatus {
  if (stored !== undefined) {
    // An invoke without an answer in time has failed; a wait without one is over (semantics §10.2).
    return stored.row.status === "completed" ? "COMPLETED" : "FAILED";
  }
  if (run.endedAt !== null) return hasFailed && run.status === "failed" ? "FAILED" : "CANCELLED";
  if (hasFailed || openingOf(rows) !== undefined) return "WAITING";
  return stepOp === "RUN" || stepOp === "AI_GATEWAY" ? "RUNNING" : "WAITING";
}
