/**
 * What must come of a program, from semantics.md alone (§1.2, §2.1–§2.4, §7.1, §7.2, §7.8). The program
 * is played as plain asynchronous JavaScript: each step is a promise, settled in the order in which the
 * server stored the results, so `Promise.all` and `Promise.race` mean what the language says they mean.
 */
import type { Json } from "@stepwell/core";
import {
  type End,
  errorOf,
  hashOf,
  isOutside,
  type Leaf,
  leavesOf,
  type Node,
  type Program,
  usedValue,
  valueOf,
} from "./program.ts";

/** A step as it is stored at the end. */
export interface StoredStep {
  hash: string;
  status: "completed" | "failed";
  /** As a call carries it: `{data}`, `{error}` or null. */
  result: Json;
  queuedAt: number;
  endedAt: number;
}
/** What became of a run. */
export interface Observed {
  status: string;
  /** `{data}` or `{error}`; null: none. */
  output: Json;
  /** In the order in which they were stored. */
  steps: StoredStep[];
  /** How often each step's code ran, by step id. */
  bodies: ReadonlyMap<string, number>;
  /** A call or an answer of the run got lost, came late or came twice. */
  disturbed: boolean;
  /** `ts` of the trigger event. */
  eventAt: number;
  /** Steps that were taken over from the run that is run again (§8.2). */
  copied: ReadonlySet<string>;
  /** What is wrong with a result that the world decided: an event, a signal, a child, or a timeout. */
  outside(leaf: Leaf, step: StoredStep): string[];
}
export interface About {
  /** retries + 1 (§2.1). */
  maxAttempts: number;
  /** SDK v4 answers a resolved function only once all its steps have results (wire.md §6.3). */
  waitsForLosers: boolean;
}

type Result = { is: "value"; value: Json } | { is: "error"; message: string };

/** What a step ends with, whatever the timing: §2.1 counts attempts from 0 to retries. */
function resultOf(leaf: Leaf, before: Json, about: About, stored: Json): Result {
  const { data = null, error } = (stored ?? {}) as { data?: Json; error?: { message: string } };
  if (isOutside(leaf))
    return error === undefined
      ? { is: "value", value: usedValue(leaf, before, data) }
      : { is: "error", message: error.message };
  if (leaf.do === "run") {
    const fatal = leaf.fatal && leaf.fails > 0;
    if (fatal || leaf.fails >= about.maxAttempts) return { is: "error", message: errorOf(leaf.id) };
    return { is: "value", value: valueOf(leaf.id, before) };
  }
  return { is: "value", value: leaf.do === "send" ? valueOf(leaf.id, before) : before };
}

/** How often the code of a step runs when nothing is disturbed: once per attempt. */
function bodiesOf(leaf: Leaf, about: About): number {
  if (leaf.do === "send") return 1;
  if (leaf.do !== "run") return 0;
  if (leaf.fatal && leaf.fails > 0) return 1;
  return Math.min(leaf.fails + 1, about.maxAttempts);
}

interface Reached {
  leaf: Leaf;
  settle(stored: Json): Result;
}
type Settled = { is: "pending" } | { is: "value"; value: Json } | { is: "error"; message: string };

interface Play {
  /** Steps the code has come to and that have no result yet. */
  open: Map<string, Reached>;
  done: Set<string>;
  outcome: Settled;
}

class StepFailure extends Error {}

/** Starts the program; `open` fills as the code comes to its steps. */
function start(program: Program, about: About): Play {
  const play: Play = { open: new Map(), done: new Set(), outcome: { is: "pending" } };
  const step = (leaf: Leaf, before: Json): Promise<Json> =>
    new Promise((resolve, reject) => {
      const settle = (stored: Json): Result => {
        const result = resultOf(leaf, before, about, stored);
        if (result.is === "value") resolve(result.value);
        else reject(new StepFailure(result.message));
        return result;
      };
      play.open.set(hashOf(leaf.id), { leaf, settle });
    });
  const run = async (node: Node, before: Json): Promise<Json> => {
    if ("id" in node) return step(node, before);
    switch (node.do) {
      case "seq": {
        let value = before;
        for (const part of node.of) value = await run(part, value);
        return value;
      }
      case "all":
        return Promise.all(node.of.map((part) => run(part, before)));
      case "race":
        return Promise.race(node.of.map((part) => run(part, before)));
      case "try":
        try {
          return await run(node.of, before);
        } catch (error) {
          return `caught ${(error as Error).message}`;
        }
    }
  };
  run(program.body, null).then(
    (value) => {
      play.outcome = { is: "value", value };
    },
    (error: Error) => {
      play.outcome = { is: "error", message: error.message };
    },
  );
  return play;
}

