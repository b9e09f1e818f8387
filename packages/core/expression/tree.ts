import type { ArithmeticOperator } from "./arithmetic.ts";
import type { Comparison } from "./compare.ts";
import type { CelFunction } from "./functions.ts";
import type { MacroName } from "./macros.ts";
import type { Step } from "./path.ts";
import type { Value } from "./values.ts";

// Our own shape of an expression. It differs from the parser's where the rules need it: `&&` and `||` are flat, a
// plain attribute such as `event.data.id` is one node, and each attribute of `event` has a slot for its frozen value.

export const ROOTS = ["event", "async", "output", "error"] as const;
export type Root = (typeof ROOTS)[number];

/** `slot` is -1 for every root but `event`. */
export interface Place {
  readonly root: Root;
  readonly steps: readonly Step[];
  readonly slot: number;
}

export type Node =
  | { readonly is: "constant"; readonly value: Value }
  | { readonly is: "path"; readonly at: Place }
  | { readonly is: "hasPath"; readonly at: Place }
  | { readonly is: "hasKey"; readonly of: Node; readonly key: string }
  | { readonly is: "local"; readonly depth: number }
  | { readonly is: "entry"; readonly of: Node; readonly key: Node; readonly written: "dot" | "bracket" }
  | { readonly is: "list"; readonly items: readonly Node[] }
  | { readonly is: "map"; readonly entries: readonly (readonly [Node, Node])[] }
  | { readonly is: "call"; readonly name: string; readonly does: CelFunction; readonly args: readonly Node[] }
  | {
      readonly is: "macro";
      readonly name: MacroName;
      readonly over: Node;
      readonly depth: number;
      readonly when: Node | null;
      readonly body: Node;
    }
  | { readonly is: "and" | "or"; readonly parts: readonly Node[] }
  | { readonly is: "not" | "negate"; readonly of: Node }
  | { readonly is: "if"; readonly test: Node; readonly yes: Node; readonly no: Node }
  | { readonly is: "compare"; readonly op: Comparison; readonly left: Node; readonly right: Node }
  | { readonly is: "arithmetic"; readonly op: ArithmeticOperator; readonly left: Node; readonly right: Node }
  | { readonly is: "in"; readonly left: Node; readonly right: Node };

export function childrenOf(node: Node): readonly Node[] {
  switch (node.is) {
    case "constant":
    case "path":
    case "hasPath":
    case "local":
      return [];
    case "hasKey":
    case "not":
    case "negate":
      return [node.of];
    case "entry":
      return [node.of, node.key];
    case "list":
      return node.items;
    case "map":
      return node.entries.flat();
    case "call":
      return node.args;
    case "macro":
      return node.when === null ? [node.over, node.body] : [node.over, node.when, node.body];
    case "and":
    case "or":
      return node.parts;
    case "if":
      return [node.test, node.yes, node.no];
    case "compare":
    case "arithmetic":
    case "in":
      return [node.left, node.right];
  }
}

export function countNodes(node: Node): number {
  return childrenOf(node).reduce((count, child) => count + countNodes(child), 1);
}

/** Whether the value is settled before the other variables are known. The clock is never settled. */
export function isSettled(node: Node, eventIsFrozen: boolean): boolean {
  if (node.is === "path" || node.is === "hasPath") return eventIsFrozen && node.at.root === "event";
  if (node.is === "call" && node.does.readsClock) return false;
  return childrenOf(node).every((child) => isSettled(child, eventIsFrozen));
}
