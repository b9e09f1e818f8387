/**
 * The heart: what can happen to a run, and what follows from it. One pure function; each input
 * ends in one commit. Parallel groups obey the numbered rules of wire.md §6.3 (`progress.ts`).
 */
import type { Moment } from "../model/moment.ts";
import type { Answer, Op, RetryAdvice, RunInput } from "../model/op.ts";
import type { CallSpec, LeaseRow, WakeRow } from "../model/queue.ts";
import type { ErrorJson, RunState } from "../model/run.ts";
import { beginEffects, deadlinePassed } from "./deadlines.ts";
import type { About, Draft, Effect, SeenRun } from "./effects.ts";
import { endRun, errorJson, failRun } from "./lifecycle.ts";
import { applyOp, opRank } from "./opcodes/index.ts";
import { openOp } from "./opcodes/open.ts";
import { triedFrom } from "./opcodes/step.ts";
import { overflow, proceed, stateOverflow } from "./progress.ts";
import { childEnded, childRefused, fetched, matched, signalled, sleepEnded, timedOut } from "./resolve.ts";
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
  const draft: Draft = { seen, state: copyOf(seen.state), effects: [], ended: false };
  apply(draft, input, about, moment);
  return { effects: draft.effects, state: draft.ended ? null : draft.state };
}

/** Open ops are replaced, never changed in place, so that this need not go deeper. */
function copyOf(state: RunState): RunState {
  return { ...state, open: { ...state.open } };
}

/** The first request begins: the run is running from here on (semantics §1.5). */
export function begin(seen: SeenRun, about: Pick<About, "timeouts">, moment: Moment): Effect[] {
  return beginEffects(seen, about.timeouts, moment);
}

function apply(draft: Draft, input: RunInput, about: About, moment: Moment): void {
  const { lease } = about;
  switch (input.is) {
    case "answered":
      if (lease !== null) answered(draft, input.answer, counted(draft, lease), about, moment);
      return;
    case "checkpointed":
      if (lease !== null) checkpointed(draft, input.ops, counted(draft, lease), about, moment);
      return;
    case "lost":
      if (lease !== null) lost(draft, counted(draft, lease));
      return;
    case "cancelled":
      return endRun(draft, "cancelled", { name: "Cancelled", message: input.cause }, about, moment);
    case "matched":
      return matched(draft, input.step, input.eventId, input.event, about, moment);
    case "signalled":
      return signalled(draft, input.step, input.signal, input.data, about, moment);
    case "woke":
    case "childEnded":
    case "fetched":
      return woke(draft, input, about, moment);
    default:
      input satisfies never;
  }
}

/** Steps that a call has stored by checkpoints are behind it: its attempts count for the next one (wire.md §7.5). */
function counted(draft: Draft, lease: LeaseRow): LeaseRow {
  return draft.state.checkpointed === lease.id ? { ...lease, call: { ...lease.call, attempt: 0 } } : lease;
}

function answered(draft: Draft, answer: Answer, lease: LeaseRow, about: About, moment: Moment): void {
  const { state } = draft;
  draft.effects.push(...begin(draft.seen, about, moment));
  if (answer.requestVersion !== null) state.requestVersion = answer.requestVersion;
  if (lease.call.target === null) state.discovering = false;
  if (answer.is === "returned") endRun(draft, "completed", answer.output, about, moment);
  else if (answer.is === "broke") requestFailed(draft, answer.error, answer.retry, lease, about, moment);
  else planned(draft, answer.ops, answer.retry, lease, about, moment);
}

/** The call goes on: what it has finished is stored, and nothing is scheduled for it (wire.md §7.2). */
function checkpointed(draft: Draft, ops: Op[], lease: LeaseRow, about: About, moment: Moment): void {
  draft.effects.push(...begin(draft.seen, about, moment));
  const before = draft.state.stored;
  for (const op of ops) {
    if (draft.ended) return;
    if (op.op === "StepRun" || op.op === "unsupported") applyOp(draft, op, lease, about, moment);
  }
  if (draft.ended || draft.state.stored === before) return;
  draft.state.checkpointed = lease.id;
  if (draft.state.bytes > about.maxStateBytes) stateOverflow(draft, about, moment);
  else if (draft.state.stored > about.maxSteps) overflow(draft, about.maxSteps, about, moment);
}

