/**
 * What ends an open op from outside a call: a timer, an awaited event, a signal, the end of a child, an
 * answer to the server's own request. Each finds the op open or does nothing: the first one wins (semantics §7.3).
 */
import type { StepHash } from "../model/ids.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { Moment } from "../model/moment.ts";
import type { ChildEnd, Fetched } from "../model/op.ts";
import type { OpenOp } from "../model/run.ts";
import type { About, Draft } from "./effects.ts";
import { errorJson } from "./lifecycle.ts";
import { openOp } from "./opcodes/open.ts";
import { storeStep } from "./opcodes/step.ts";
import { proceedFromWake, stateOverflow } from "./progress.ts";
import { retryAt } from "./retry.ts";

/** A sleep ends. */
export function sleepEnded(draft: Draft, step: StepHash, about: About, moment: Moment): void {
  finish(draft, step, ["Sleep"], { result: null }, about, moment);
}

/** A wait ends without an answer: null, but an invoke fails (semantics §7.1, §7.5). */
export function timedOut(draft: Draft, step: StepHash, about: About, moment: Moment): void {
  const open = openOp(draft, step);
  if (open === undefined) return;
  draft.effects.push({ do: "note", kind: "step.timedOut", step, data: {} });
  if (open.op !== "InvokeFunction")
    return finish(draft, step, ["WaitForEvent", "WaitForSignal"], { result: null }, about, moment);
  const message = `timed out waiting for the invoked function ${open.name} to complete`;
  const error = { name: "InngestInvokeTimeoutError", message };
  finish(draft, step, ["InvokeFunction"], { error }, about, moment);
}

export function matched(
  draft: Draft,
  step: StepHash,
  eventId: string,
  event: JsonObject,
  about: About,
  moment: Moment,
): void {
  if (openOp(draft, step)?.op !== "WaitForEvent") return;
  draft.effects.push({ do: "note", kind: "step.matched", step, data: { eventId } });
  finish(draft, step, ["WaitForEvent"], { result: { type: "data", data: event } }, about, moment);
}

export function signalled(
  draft: Draft,
  step: StepHash,
  signal: string,
  data: Json,
  about: About,
  moment: Moment,
): void {
  const open = openOp(draft, step);
  if (open?.op !== "WaitForSignal" || open.name !== signal) return;
  draft.effects.push({ do: "note", kind: "step.matched", step, data: { signal } });
  const result = { type: "data", data: { signal, data } };
  finish(draft, step, ["WaitForSignal"], { result }, about, moment);
}

/** The child's result is the step's; its failure or its cancellation is the step's failure, and is not retried. */
export function childEnded(
  draft: Draft,
  step: StepHash,
  child: ChildEnd,
  about: About,
  moment: Moment,
): void {
  if (openOp(draft, step)?.op !== "InvokeFunction") return;
  const { runId, eventId } = child;
  draft.effects.push({ do: "note", kind: "step.returned", step, data: { runId, eventId } });
  finish(draft, step, ["InvokeFunction"], childOutcome(child), about, moment);
}

/** The invoked function does not start for this step: rate limited, paused, or merged away (semantics §6.4). */
export function childRefused(
  draft: Draft,
  step: StepHash,
  message: string,
  about: About,
  moment: Moment,
): void {
  finish(draft, step, ["InvokeFunction"], { error: { name: "InvokeRefused", message } }, about, moment);
}

function childOutcome({ status, output, runId }: ChildEnd): Finish {
  const stored = (output ?? {}) as JsonObject;
  if (status === "completed") return { result: { type: "data", data: stored.data ?? null } };
  if (status === "failed" && stored.error !== undefined) return { error: stored.error };
  return { error: { name: "InvokedFunctionCancelled", message: `the invoked run ${runId} was cancelled` } };
}

/** A request that broke is made again by the retry table, as often as the function may (semantics §7.7). */
export function fetched(
  draft: Draft,
  step: StepHash,
  attempt: number,
  outcome: Fetched,
  about: About,
  moment: Moment,
): void {
  const open = openOp(draft, step);
  if (open?.op !== "Gateway" && open?.op !== "AIGateway") return;
  if ("error" in outcome && outcome.retry.is !== "never" && attempt + 1 < about.maxAttempts) {
    const { retry: advice, error } = outcome;
    const data = { attempt, name: open.displayName, error: errorJson(error) };
    draft.effects.push({ do: "note", kind: "step.retrying", step, data });
    const roll = moment.roll();
    const dueAt = retryAt({ attempt, advice, now: moment.now, roll, constantMs: about.retryIntervalMs });
    const job = { kind: "fetch" as const, step, attempt: attempt + 1 };
    draft.effects.push({ do: "later", job, dueAt });
    return;
  }
  const result: Finish =
    "data" in outcome
      ? { result: { type: "data", data: outcome.data } }
      : { error: errorJson(outcome.error) };
  finish(draft, step, ["Gateway", "AIGateway"], result, about, moment, attempt + 1);
}

type Finish = { result: Json } | { error: Json };

/** Stores the result of an open op and goes on. */
function finish(
  draft: Draft,
  step: StepHash,
  kinds: OpenOp["op"][],
  outcome: Finish,
  about: About,
  moment: Moment,
  attempts = 1,
): void {
  const open = openOp(draft, step);
  if (open === undefined || !kinds.includes(open.op)) return;
  const what = { op: open.op, name: open.displayName, userland: open.userland };
  const result = "error" in outcome ? { type: "error", error: outcome.error } : outcome.result;
  const status = "error" in outcome ? "failed" : "completed";
  storeStep(draft, step, what, result, status, attempts, moment);
  if (draft.state.bytes > about.maxStateBytes) stateOverflow(draft, about, moment);
  else proceedFromWake(draft, about, moment);
}
