/** Why a run waits, and what became of an event, as REST shows it. */
import type { OutcomeKind, EventOutcome as ShownOutcome, WaitingReason } from "@stepwell/api";
import type { EventOutcome, FunctionRow, Held } from "@stepwell/core";
import type { RunReason } from "@stepwell/engine";
import { isoTime } from "../reply.ts";

export function waitingReason(reason: RunReason): WaitingReason {
  const { gate, step, message, until, untilIs, held, ahead, retry, awaits, invoked, child } = reason;
  return {
    gate,
    step,
    message,
    until: isoTime(until),
    until_is: untilIs,
    ...(held === undefined ? {} : { limit: shownLimit(held) }),
    ...(ahead === undefined ? {} : { ahead }),
    ...(retry === undefined
      ? {}
      : { retry: { attempt: retry.attempt, max_attempts: retry.maxAttempts, error: retry.error } }),
    ...(awaits === undefined ? {} : { awaits }),
    ...(invoked === undefined
      ? {}
      : {
          invoked: {
            function_id: invoked.functionId,
            event_id: invoked.eventId,
            run_id: invoked.runId,
            waiting: (child?.waiting ?? []).map(waitingReason),
          },
        }),
  };
}

function shownLimit(held: Held): NonNullable<WaitingReason["limit"]> {
  const { limit, used, periodMs, keyExpression, key, scope, counts } = held;
  const holders = held.holders.map(({ runId, since }) => ({ run_id: runId, since: isoTime(since) }));
  return { limit, used, period_ms: periodMs, key_expression: keyExpression, key, scope, counts, holders };
}

/** `notMatched` → `NOT_MATCHED`. */
const kindOf = (outcome: EventOutcome["outcome"]) =>
  outcome.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase() as OutcomeKind;

export function eventOutcome(outcome: EventOutcome, fn: FunctionRow | undefined): ShownOutcome {
  const { functionId, gate, key, rule, at, until, runId, message } = outcome;
  return {
    function_id: functionId,
    function_slug: fn?.slug ?? "",
    outcome: kindOf(outcome.outcome),
    gate,
    key,
    rule,
    at: isoTime(at),
    until: isoTime(until),
    run_id: runId,
    message,
  };
}
