/** Matchers for runners with `expect.extend`: Jest, and what is like it. Vitest gets them with `stepwell/test/vitest`. */
import type { RunStatus } from "@stepwell/core";
import { describeRun, endedMessage, stepMessage } from "./assertions.ts";
import type { TestRun } from "./run-view.ts";

interface Verdict {
  pass: boolean;
  message: () => string;
}

/** What the matchers are called with, for the types of your runner's `expect`. */
export interface RunMatchers<R> {
  /** The run has this status. Default: `completed`. */
  toHaveEnded(status?: RunStatus): R;
  /** The step has completed in this run. */
  toHaveRunStep(stepId: string): R;
}

/**
 * `toHaveEnded(status)` and `toHaveRunStep(id)`, whose failures tell what the run has done.
 * @example
 * import { matchers } from "stepwell/test";
 * expect.extend(matchers);
 */
export const matchers: {
  toHaveEnded(run: TestRun, status?: RunStatus): Verdict;
  toHaveRunStep(run: TestRun, stepId: string): Verdict;
} = {
  toHaveEnded: (run, status = "completed") => ({
    pass: run.status === status,
    message: () =>
      run.status === status ? `not to be ${status}: ${describeRun(run)}` : endedMessage(run, status),
  }),
  toHaveRunStep(run, stepId) {
    const pass = run.steps[stepId]?.status === "completed";
    return {
      pass,
      message: () =>
        pass ? `not to have run step "${stepId}": ${describeRun(run)}` : stepMessage(run, stepId),
    };
  },
};
