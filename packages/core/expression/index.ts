// The door of the expression room: CEL as `if` and `key` options use it (semantics 4). Parse once, evaluate with data
// and an instant; nothing here reads a clock, waits, or throws for what an event contains.

export { canonicalPair, chooseAnchor, equalityPairs, valuesAt } from "./anchor.ts";
export { evaluate } from "./evaluate.ts";
export { type Expression, parseExpression } from "./expression.ts";
export { ExpressionError } from "./expression-error.ts";
export { freezeEvent } from "./freeze.ts";
export { Meter } from "./meter.ts";
export { batchKey, debounceKeyText, isTrue, keyText, keyValue, priorityOf } from "./policies.ts";
export { checkRestrictive } from "./restrictive.ts";
export { matchesSearch, parseSearch, type Search, type SearchedRow } from "./search.ts";
