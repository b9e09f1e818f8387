import type { Json } from "../model/json.ts";
import { compileTruth, compileVerdict } from "./compile.ts";
import { attempt } from "./evaluate.ts";
import { type Expression, withFrozen } from "./expression.ts";
import { Meter } from "./meter.ts";
import { readPath } from "./path.ts";
import type { Scope } from "./scope.ts";
import { isSettled, type Node } from "./tree.ts";

// A wait outlives the event that opened its run, so the event's values go into the expression (semantics 4.5). What
// can then never be true is the constant false, and is not stored at all.

export function freezeEvent(
  expression: Expression,
  event: Json,
  meter: Meter = new Meter(),
): Expression | false {
  const frozen =
    expression.frozen === null
      ? withFrozen(expression.program, ({ steps, wants }) => {
          const found = readPath(event, steps);
          return wants === "presence" ? found !== undefined : (found ?? null);
        })
      : expression;
  return isNeverTrue(frozen, frozen.program.tree, meter) ? false : frozen;
}

/** Whether the part is settled as false whatever the other event brings; a part of `&&` or `||` by truthiness. */
export function isNeverTrue(expression: Expression, part: Node, meter: Meter = new Meter()): boolean {
  const never = attempt(
    expression,
    {},
    { now: 0 },
    (scope) => settledFalse(part, scope, part === expression.program.tree),
    meter,
  );
  return never === true;
}

function settledFalse(node: Node, scope: Scope, isVerdict: boolean): boolean {
  if (isSettled(node, scope.frozen !== null))
    return !(isVerdict ? compileVerdict : compileTruth)(node)(scope);
  if (node.is === "and") return node.parts.some((part) => settledFalse(part, scope, false));
  if (node.is === "or") return node.parts.every((part) => settledFalse(part, scope, false));
  if (node.is !== "if") return false;
  if (!isSettled(node.test, scope.frozen !== null)) {
    return settledFalse(node.yes, scope, isVerdict) && settledFalse(node.no, scope, isVerdict);
  }
  return settledFalse(compileTruth(node.test)(scope) ? node.yes : node.no, scope, isVerdict);
}
