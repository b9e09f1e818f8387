import type { Expression } from "./expression.ts";
import { childrenOf, type Node } from "./tree.ts";

// What a cancelOn expression may hold (semantics 4.4): logic, comparison, `in`, indexing and number conversions.

const ALLOWED_CALLS: ReadonlySet<string> = new Set(["int", "uint", "double"]);

/** The offending constructs, each once, in the words of the author: `startsWith()`, `+`. Empty when it may pass. */
export function checkRestrictive(expression: Expression): readonly string[] {
  const found = new Set<string>();
  const visit = (node: Node): void => {
    const offence = offenceOf(node);
    if (offence !== undefined) found.add(offence);
    childrenOf(node).forEach(visit);
  };
  visit(expression.program.tree);
  return [...found];
}

function offenceOf(node: Node): string | undefined {
  switch (node.is) {
    case "call":
      return ALLOWED_CALLS.has(node.name) ? undefined : `${node.name}()`;
    case "macro":
      return `${node.name}()`;
    case "hasPath":
    case "hasKey":
      return "has()";
    case "arithmetic":
      return node.op;
    case "negate":
      return node.of.is === "constant" ? undefined : "-";
    default:
      return undefined;
  }
}
