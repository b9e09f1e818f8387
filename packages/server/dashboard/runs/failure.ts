/** What a run failed with, as people read it: its chain of causes, and the step that it came from. */
import type { RunFailure } from "@stepwell/api/dashboard";
import type { HistoryRow, Json, RunRow, StepHash } from "@stepwell/core";
import type { Reads } from "@stepwell/store";
import { wrapped } from "../../render/trace/span.ts";
import { stepSpanId } from "../../render/trace/step-span.ts";
import { firstLine } from "../first-line.ts";

const MAX_LINE = 300;
/** A cause of a cause of …: so many are shown. */
const DEEPEST = 10;
/** So many failed steps are looked at, the last ones first. */
const MOST_FAILED = 50;

/** The first line of a stored failure, with its name where that says something. */
export function errorLine(stored: Json): string | null {
  const { name, message } = readError(wrapped(stored).error ?? null);
  const plain = name === "" || name === "Error" ? message : `${name}: ${message}`;
  return firstLine(plain, MAX_LINE);
}

/** Null: the run has not failed. */
export async function readFailure(
  run: RunRow,
  history: readonly HistoryRow[],
  read: Reads,
): Promise<RunFailure | null> {
  if (run.status !== "failed") return null;
  const failure = readError(wrapped(await read.output(run.id)).error ?? null);
  const step = await failedStep(run, history, read, chainOf(failure));
  return { ...failure, spanId: step === null ? null : stepSpanId(run.id, step) };
}

function readError(error: Json, depth = 0): RunFailure {
  if (error === null || typeof error !== "object" || Array.isArray(error))
    return { name: "", message: textOf(error), stack: null, cause: null, spanId: null };
  const { name, message, stack, cause } = error;
  return {
    name: typeof name === "string" ? name : "",
    message: message === undefined ? textOf(error) : textOf(message),
    stack: typeof stack === "string" ? stack : null,
    cause: cause === undefined || cause === null || depth >= DEEPEST ? null : readError(cause, depth + 1),
    spanId: null,
  };
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * The step that ended the run. A failed step throws in the function, so the run fails with the step's error or
 * with one that it causes. Where no step has that error, it is the one that failed last, if nothing has
 * succeeded since: the function has put its own error in the place of the step's.
 */
async function failedStep(
  run: RunRow,
  history: readonly HistoryRow[],
  read: Reads,
  messages: readonly string[],
): Promise<StepHash | null> {
  const failed = history.filter(({ kind }) => kind === "step.failed").toReversed();
  for (const { step } of failed.slice(0, MOST_FAILED)) {
    const { error } = wrapped(await read.payload(run.id, `step:${step}`));
    if (error !== undefined && messages.includes(readError(error).message)) return step;
  }
  const last = history.findLast(({ kind }) => kind === "step.failed" || kind === "step.completed");
  return last?.kind === "step.failed" ? last.step : null;
}

function chainOf({ message, cause }: RunFailure): string[] {
  return [message, ...(cause === null ? [] : chainOf(cause))];
}
