import type { Json } from "../model/json.ts";
import type { Meter } from "./meter.ts";
import type { Value } from "./values.ts";

/** What an expression may name. Which of them a place offers is in semantics 4.1. */
export interface Variables {
  readonly event?: Json | undefined;
  readonly async?: Json | undefined;
  readonly output?: Json | undefined;
  readonly error?: Json | undefined;
}

/** One evaluation. `locals` are the loop variables, outermost first; `frozen` are the values of the event's slots. */
export interface Scope {
  readonly variables: Variables;
  readonly frozen: readonly Json[] | null;
  readonly now: number;
  readonly meter: Meter;
  readonly locals: Value[];
}
