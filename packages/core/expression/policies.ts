import type { Json } from "../model/json.ts";
import { attempt, evaluate, type Now } from "./evaluate.ts";
import type { Expression } from "./expression.ts";
import { Meter } from "./meter.ts";
import type { Variables } from "./scope.ts";
import { textOf } from "./text.ts";
import { Failure, MISSING, type Value } from "./values.ts";

// What each place makes of a result that is missing, of another type or an error: the table of semantics 4.1, one
// function for each kind of place.

/** Trigger, wait, cancel, batch condition, bulk cancel, search: anything but true is false. */
export function isTrue(
  expression: Expression,
  variables: Variables,
  moment: Now,
  meter: Meter = new Meter(),
): boolean {
  return attempt(expression, variables, moment, expression.program.verdict, meter) === true;
}

/** concurrency.key, throttle.key: missing and errors share the bucket "false". */
export function keyText(expression: Expression, event: Json, moment: Now): string {
  const key = keyOf(expression, event, moment);
  return key.is === "key" ? key.text : "false";
}

/** debounce.key: missing shares "false", errors share "<invalid>". */
export function debounceKeyText(expression: Expression, event: Json, moment: Now): string {
  const key = keyOf(expression, event, moment);
  return key.is === "key" ? key.text : "<invalid>";
}

type BatchKey =
  | { readonly is: "key"; readonly text: string }
  | { readonly is: "error"; readonly why: string };

/** batchEvents.key: an error drops the event for this function, so it is told apart. */
export function batchKey(expression: Expression, event: Json, moment: Now): BatchKey {
  return keyOf(expression, event, moment);
}

type LimitKey =
  | { readonly limited: true; readonly text: string }
  | { readonly limited: false; readonly error: string | null };

/**
 * rateLimit.key, idempotency, singleton.key: false, and so a missing attribute, means not limited. On an error the
 * singleton does without its lock; the rate limit looks at `error` and reports it.
 */
export function keyValue(expression: Expression, event: Json, moment: Now): LimitKey {
  const limit = attempt(expression, { event }, moment, (scope): LimitKey => {
    const result = expression.program.value(scope);
    if (result instanceof Failure) return { limited: false, error: result.why };
    if (result === MISSING || result === false) return { limited: false, error: null };
    return { limited: true, text: textOf(result, scope.meter) };
  });
  return "limited" in limit ? limit : { limited: false, error: limit.why };
}

/** priority.run: seconds, 0 unless a whole number. Whole doubles count, as the documentation promises. */
export function priorityOf(expression: Expression, event: Json, moment: Now): number {
  const outcome = evaluate(expression, { event }, moment);
  return outcome.is === "value" ? wholeNumber(outcome.value) : 0;
}

function wholeNumber(value: Value): number {
  const number = typeof value === "bigint" ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number + 0 : 0;
}

function keyOf(expression: Expression, event: Json, moment: Now): BatchKey {
  return attempt(expression, { event }, moment, (scope): BatchKey => {
    const result = expression.program.value(scope);
    if (result instanceof Failure) return { is: "error", why: result.why };
    return { is: "key", text: result === MISSING ? "false" : textOf(result, scope.meter) };
  });
}