/** The request itself failed: the same one again, or the run fails (semantics §2.3). */
function requestFailed(
  draft: Draft,
  error: ErrorJson,
  retry: RetryAdvice,
  lease: LeaseRow,
  about: About,
  moment: Moment,
): void {
  const { call, at: startedAt } = lease;
  const again = mayRetry(call, retry, about);
  draft.effects.push({
    do: "note",
    kind: "request.failed",
    step: call.target,
    data: { attempt: call.attempt, final: !again, error: errorJson(error), startedAt },
  });
  if (again) tryAgain(draft, call, retry, about, moment);
  else failRun(draft, error, about, moment);
}

function planned(
  draft: Draft,
  ops: Op[],
  retry: RetryAdvice,
  lease: LeaseRow,
  about: About,
  moment: Moment,
): void {
  const { state } = draft;
  const { call } = lease;
  if (ops.length > 1000) return overflow(draft, 1000, about, moment);
  const progress = { stored: 0, opened: 0, rediscover: false, fromTarget: call.target !== null };
  let retried = false;
  for (const op of [...ops].sort((a, b) => opRank(a) - opRank(b))) {
    if (draft.ended) return;
    if (op.op === "StepError" && mayRetry(call, retry, about)) {
      const data = {
        attempt: call.attempt,
        name: op.displayName,
        error: errorJson(op.error),
        startedAt: triedFrom(op, lease, moment),
      };
      draft.effects.push({ do: "note", kind: "step.retrying", step: op.id, data });
      // Several may fail in one answer: the request is the same one, so it is made again once (rule 7).
      if (!retried) tryAgain(draft, call, retry, about, moment);
      retried = true;
      continue;
    }
    const outcome = applyOp(draft, op, lease, about, moment);
    if (outcome === "stored") progress.stored += 1;
    if (outcome === "opened") progress.opened += 1;
    if (outcome === "rediscover") progress.rediscover = true;
  }
  if (draft.ended) return;
  if (state.bytes > about.maxStateBytes) return stateOverflow(draft, about, moment);
  if (progress.opened > 0 && state.stored >= about.maxSteps)
    return overflow(draft, about.maxSteps, about, moment);
  if (retried) return;
  if (call.target !== null && openOp(draft, call.target) !== undefined)
    return requestFailed(draft, withoutResult(call.target), { is: "default" }, lease, about, moment);
  proceed(draft, progress, about, moment);
}

type WakeInput = Extract<RunInput, { is: "woke" | "childEnded" | "fetched" }>;

/** A later wake fires once: whoever finds it gone does nothing. */
function woke(draft: Draft, input: WakeInput, about: About, moment: Moment): void {
  const wake = draft.seen.wakes.find(({ id }) => id === input.wakeId);
  if (wake === undefined || wake.lane !== null) return;
  draft.effects.push({ do: "dropWake", wakeId: wake.id });
  if (input.is === "childEnded") return childEnded(draft, input.step, input.child, about, moment);
  if (input.is === "fetched") return fetched(draft, input.step, input.attempt, input.fetched, about, moment);
  const { job } = wake;
  if (job.kind === "later-call") queueCall(draft, wake, job.call);
  if (job.kind === "sleep") sleepEnded(draft, job.step, about, moment);
  if (job.kind === "child-refused") childRefused(draft, job.step, job.message, about, moment);
  if (job.kind === "timeout") timedOut(draft, job.step, about, moment);
  if (job.kind === "deadline") deadlinePassed(draft, job.which, about, moment);
}

function queueCall(draft: Draft, wake: WakeRow, call: CallSpec): void {
  const first = draft.seen.run.status === "queued";
  draft.effects.push({ do: "call", call, dueAt: null, score: first ? draft.state.score : wake.dueAt });
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

function withoutResult(step: string): ErrorJson {
  return {
    name: "StepWithoutResult",
    message: `the app was asked to run step ${step} and answered without its result`,
  };
}
