/** Runs: the list, one run, and what can be done to it. */
import type { Trace } from "../v2.ts";
import type { WaitingReason } from "../waiting.ts";
import type { AppName, Count, FunctionName } from "./answer.ts";

export const runStatusWords = ["queued", "running", "completed", "failed", "cancelled", "skipped"] as const;
export type RunStatusWord = (typeof runStatusWords)[number];

export interface RunsQuery {
  /** The filter as people write it (`filter.ts`). */
  q?: string;
  cursor?: string;
  /** 1 to 200; default 50. */
  limit?: number;
}

/** A line of the run list. */
export interface RunLine {
  id: string;
  status: RunStatusWord;
  function: FunctionName;
  app: AppName;
  /** The event's name, or `cron`. */
  trigger: string;
  /** The expression, of a run of a schedule. */
  cron: string | null;
  /** How many events started it. */
  events: number;
  queuedAt: string;
  startedAt: string | null;
  endedAt: string | null;
  /** From queued to started; null: not yet. */
  queueMs: number | null;
  /** From started to ended; null: not yet. */
  durationMs: number | null;
  /** The run that this one repeats. */
  originalRunId: string | null;
  /** First line of what it failed with; null: it has not. */
  error: string | null;
  /**
   * First thing that it waits for, in words, or why it was skipped; null: neither. A list asks for the first 50 that have not
   * ended, and stops sooner where that takes long: null of the others.
   */
  waits: string | null;
}

/** One run with everything but its steps. */
export interface RunView extends RunLine {
  functionVersion: number;
  /** The configuration as it is now, in words; null: the function is gone. */
  config: ConfigLine[] | null;
  /** The function takes part in nothing new. */
  archived: boolean;
  eventList: RunEvent[];
  /** The returned value, when it completed. */
  output?: unknown;
  /** What it failed with. */
  failure: RunFailure | null;
  /** The run whose step invoked this one. */
  parent: RelatedRun | null;
  /** Runs that its steps invoked, at most 100, oldest first. */
  children: RelatedRun[];
  /** Runs that repeat this one, at most 20, newest first. */
  reruns: RelatedRun[];
  original: RelatedRun | null;
  /** Of a skipped run: why, in words, and the run in its place. */
  skip: { reason: string; existingRunId: string | null } | null;
  /** What can be done with it now; the words are shown where it cannot. */
  can: { cancel: true | string; rerun: true | string };
}

export interface RunEvent {
  id: string;
  name: string;
  at: string;
  /** The event as the function gets it; null where `cut`. */
  payload: unknown;
  /** Of the payload as JSON text. */
  bytes: number;
  /** Left out: all events of the run together have more than 4 MB. The event's own page has it. */
  cut: boolean;
}

export interface RunFailure {
  name: string;
  message: string;
  stack: string | null;
  cause: RunFailure | null;
  /** The step whose failure ended the run: id of its span; null: code outside of steps. */
  spanId: string | null;
}

export interface RelatedRun {
  id: string;
  function: FunctionName;
  status: RunStatusWord;
  queuedAt: string;
  endedAt: string | null;
}

/** One rule of a function in words. */
export interface ConfigLine {
  /** `triggers`, `retries`, `concurrency`, `throttle` and so on: the SDK's own names. */
  option: string;
  text: string;
}

/** Inputs and outputs are whole, up to 4 MB in all. */
export interface RunTrace extends Trace {
  /** Spans whose input and output were left out; `?span=<id>` gets those of one, and of no other. */
  cut: string[];
}
export interface RunTraceQuery {
  span?: string;
}
export type RunWhy = WaitingReason[];

export interface RerunBody {
  /** Begin with this step; absent: from the start. */
  fromStep?: {
    /** As the user named it. */
    stepId: string;
    /** Other arguments for the step. */
    input?: unknown[];
  };
}

export interface RunsCount extends Count {
  /** Counted within the newest this many runs only, because the filter looks into payloads; null: all. */
  within: number | null;
}
