/**
 * The fake app: speaks the wire like an SDK (wire.md §4–§6). It knows nothing but what the call
 * brings: the event, the memoised results and their order. Two calls of one run share no memory.
 */
import type { Json } from "@stepwell/core";
import {
  errorOf,
  hashOf,
  isRunnable,
  type Leaf,
  type Node,
  type Program,
  usedValue,
  valueOf,
  WAIT_TESTS,
} from "./program.ts";

/** Where the requests go that the server makes for a step. */
export const OUTSIDE = "http://outside.test/";

/** How an app is made; fixed for a function. */
export interface Manners {
  sdk: 3 | 4;
  /** v4 answers with its own setting; v3 with what it is asked for, or 1 (wire.md §4.5). */
  requestVersion: 1 | 2;
  /** A step's last failure comes as StepFailed; otherwise as StepError with attempts used up. */
  saysFailed: boolean;
  /** The app checkpoints when it is offered (wire.md §7); so many finished steps at a time. 0: never. */
  bufferedSteps: number;
  /** Seconds of a `retry-after` header on step errors; null: none. */
  retryAfter: number | null;
}
export interface Call {
  runId: string;
  attempt: number;
  maxAttempts: number;
  /** Asked version: −1, 1 or 2. */
  version: number;
  die: boolean;
  target: string | null;
  steps: Record<string, Json>;
  stack: string[];
  eventAt: number;
  /** The server offers checkpoints: `fn_id` and `qi_id` are there. */
  mayCheckpoint: boolean;
  generation: number;
}
export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string;
}
/** What to do for a call: answer, or run a step's code and then answer with what came of it. */
export type Plan = { reply: Reply } | Execution;
export interface Execution {
  execute: Leaf;
  before: Json;
  /** The step's code throws on this attempt. */
  throws: boolean;
  reply: Reply;
}

type Outcome =
  | { is: "done"; at: number; value: Json }
  | { is: "threw"; at: number; message: string }
  | { is: "pending" };
interface Found {
  leaf: Leaf;
  before: Json;
  race: boolean;
}
interface Pass {
  call: Call;
  place: ReadonlyMap<string, number>;
  found: Found[];
}

/** What an SDK would do with this call. @throws Error when the call is one that makes an SDK hang or do harm */
export function planCall(program: Program, manners: Manners, call: Call): Plan {
  for (const hash of Object.keys(call.steps))
    if (!call.stack.includes(hash))
      throw new Error(`the call of run ${call.runId} would hang: step ${hash} is not in the stack`);
  const place = new Map(call.stack.map((hash, index) => [hash, index]));
  const pass: Pass = { call, place, found: [] };
  const outcome = walk(pass, program.body, null, -1, false);
  const answer = answers(manners, call);
  if (call.target !== null) return targeted(pass, answer, call.target);
  if (outcome.is === "threw") return { reply: answer.error(outcome.message, true) };
  if (outcome.is === "done" && (manners.sdk === 3 || pass.found.length === 0)) {
    const { end } = program;
    if (!throws(end, call.attempt)) return { reply: answer.json(200, outcome.value) };
    const last = manners.sdk === 4 && call.attempt === call.maxAttempts - 1;
    return { reply: answer.error(errorOf("end"), end.fatal || last) };
  }
  const [lone] = pass.found;
  const runs = outcome.is === "pending" && pass.found.length === 1 && !call.die;
  if (lone !== undefined && runs && isRunnable(lone.leaf) && !lone.race) return execution(lone, answer, call);
  return {
    reply: answer.json(
      206,
      pass.found.map((found) => plannedOp(found, call)),
    ),
  };
}

function targeted(pass: Pass, answer: Answers, target: string): Plan {
  const found = pass.found.find(({ leaf }) => hashOf(leaf.id) === target && isRunnable(leaf));
  if (found !== undefined) return execution(found, answer, pass.call);
  return { reply: answer.error(`Could not find step "${target}" to run; timed out.`, false) };
}

/** Runs the code as far as the memoised results carry, noting the steps it comes to that have none. */
function walk(pass: Pass, node: Node, before: Json, at: number, race: boolean): Outcome {
  if ("id" in node) return walkLeaf(pass, node, before, at, race);
  switch (node.do) {
    case "seq": {
      let value = before;
      let reachedAt = at;
      for (const part of node.of) {
        const outcome = walk(pass, part, value, reachedAt, race);
        if (outcome.is !== "done") return outcome;
        value = outcome.value;
        reachedAt = outcome.at;
      }
      return { is: "done", at: reachedAt, value };
    }
    case "all": {
      const parts = node.of.map((part) => walk(pass, part, before, at, race));
      const threw = parts.filter((part) => part.is === "threw").sort((a, b) => a.at - b.at)[0];
      if (threw !== undefined) return threw;
      const done = parts.filter((part) => part.is === "done");
      if (done.length < parts.length) return { is: "pending" };
      return {
        is: "done",
        at: Math.max(...done.map((part) => part.at)),
        value: done.map((part) => part.value),
      };
    }
    case "race": {
      const parts = node.of.map((part) => walk(pass, part, before, at, race || node.hint));
      return (
        parts.filter((part) => part.is !== "pending").sort((a, b) => a.at - b.at)[0] ?? { is: "pending" }
      );
    }
    case "try": {
      const outcome = walk(pass, node.of, before, at, race);
      if (outcome.is !== "threw") return outcome;
      return { is: "done", at: outcome.at, value: `caught ${outcome.message}` };
    }
  }
}

