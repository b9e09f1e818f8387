/** Matchers for Vitest: importing this module is enough, in a test or in a set-up file. */
import type { RunStatus } from "@stepwell/core";
import { expect } from "vitest";
import { describeRun, endedMessage, stepMessage } from "./assertions.ts";
import type { TestRun } from "./run-view.ts";

interface Verdict {
  pass: boolean;
  message: () => string;
}
interface RunMatchers<R> {
  /** The run has this status. */
  toHaveEnded(status?: RunStatus): R;
  /** The step has completed in this run. */
  toHaveRunStep(stepId: string): R;
}

// The parameters are those that Vitest 5 gives its own interface.
declare module "vitest" {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown>
    extends RunMatchers<R> {}
}

/** The matchers themselves, for `expect.extend` of another runner. */
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

expect.extend(matchers);
