/** Assertions for any test runner: they throw with what was expected, what is, and what the run has done. */
import { AssertionError } from "node:assert";
import type { RunStatus } from "@stepwell/core";
import type { TestRun } from "./run-view.ts";
import { unusedText } from "./settle.ts";

/** @throws AssertionError when the run has another status (default: `completed`) */
export function assertEnded(run: TestRun, status: RunStatus = "completed"): void {
  if (run.status !== status) throw new AssertionError(differs(endedMessage(run, status), run.status, status));
}

/** @throws AssertionError when the step has not completed in this run */
export function assertRanStep(run: TestRun, stepId: string): void {
  const actual = run.steps[stepId]?.status ?? null;
  if (actual !== "completed")
    throw new AssertionError(differs(stepMessage(run, stepId), actual, "completed"));
}

/** @throws AssertionError when the step has completed in this run */
export function assertNotRanStep(run: TestRun, stepId: string): void {
  const actual = run.steps[stepId]?.status ?? null;
  if (actual === "completed")
    throw new AssertionError(
      differs(`${title(run)} has run step "${stepId}", and should not.${told(run)}`, actual, null),
    );
}

/** What is wrong when a run has not ended as wanted. */
export function endedMessage(run: TestRun, status: RunStatus): string {
  const unfinished = run.status === "queued" || run.status === "running";
  const hint =
    unfinished && status !== run.status
      ? " Does the test have to advance the clock? `await world.why(run)` tells what it waits for."
      : "";
  return `${title(run)} is ${run.status}, not ${status}.${hint}${told(run)}`;
}

/** What is wrong when a step has not completed. */
export function stepMessage(run: TestRun, stepId: string): string {
  const step = run.steps[stepId];
  if (step !== undefined) return `Step "${stepId}" of ${title(run)} is ${step.status}.${told(run)}`;
  return `${title(run)} has no step "${stepId}" so far.${told(run)}`;
}

/** A run in a few lines, for people. */
export function describeRun(run: TestRun): string {
  return `${title(run)}: ${run.status}${told(run)}`;
}

function title({ functionId, id }: TestRun): string {
  return `run ${id} of "${functionId}"`;
}

const unusedOf = new WeakMap<TestRun, () => readonly string[]>();

/** From now on texts about this run also name the rules of its world of which no step has come. */
export function tellUnused(run: TestRun, unused: () => readonly string[]): void {
  unusedOf.set(run, unused);
}

function told(run: TestRun): string {
  const { error, steps, reason } = run;
  const lines = Object.values(steps).map(({ id, status, attempts, error: why }) => {
    const tries = attempts > 1 ? `, ${attempts} attempts` : "";
    return `  ${id}: ${status}${tries}${why === null ? "" : ` (${why.name}: ${why.message})`}`;
  });
  if (error !== null) lines.unshift(`  ${error.name}: ${error.message}`);
  if (reason !== null) lines.unshift(`  ${reason}`);
  const unused = unusedText(unusedOf.get(run)?.() ?? []);
  if (unused !== "") lines.push(` ${unused}`);
  return lines.length === 0 ? "" : `\n${lines.join("\n")}`;
}

function differs(
  message: string,
  actual: unknown,
  expected: unknown,
): ConstructorParameters<typeof AssertionError>[0] {
  return { message, actual, expected, operator: "strictEqual" };
}
