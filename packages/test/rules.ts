/** What a test has said of steps: which are mocked, which attempts of which fail, and how long they take. */
import { type DurationMs, type Json, parseDuration } from "@stepwell/core";
import type { AppCall } from "./app-call.ts";
import type { Held } from "./held.ts";
import { WorldError } from "./world-error.ts";

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

/** To whom a rule applies, and how long the step takes. */
export interface MockOptions {
  /** Only in this function. Default: in all. */
  in?: string;
  /**
   * How long the step is at work in the world's time, as `10m` or in milliseconds, up to 2 h. Meanwhile it
   * holds its slot of a concurrency limit, and timeouts can strike. Default 0.
   */
  takes?: string | DurationMs;
}
/** Which attempts fail, and with what. */
export interface FailOptions extends MockOptions {
  /** Only this attempt, from 0. Default: every attempt. */
  attempt?: number;
  /** What the step fails with. Default: an error that says it was asked for. */
  error?: Error | string;
}

type Outcome = { data: Json } | { error: unknown };

/** The mocks and failures of one world; the latest rule for a step wins, a failure before a mock. */
export interface Rules {
  mock(stepId: string, mock: Mock, options: MockOptions): void;
  fail(stepId: string, options: FailOptions): void;
  /** Anything said at all: then steps must be planned before they run. */
  any(): boolean;
  /** True when this step has a mock or a failure, perhaps of another attempt. */
  knows(call: AppCall, ids: readonly string[]): boolean;
  /** What becomes of this attempt; null: the step's own code decides. */
  outcome(call: AppCall, ids: readonly string[], attempt: number, input: Json[]): Promise<Outcome> | null;
  /** The ids in rules of which no step has come so far. */
  unused(): string[];
}

interface Rule {
  stepId: string;
  inFunction: string | undefined;
  takesMs: DurationMs;
  /** A step of this id has come. */
  seen: boolean;
  /** Of a failure: the attempt that fails; undefined: each one. */
  attempt: number | undefined;
  result: (step: MockedStep) => Promise<Outcome>;
}

/** No call takes longer: the engine gives up then. */
const LONGEST_MS = 2 * 3_600_000;

/** @param held holds back what takes its time */
export function createRules(held: Held): Rules {
  const mocks: Rule[] = [];
  const failures: Rule[] = [];
  const fits = (call: AppCall, ids: readonly string[], { stepId, inFunction }: Rule): boolean =>
    ids.includes(stepId) && (inFunction === undefined || inFunction === call.functionId);
  return {
    mock(stepId, mock, options) {
      const result = (step: MockedStep): Promise<Outcome> => resultOf(mock, step);
      mocks.unshift({ ...common(stepId, options), attempt: undefined, result });
    },
    fail(stepId, options) {
      const result = async ({ attempt }: MockedStep): Promise<Outcome> => ({
        error: errorOf(options.error, attempt),
      });
      failures.unshift({ ...common(stepId, options), attempt: options.attempt, result });
    },
    any: () => mocks.length > 0 || failures.length > 0,
    knows: (call, ids) => [...mocks, ...failures].some((rule) => fits(call, ids, rule)),
    outcome(call, ids, attempt, input) {
      const fitting = [...failures, ...mocks].filter((rule) => fits(call, ids, rule));
      for (const rule of fitting) rule.seen = true;
      const rule = fitting.find((one) => one.attempt === undefined || one.attempt === attempt);
      if (rule === undefined) return null;
      const { runId, functionId } = call;
      return inTime(rule.result({ id: ids[0] ?? "", input, attempt, runId, functionId }), rule.takesMs, held);
    },
    unused: () => [
      ...new Set([...failures, ...mocks].filter(({ seen }) => !seen).map(({ stepId }) => stepId)),
    ],
  };
}

function common(
  stepId: string,
  options: MockOptions,
): Pick<Rule, "stepId" | "inFunction" | "takesMs" | "seen"> {
  return { stepId, inFunction: options.in, takesMs: takesOf(options.takes ?? 0), seen: false };
}

function takesOf(takes: string | DurationMs): DurationMs {
  const ms = typeof takes === "number" ? takes : (parseDuration(takes) ?? Number.NaN);
  if (ms >= 0 && ms <= LONGEST_MS) return ms;
  throw new WorldError(
    `takes is how long a step is at work, from 0 to 2 h: a duration such as "10m" or milliseconds, not ${typeof takes === "string" ? JSON.stringify(takes) : takes}. What lasts longer is a sleep or a wait.`,
  );
}

async function inTime(result: Promise<Outcome>, takesMs: DurationMs, held: Held): Promise<Outcome> {
  const outcome = await result;
  if (takesMs > 0) await held.back(takesMs);
  return outcome;
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
