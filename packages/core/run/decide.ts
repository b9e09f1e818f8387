/**
 * The heart: what can happen to a run, and what follows from it. One pure function; each input
 * ends in one commit. Parallel groups obey the numbered rules of wire.md §6.3.
 */
import type { StepHash } from "../model/ids.ts";
import type { Moment } from "../model/moment.ts";
import type { Answer, Op, RetryAdvice, RunInput } from "../model/op.ts";
import type { CallSpec, LeaseRow } from "../model/queue.ts";
import type { ErrorJson, RunState } from "../model/run.ts";
import type { About, Draft, Effect, SeenRun } from "./effects.ts";
import { endRun, errorJson, failRun, platformError } from "./lifecycle.ts";
import { applyOp, opRank, storeStep } from "./opcodes/index.ts";
import { retryAt } from "./retry.ts";

export interface RunDecision {
  effects: Effect[];
  /** What the run's state becomes; null: it has ended (or had before: then there are no effects). */
  state: RunState | null;
}

/**
 * Decides about one run.
 * @param seen the run's rows, locked by the commit
 * @param input what happened
 * @param about configuration and limits of the latest sync
 * @returns effects in order; none when the run has ended already (L-10)
 */
export function decide(seen: SeenRun, input: RunInput, about: About, moment: Moment): RunDecision {
  if (seen.state === null) return { effects: [], state: null };
  const draft: Draft = { seen, state: structuredClone(seen.state), effects: [], ended: false };
  switch (input.is) {
    case "answered":
      if (about.lease !== null) answered(draft, input.answer, input.bytes, about.lease, about, moment);
      break;
    case "woke":
      woke(draft, input.wakeId, about, moment);
      break;
    case "cancelled":
      endRun(draft, "cancelled", { name: "Cancelled", message: input.cause }, about, moment);
      break;
    case "lost":
      if (about.lease !== null) lost(draft, about.lease);
      break;
    default:
      input satisfies never;
  }
  return { effects: draft.effects, state: draft.ended ? null : draft.state };
}

/** The first request begins: the run is running from here on (semantics §1.5). */
export function begin(seen: SeenRun): Effect[] {
  return seen.run.status === "queued" ? [{ do: "start" }] : [];
}

function answered(
  draft: Draft,
  answer: Answer,
  bytes: number,
  lease: LeaseRow,
  about: About,
  moment: Moment,
): void {
  const { state } = draft;
  if (draft.seen.run.status === "queued") draft.effects.push({ do: "start" });
  if (answer.requestVersion !== null) state.requestVersion = answer.requestVersion;
  if (lease.call.target === null) state.discovering = false;
  if (answer.is === "returned") endRun(draft, "completed", answer.output, about, moment);
  else if (answer.is === "broke") requestFailed(draft, answer.error, answer.retry, lease.call, about, moment);
  else planned(draft, answer.ops, answer.retry, bytes, lease, about, moment);
}

/** The request itself failed: the same one again, or the run fails (semantics §2.3). */
function requestFailed(
  draft: Draft,
  error: ErrorJson,
  retry: RetryAdvice,
  call: CallSpec,
  about: About,
  moment: Moment,
): void {
  const again = mayRetry(call, retry, about);
  draft.effects.push({
    do: "note",
    kind: "request.failed",
    step: call.target,
    data: { attempt: call.attempt, final: !again, error: errorJson(error) },
  });
  if (again) tryAgain(draft, call, retry, about, moment);
  else failRun(draft, error, about, moment);
}

function planned(
  draft: Draft,
  ops: Op[],
  retry: RetryAdvice,
  bytes: number,
  lease: LeaseRow,
  about: About,
  moment: Moment,
): void {
  const { state } = draft;
  const { call } = lease;
  if (ops.length > 1000) return overflow(draft, 1000, about, moment);
  const ordered = [...ops].sort((a, b) => opRank(a) - opRank(b));
  let stored = 0;
  let opened = 0;
  let rediscover = false;
  let retried = false;
  for (const op of ordered) {
    if (draft.ended) return;
    if (op.op === "StepError" && mayRetry(call, retry, about)) {
      draft.effects.push({
        do: "note",
        kind: "step.retrying",
        step: op.id,
        data: { attempt: call.attempt, name: op.displayName, error: errorJson(op.error) },
      });
      tryAgain(draft, call, retry, about, moment);
      retried = true;
      continue;
    }
    const outcome = applyOp(draft, op, lease, about, moment);
    if (outcome === "stored") stored += 1;
    if (outcome === "opened") opened += 1;
    if (outcome === "rediscover") rediscover = true;
  }
  if (draft.ended) return;
  if (stored > 0) state.bytes += bytes;
  if (state.bytes > about.maxStateBytes) return stateOverflow(draft, about, moment);
  if (retried) return;
  if (call.target !== null && state.open[call.target] !== undefined)
    return requestFailed(draft, withoutResult(call.target), { is: "default" }, call, about, moment);
  proceed(draft, { stored, opened, rediscover, fromTarget: call.target !== null }, about, moment);
}

