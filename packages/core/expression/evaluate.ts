import type { Moment } from "../model/moment.ts";
import type { Expression } from "./expression.ts";
import { Exhausted, Meter } from "./meter.ts";
import type { Scope, Variables } from "./scope.ts";
import { Failure, MISSING, type Value } from "./values.ts";

/** The only part of a moment an expression sees: what `now()` gives. */
export type Now = Pick<Moment, "now">;

type Outcome =
  | { readonly is: "value"; readonly value: Value }
  | { readonly is: "error"; readonly why: string };

/** Never throws for what the data is. A missing attribute as the whole expression is the value false. */
export function evaluate(expression: Expression, variables: Variables, moment: Now): Outcome {
  return attempt(expression, variables, moment, (scope): Outcome => {
    const result = expression.program.value(scope);
    if (result instanceof Failure) return { is: "error", why: result.why };
    return { is: "value", value: result === MISSING ? false : result };
  });
}

/** Runs `use` with a fresh budget; running out of it, or of stack or memory for a text, is an ordinary error. */
export function attempt<T>(
  expression: Pick<Expression, "frozen">,
  variables: Variables,
  moment: Now,
  use: (scope: Scope) => T,
  meter: Meter = new Meter(),
): T | { readonly is: "error"; readonly why: string } {
  try {
    return use({ variables, frozen: expression.frozen, now: moment.now, meter, locals: [] });
  } catch (cause) {
    if (cause instanceof Exhausted || cause instanceof RangeError) return { is: "error", why: cause.message };
    throw cause;
  }
}