function walkLeaf(pass: Pass, leaf: Leaf, before: Json, at: number, race: boolean): Outcome {
  const hash = hashOf(leaf.id);
  if (!Object.hasOwn(pass.call.steps, hash)) {
    pass.found.push({ leaf, before, race });
    return { is: "pending" };
  }
  const place = Math.max(at, pass.place.get(hash) ?? -1);
  const memo = pass.call.steps[hash] as { data?: Json; error?: { message: string } } | null;
  if (memo?.error !== undefined) return { is: "threw", at: place, message: memo.error.message };
  return { is: "done", at: place, value: usedValue(leaf, before, memo?.data ?? null) };
}

function execution({ leaf, before }: Found, answer: Answers, call: Call): Plan {
  const isFailing = leaf.do === "run" && throws(leaf, call.attempt);
  const reply = isFailing ? answer.stepError(leaf, leaf.fatal) : answer.json(206, [doneOp(leaf, before)]);
  return { execute: leaf, before, throws: isFailing, reply };
}

/** A finished step as an op. */
export function doneOp(leaf: Leaf, before: Json): Record<string, Json> {
  return { ...opOf(leaf), op: "StepRun", data: valueOf(leaf.id, before) };
}

/** A fatal one throws whatever the attempt is: a lost call before it must not make it succeed. */
function throws({ fails, fatal }: { fails: number; fatal: boolean }, attempt: number): boolean {
  return attempt < fails || (fatal && fails > 0);
}

function opOf(leaf: Leaf): Record<string, Json> {
  return { id: hashOf(leaf.id), name: leaf.id, displayName: leaf.id, opts: {}, userland: { id: leaf.id } };
}

function plannedOp({ leaf, race }: Found, call: Call): Record<string, Json> {
  const mode: Record<string, Json> = race ? { parallelMode: "race" } : {};
  const op: Record<string, Json> = { ...opOf(leaf), opts: mode, data: null };
  if (leaf.do === "sleep") return { ...op, op: "Sleep", name: `${leaf.seconds}s` };
  if (leaf.do === "sleepUntil")
    return { ...op, op: "Sleep", name: new Date(call.eventAt + leaf.seconds * 1000).toISOString() };
  if (leaf.do === "wait") {
    const { source } = WAIT_TESTS[leaf.test];
    const opts = { ...mode, timeout: `${leaf.seconds}s`, ...(source === null ? {} : { if: source }) };
    return { ...op, op: "WaitForEvent", name: leaf.event, opts };
  }
  if (leaf.do === "fetch") {
    const url = `${OUTSIDE}${call.runId}/${leaf.id}?status=${leaf.status}`;
    return { ...op, op: "Gateway", opts: { ...mode, url, method: "POST", headers: {}, body: "{}" } };
  }
  if (leaf.do === "signal") {
    const opts = {
      ...mode,
      signal: leaf.signal,
      timeout: `${leaf.seconds}s`,
      ...(leaf.replace ? { conflict: "replace" } : {}),
    };
    return { ...op, op: "WaitForSignal", name: leaf.signal, opts };
  }
  if (leaf.do === "invoke") {
    const timeout = leaf.seconds === null ? {} : { timeout: `${leaf.seconds}s` };
    return {
      ...op,
      op: "InvokeFunction",
      opts: { ...mode, function_id: leaf.slug, payload: { data: { k: 1 } }, ...timeout },
    };
  }
  return { ...op, op: "StepPlanned" };
}

export interface Answers {
  json(status: number, body: Json, headers?: Record<string, string>): Reply;
  error(message: string, noRetry: boolean): Reply;
  stepError(leaf: Leaf, fatal: boolean): Reply;
}

export function answers(manners: Manners, call: Call): Answers {
  const asked = call.version === 1 || call.version === 2 ? call.version : manners.requestVersion;
  const base = {
    "content-type": "application/json",
    "x-inngest-sdk": `inngest-js:v${manners.sdk}.0.0`,
    "x-inngest-req-version": String(manners.sdk === 4 ? manners.requestVersion : asked),
  };
  const json: Answers["json"] = (status, body, headers = {}) => ({
    status,
    headers: { ...base, "x-inngest-no-retry": "false", ...headers },
    body: JSON.stringify(body),
  });
  return {
    json,
    error: (message, noRetry) =>
      json(noRetry ? 400 : 500, errorJson(message), { "x-inngest-no-retry": String(noRetry) }),
    stepError(leaf, fatal) {
      const last = fatal || call.attempt === call.maxAttempts - 1;
      const failed = last && manners.saysFailed;
      const op = {
        ...opOf(leaf),
        op: failed ? "StepFailed" : "StepError",
        error: errorJson(errorOf(leaf.id)),
        data: null,
      };
      const headers: Record<string, string> = { "x-inngest-no-retry": String(fatal || failed) };
      if (manners.retryAfter !== null && !last) headers["retry-after"] = String(manners.retryAfter);
      return json(206, [op], headers);
    },
  };
}

function errorJson(message: string): Json {
  return { name: "Error", message, stack: `Error: ${message}`, __serialized: true };
}
