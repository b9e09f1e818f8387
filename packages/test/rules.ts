/** What a test has said of steps: which are mocked, and which attempts of which fail. */
import type { Json } from "@stepwell/core";
import type { AppCall } from "./app-call.ts";

/** What a mock is told of the step that it stands for. */
export interface MockedStep {
  /** The step's id, `id:1` for the second use of an id. */
  id: string;
  /** The arguments of `step.run(id, fn, ...input)`. */
  input: Json[];
  /** From 0. */
  attempt: number;
  runId: string;
  /** Id of the function. */
  functionId: string;
}

/** A result, or what makes one; what it throws fails the step. */
export type Mock = Json | ((step: MockedStep) => unknown);

export interface FailOptions {
  /** Only this attempt, from 0. Default: every attempt. */
  attempt?: number;
  /** What the step fails with. Default: an error that says it was asked for. */
  error?: Error | string;
  /** Only in this function. Default: in all. */
  in?: string;
}
export interface MockOptions {
  /** Only in this function. Default: in all. */
  in?: string;
}

type Outcome = { data: Json } | { error: unknown };

/** The mocks and failures of one world; the latest rule for a step wins. */
export interface Rules {
  mock(stepId: string, mock: Mock, options: MockOptions): void;
  fail(stepId: string, options: FailOptions): void;
  /** Anything said at all: then steps must be planned before they run. */
  any(): boolean;
  /** True when this step has a mock or a failure, perhaps of another attempt. */
  knows(call: AppCall, ids: readonly string[]): boolean;
  /** What becomes of this attempt; null: the step's own code decides. */
  outcome(call: AppCall, ids: readonly string[], attempt: number, input: Json[]): Promise<Outcome> | null;
}

export function createRules(): Rules {
  const mocks: { stepId: string; mock: Mock; options: MockOptions }[] = [];
  const failures: { stepId: string; options: FailOptions }[] = [];
  const fits = (
    call: AppCall,
    ids: readonly string[],
    rule: { stepId: string; options: MockOptions },
  ): boolean =>
    ids.includes(rule.stepId) && (rule.options.in === undefined || rule.options.in === call.functionId);
  return {
    mock(stepId, mock, options) {
      mocks.unshift({ stepId, mock, options });
    },
    fail(stepId, options) {
      failures.unshift({ stepId, options });
    },
    any: () => mocks.length > 0 || failures.length > 0,
    knows: (call, ids) => [...mocks, ...failures].some((rule) => fits(call, ids, rule)),
    outcome(call, ids, attempt, input) {
      const failure = failures.find(
        (rule) =>
          fits(call, ids, rule) && (rule.options.attempt === undefined || rule.options.attempt === attempt),
      );
      if (failure !== undefined) return Promise.resolve({ error: errorOf(failure.options.error, attempt) });
      const found = mocks.find((rule) => fits(call, ids, rule));
      if (found === undefined) return null;
      const { runId, functionId } = call;
      return resultOf(found.mock, { id: ids[0] ?? "", input, attempt, runId, functionId });
    },
  };
}

async function resultOf(mock: Mock, step: MockedStep): Promise<Outcome> {
  if (typeof mock !== "function") return { data: plain(mock) };
  try {
    return { data: plain(await mock(step)) };
  } catch (error) {
    return { error };
  }
}

/** As a result comes back from the store: JSON, nothing else. */
function plain(value: unknown): Json {
  const text = JSON.stringify(value);
  return text === undefined ? null : (JSON.parse(text) as Json);
}

function errorOf(error: Error | string | undefined, attempt: number): unknown {
  if (error === undefined) return new Error(`failed by the test (attempt ${attempt})`);
  return typeof error === "string" ? new Error(error) : error;
}
