import type { Json } from "../model/json.ts";
import { compileValue } from "./compile.ts";
import { attempt } from "./evaluate.ts";
import type { Expression } from "./expression.ts";
import { isNeverTrue } from "./freeze.ts";
import { Meter } from "./meter.ts";
import { pathSteps, pathText, readPath } from "./path.ts";
import { numberText } from "./text.ts";
import { isSettled, type Node } from "./tree.ts";
import { Failure, MISSING } from "./values.ts";

// The index of waits (hard-parts 3). An anchor is an equality the new event must satisfy for the whole expression to
// be true, so a wait is only evaluated for events that carry its value. Law: if the expression is true of an event,
// then canonicalPair of its anchor equals canonicalPair of what valuesAt reads; the property test says so.

const MAX_BRANCHES = 4;

type Scalar = null | boolean | number | string;

interface Pair {
  /** Below `async`: "data.id". */
  readonly path: string;
  readonly value: Scalar;
}

/** The equalities `async.<path> == constant` that all hold when the expression is true. */
export function equalityPairs(expression: Expression): readonly Pair[] {
  return pairsOf(expression, expression.program.tree, new Meter());
}

/** One anchor, or one for each branch of a top `||`; null when an event cannot be ruled out by an equality. */
export function chooseAnchor(expression: Expression, meter: Meter = new Meter()): readonly Pair[] | null {
  const { tree } = expression.program;
  const branches = (tree.is === "or" ? tree.parts : [tree]).filter(
    (part) => !isNeverTrue(expression, part, meter),
  );
  const anchors = new Map<string, Pair>();
  for (const branch of branches) {
    const [best] = pairsOf(expression, branch, meter).toSorted(
      (left, right) => weight(right.value) - weight(left.value),
    );
    if (best === undefined) return null;
    anchors.set(canonicalPair(best.path, best.value), best);
  }
  return anchors.size === 0 || anchors.size > MAX_BRANCHES ? null : [...anchors.values()];
}

/** What an event holds at the paths of the wait index; a path it lacks reads as null. */
export function valuesAt(
  event: Json,
  paths: readonly string[],
): { readonly path: string; readonly value: Json }[] {
  return paths.map((path) => ({ path, value: readPath(event, pathSteps(path)) ?? null }));
}

/** Equal texts for what `==` calls equal: 1 and 1.0, null and missing; "1" is another. No anchor is a list or map. */
export function canonicalPair(path: string, value: Json): string {
  if (value !== null && typeof value === "object") return `${path}\n${Array.isArray(value) ? "list" : "map"}`;
  const text = typeof value === "number" ? numberText(value) : String(value);
  return `${path}\n${value === null ? "null" : typeof value}\n${text}`;
}

function pairsOf(expression: Expression, part: Node, meter: Meter): Pair[] {
  const pairs: Pair[] = [];
  for (const node of part.is === "and" ? part.parts : [part]) {
    if (node.is !== "compare" || node.op !== "==") continue;
    const pair =
      pairOf(expression, node.left, node.right, meter) ?? pairOf(expression, node.right, node.left, meter);
    if (pair !== undefined) pairs.push(pair);
  }
  return pairs;
}

function pairOf(expression: Expression, side: Node, other: Node, meter: Meter): Pair | undefined {
  if (side.is !== "path" || side.at.root !== "async" || side.at.steps.length === 0) return undefined;
  if (!isSettled(other, expression.frozen !== null)) return undefined;
  const constant = attempt(expression, {}, { now: 0 }, compileValue(other), meter);
  const value = scalarOf(constant);
  return value === undefined ? undefined : { path: pathText(side.at.steps), value };
}

/** Undefined for what is no scalar of JSON; an integer no double can equal is left to the evaluation. */
function scalarOf(constant: unknown): Scalar | undefined {
  if (constant === MISSING || constant === null) return null;
  if (constant instanceof Failure) return undefined;
  if (typeof constant === "bigint")
    return BigInt(Number(constant)) === constant ? Number(constant) : undefined;
  if (typeof constant === "number") return Number.isFinite(constant) ? constant : undefined;
  return typeof constant === "string" || typeof constant === "boolean" ? constant : undefined;
}

/** The longest constant is the rarest; null and booleans are the most common of all. */
function weight(value: Scalar): number {
  return value === null || typeof value === "boolean" ? 0 : String(value).length;
}
