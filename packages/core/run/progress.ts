/**
 * What follows once something of a run is stored: a re-entry, or waiting for what is still open.
 * The numbered rules are those of wire.md §6.3.
 */
import type { Moment } from "../model/moment.ts";
import type { CallSpec } from "../model/queue.ts";
import type { RunState } from "../model/run.ts";
import type { About, Draft } from "./effects.ts";
import { failRun, platformError } from "./lifecycle.ts";

export interface Progress {
  stored: number;
  opened: number;
  rediscover: boolean;
  fromTarget: boolean;
}

/** After an answer's ops are applied (rules 2 to 7). */
export function proceed(draft: Draft, progress: Progress, about: About, moment: Moment): void {
  const { state } = draft;
  const open = Object.keys(state.open).length;
  if (progress.rediscover) return reenter(draft, false, about, moment);
  if (progress.stored > 0 || progress.fromTarget) {
    if (open === 0) return closeGroup(draft, false, about, moment);
    if (eager(state)) return reenter(draft, false, about, moment);
  } else if (progress.opened === 0 && open === 0 && !state.again) {
    // An empty list is not an end: the server asks again (semantics §1.5), a second later.
    state.discovering = true;
    draft.effects.push({ do: "call", call: discovery(), dueAt: moment.now + 1000, score: state.score });
    return;
  }
  if (state.again) {
    state.again = false;
    reenter(draft, state.plan, about, moment);
  }
}

/** After a timer, a wait, a child or a request of the server's own has ended an open op (rules 2 to 4). */
export function proceedFromWake(draft: Draft, about: About, moment: Moment): void {
  if (Object.keys(draft.state.open).length === 0) closeGroup(draft, true, about, moment);
  else if (eager(draft.state)) reenter(draft, false, about, moment);
}

/** Everything of the group has ended: one re-entry. `plan` when a timer ended a real group (rule 2). */
function closeGroup(draft: Draft, byWake: boolean, about: About, moment: Moment): void {
  const plan = byWake && draft.state.group >= 2;
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
    state.plan ||= plan;
    return;
  }
  state.discovering = true;
  state.again = false;
  state.plan = plan;
  if (state.stored >= about.maxSteps) return overflow(draft, about.maxSteps, about, moment);
  draft.effects.push({ do: "call", call: discovery(), dueAt: null, score: state.score });
}

/** The run has more steps than it may (semantics §2.5). */
export function overflow(draft: Draft, limit: number, about: About, moment: Moment): void {
  const message = `the run exceeded the step limit of ${limit} steps`;
  failRun(draft, platformError("InngestErrFunctionOverflowed", message), about, moment);
}

/** Events and results together are over what a run may hold (semantics §2.5, §7.9). */
export function stateOverflow(draft: Draft, about: About, moment: Moment): void {
  const message = `the run exceeded the state size limit of ${about.maxStateBytes} bytes`;
  failRun(draft, platformError("InngestErrStateOverflowed", message), about, moment);
}

function discovery(): CallSpec {
  return { target: null, attempt: 0, generation: 1 };
}