/** Lets the code run on until it waits for a step again. */
function drained(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function endOf(end: End, value: Json, about: About): Settled {
  if (end.fails > 0 && (end.fatal || end.fails >= about.maxAttempts))
    return { is: "error", message: errorOf("end") };
  return { is: "value", value };
}

/**
 * Compares what became of a run with what the semantics say.
 * @returns what is wrong, in words; empty: engine and model agree
 */
export async function disagreements(program: Program, seen: Observed, about: About): Promise<string[]> {
  if (seen.status === "skipped") return skippedComplaints(seen);
  const wrong: string[] = [];
  const play = start(program, about);
  await drained();
  let over: Settled | null = null;
  for (const step of seen.steps) {
    const reached = play.open.get(step.hash);
    if (reached === undefined) {
      wrong.push(`step ${nameOf(program, step.hash)} was stored before the code could come to it, or twice`);
      continue;
    }
    play.open.delete(step.hash);
    play.done.add(step.hash);
    wrong.push(...stepComplaints(reached.leaf, reached.settle(step.result), step, seen));
    await drained();
    if (over === null && play.outcome.is !== "pending") over = play.outcome;
  }
  const ended = over ?? play.outcome;
  if (seen.status === "cancelled") return wrong;
  // A second waiter for a signal ends its run (§7.4); the world knows whether there was a first one.
  const conflict = [...play.open.values()].some(({ leaf }) => leaf.do === "signal" && !leaf.replace);
  if (seen.status === "failed" && isConflict(seen.output) && conflict) return wrong;
  if (ended.is === "pending")
    return [...wrong, `the run is ${seen.status}, but its code still waits for ${openNames(play)}`];
  if (ended.is === "value" && about.waitsForLosers && play.open.size > 0)
    wrong.push(`the run ended while the losers ${openNames(play)} had no result`);
  wrong.push(...endComplaints(ended.is === "value" ? endOf(program.end, ended.value, about) : ended, seen));
  wrong.push(...bodyComplaints(program, play, seen, about));
  return wrong;
}

/** Never executed (§1.2). */
function skippedComplaints({ steps, bodies, output }: Observed): string[] {
  const isClean = steps.length === 0 && bodies.size === 0 && output === null;
  return isClean ? [] : ["the run was skipped, and something of it was executed"];
}

function isConflict(output: Json): boolean {
  return /signal wait .* already exists/.test(
    (output as { error?: { message?: string } } | null)?.error?.message ?? "",
  );
}

function stepComplaints(leaf: Leaf, result: Result, step: StoredStep, seen: Observed): string[] {
  const wrong: string[] = [];
  if (isOutside(leaf)) wrong.push(...seen.outside(leaf, step));
  const status = result.is === "value" ? "completed" : "failed";
  if (step.status !== status) wrong.push(`step ${leaf.id} is ${step.status}, not ${status}`);
  const stored = step.result as { data?: Json; error?: { message?: string } } | null;
  if (leaf.do === "sleep" || leaf.do === "sleepUntil") {
    if (stored !== null) wrong.push(`the sleep ${leaf.id} has a result: ${JSON.stringify(stored)}`);
    const until =
      leaf.do === "sleep" ? step.queuedAt + leaf.seconds * 1000 : seen.eventAt + leaf.seconds * 1000;
    // Dates are rounded to a second (§7.2).
    const early = until - (leaf.do === "sleep" ? 0 : 1000);
    if (step.endedAt < early) wrong.push(`the sleep ${leaf.id} ended ${early - step.endedAt} ms early`);
  } else if (isOutside(leaf)) return wrong;
  else if (result.is === "value") {
    if (stored?.data !== result.value)
      wrong.push(
        `step ${leaf.id} has the result ${JSON.stringify(stored)}, not ${JSON.stringify(result.value)}`,
      );
  } else if (stored?.error?.message !== result.message)
    wrong.push(`step ${leaf.id} has the error ${JSON.stringify(stored)}, not "${result.message}"`);
  return wrong;
}

function endComplaints(end: Settled, seen: Observed): string[] {
  if (end.is === "pending") return [];
  const status = end.is === "value" ? "completed" : "failed";
  if (seen.status !== status) return [`the run is ${seen.status}, not ${status}`];
  const output = seen.output as { data?: Json; error?: { message?: string } } | null;
  if (end.is === "error")
    return output?.error?.message === end.message
      ? []
      : [`the run's error is ${JSON.stringify(output)}, not "${end.message}"`];
  const got = JSON.stringify(output?.data ?? null);
  const want = JSON.stringify(end.value);
  return got === want ? [] : [`the run's output is ${got}, not ${want}`];
}

function bodyComplaints(program: Program, play: Play, seen: Observed, about: About): string[] {
  const wrong: string[] = [];
  for (const leaf of leavesOf(program.body)) {
    const ran = seen.bodies.get(leaf.id) ?? 0;
    const isDone = play.done.has(hashOf(leaf.id));
    const least = isDone ? bodiesOf(leaf, about) : 0;
    if (seen.copied.has(hashOf(leaf.id))) continue;
    if (ran < Math.min(least, 1)) wrong.push(`step ${leaf.id} has a result, but its code never ran`);
    if (!seen.disturbed && isDone && ran !== least)
      wrong.push(`the code of step ${leaf.id} ran ${ran} times, not ${least}, and nothing was disturbed`);
    if (!isDone && !play.open.has(hashOf(leaf.id)) && ran > 0)
      wrong.push(`the code of step ${leaf.id} ran, though the program never comes to it`);
  }
  return wrong;
}

function openNames(play: Play): string {
  return [...play.open.values()].map(({ leaf }) => leaf.id).join(", ");
}

function nameOf(program: Program, hash: string): string {
  return leavesOf(program.body).find((leaf) => hashOf(leaf.id) === hash)?.id ?? hash;
}