interface Progress {
  stored: number;
  opened: number;
  rediscover: boolean;
  fromTarget: boolean;
}

/** What follows once an answer's ops are applied: a re-entry, or waiting for what is open (rules 2 to 7). */
function proceed(draft: Draft, progress: Progress, about: About, moment: Moment): void {
  const { state } = draft;
  const open = Object.keys(state.open).length;
  if (progress.rediscover) return reenter(draft, false, about, moment);
  if (progress.stored > 0 || progress.fromTarget) {
    if (open === 0) return closeGroup(draft, false, about, moment);
    if (eager(state)) return reenter(draft, false, about, moment);
  } else if (progress.opened === 0 && open === 0) {
    // An empty list is not an end: the server asks again (semantics §1.5), a second later.
    state.discovering = true;
    draft.effects.push({ do: "call", call: discovery(), dueAt: moment.now + 1000, score: state.score });
    return;
  }
  if (state.again) {
    state.again = false;
    reenter(draft, false, about, moment);
  }
}

/** Everything of the group has ended: one re-entry. `plan` when a timer ended a real group (rule 2). */
function closeGroup(draft: Draft, byTimer: boolean, about: About, moment: Moment): void {
  const plan = byTimer && draft.state.group >= 2;
  draft.state.group = 0;
  draft.state.race = false;
  reenter(draft, plan, about, moment);
}

/** Version 1 and races re-enter after each end (rule 3). */
function eager(state: RunState): boolean {
  return state.requestVersion === 1 || state.race;
}

/** Asks for the next discovery; while one is out, it is only remembered (rule 7). */
function reenter(draft: Draft, plan: boolean, about: About, moment: Moment): void {
  const { state } = draft;
  if (state.discovering) {
    state.again = true;
    return;
  }
  state.discovering = true;
  state.again = false;
  state.plan = plan;
  requestCall(draft, discovery(), about, moment);
}

/** Queues a request, unless the run has used up its steps (semantics §2.5). */
function requestCall(draft: Draft, call: CallSpec, about: About, moment: Moment): void {
  if (draft.state.stored >= about.maxSteps) return overflow(draft, about.maxSteps, about, moment);
  draft.effects.push({ do: "call", call, dueAt: null, score: draft.state.score });
}

function woke(draft: Draft, wakeId: string, about: About, moment: Moment): void {
  const { state, seen } = draft;
  const wake = seen.wakes.find((w) => w.id === wakeId);
  if (wake === undefined || wake.lane !== null) return;
  draft.effects.push({ do: "dropWake", wakeId });
  if (wake.job.kind === "later-call") {
    const first = seen.run.status === "queued";
    draft.effects.push({
      do: "call",
      call: wake.job.call,
      dueAt: null,
      score: first ? state.score : wake.dueAt,
    });
  }
  if (wake.job.kind !== "sleep") return;
  const step = wake.job.step;
  const open = state.open[step];
  if (open === undefined) return;
  storeStep(
    draft,
    step,
    { op: "Sleep", name: open.displayName, userland: open.userland },
    null,
    "completed",
    1,
    moment,
  );
  if (Object.keys(state.open).length === 0) return closeGroup(draft, true, about, moment);
  if (eager(state)) reenter(draft, false, about, moment);
}

/** The same call again: nobody knows what came of it, so no attempt is counted (semantics §2.1). */
function lost(draft: Draft, lease: LeaseRow): void {
  const call = { ...lease.call, generation: lease.call.generation + 1 };
  draft.effects.push({ do: "call", call, dueAt: null, score: lease.score });
}

function mayRetry(call: CallSpec, retry: RetryAdvice, about: About): boolean {
  return retry.is !== "never" && call.attempt + 1 < about.maxAttempts;
}

function tryAgain(draft: Draft, call: CallSpec, advice: RetryAdvice, about: About, moment: Moment): void {
  const dueAt = retryAt({
    attempt: call.attempt,
    advice,
    now: moment.now,
    roll: moment.roll(),
    constantMs: about.retryIntervalMs,
  });
  if (call.target === null) draft.state.discovering = true;
  const next = { target: call.target, attempt: call.attempt + 1, generation: call.generation + 1 };
  draft.effects.push({ do: "call", call: next, dueAt, score: dueAt });
}

function discovery(): CallSpec {
  return { target: null, attempt: 0, generation: 1 };
}

function overflow(draft: Draft, limit: number, about: About, moment: Moment): void {
  const message = `the run exceeded the step limit of ${limit} steps`;
  failRun(draft, platformError("InngestErrFunctionOverflowed", message), about, moment);
}

function stateOverflow(draft: Draft, about: About, moment: Moment): void {
  const message = `the run exceeded the state size limit of ${about.maxStateBytes} bytes`;
  failRun(draft, platformError("InngestErrStateOverflowed", message), about, moment);
}

function withoutResult(step: StepHash): ErrorJson {
  return {
    name: "StepWithoutResult",
    message: `the app was asked to run step ${step} and answered without its result`,
  };
}
