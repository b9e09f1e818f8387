import type { Json } from "../model/json.ts";
import { type Comparison, compare } from "./compare.ts";
import { ExpressionError } from "./expression-error.ts";
import { Exhausted, Meter } from "./meter.ts";
import { pathText, readPath } from "./path.ts";
import { readExpression } from "./read.ts";
import type { Node, Place, Root } from "./tree.ts";
import { MISSING, type Result } from "./values.ts";

// The search of run and event lists (semantics 10.4): CEL without functions, one expression per line, all of them
// must hold. A missing field is not null here (TR-8): what compares it is unknown, neither true nor false, and stays
// unknown under `!`, so that a row is never found by a field that it does not have. `&&` and `||` are three-valued.

const MAX_SEARCH_LENGTH = 8 * 1024;
const EVENT_FIELDS: readonly string[] = ["id", "name", "ts", "v", "data"];
const RUN_ROOTS: readonly Root[] = ["event", "output", "error"];

/** What a search looks at; undefined: there is none (the output of a run that has not returned). */
export interface SearchedRow {
  readonly event?: Json | undefined;
  readonly output?: Json | undefined;
  readonly error?: Json | undefined;
}

/** A search ready to run; `roots` are the variables it names, so that nothing else need be read. */
export interface Search {
  readonly roots: ReadonlySet<Root>;
  readonly lines: readonly Condition[];
}

type Truth = true | false | null;
type Condition = (row: SearchedRow, meter: Meter) => Truth;
type Operand = (row: SearchedRow) => Result;

/**
 * Reads a search, one expression per line; empty lines count for nothing.
 * @param roots which variables the list has: runs have all three, events only `event`.
 * @throws ExpressionError with the line and the reason.
 */
export function parseSearch(text: string, roots: readonly Root[] = RUN_ROOTS): Search {
  if (text.length > MAX_SEARCH_LENGTH)
    throw new ExpressionError(`the search is longer than ${MAX_SEARCH_LENGTH} characters`, text);
  const used = new Set<Root>();
  const lines: Condition[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === "") continue;
    try {
      const reading = readExpression(line);
      for (const root of reading.roots) used.add(checkRoot(root, roots));
      lines.push(condition(reading.tree));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ExpressionError(`cannot search by ${JSON.stringify(line.trim())}: ${why}`, text);
    }
  }
  return { roots: used, lines };
}

/** Whether every line holds for the row. Never throws for what the data is; too large a comparison does not hold. */
export function matchesSearch(search: Search, row: SearchedRow): boolean {
  const meter = new Meter();
  try {
    return search.lines.every((line) => line(row, meter) === true);
  } catch (cause) {
    if (cause instanceof Exhausted) return false;
    throw cause;
  }
}

function checkRoot(root: Root, roots: readonly Root[]): Root {
  if (roots.includes(root)) return root;
  throw new Error(`there is no ${root} here; known are ${roots.join(", ")}`);
}

function condition(node: Node): Condition {
  switch (node.is) {
    case "and":
    case "or":
      return joined(node.parts.map(condition), node.is === "or");
    case "not": {
      const of = condition(node.of);
      return (row, meter) => opposite(of(row, meter));
    }
    case "compare":
      return comparison(node.op, operand(node.left), operand(node.right));
    default: {
      // A field by itself is a condition when it is a boolean; "yes" is none.
      const value = operand(node);
      return (row) => booleanOf(value(row));
    }
  }
}

/** `&&` and `||`: one part that settles it is enough, whatever the unknown ones are. */
function joined(parts: readonly Condition[], settles: boolean): Condition {
  return (row, meter) => {
    let answer: Truth = !settles;
    for (const part of parts) {
      const truth = part(row, meter);
      if (truth === settles) return settles;
      if (truth === null) answer = null;
    }
    return answer;
  };
}

function opposite(truth: Truth): Truth {
  return truth === null ? null : !truth;
}

function comparison(op: Comparison, left: Operand, right: Operand): Condition {
  return (row, meter) => {
    const one = left(row);
    const other = right(row);
    if (one === MISSING || other === MISSING) return null;
    return booleanOf(compare(op, one, other, meter));
  };
}

function booleanOf(result: Result): Truth {
  return result === true || result === false ? result : null;
}

function operand(node: Node): Operand {
  if (node.is === "constant") return () => node.value;
  if (node.is === "path") return pathOperand(node.at);
  if (node.is === "negate" && node.of.is === "constant") {
    const { value } = node.of;
    if (typeof value === "number" || typeof value === "bigint") return () => -value;
  }
  throw new Error(
    `${nameOf(node)} is not for searches: compare fields with texts, numbers, true, false or null`,
  );
}

function pathOperand({ root, steps }: Place): Operand {
  const [field] = steps;
  if (root === "event" && (field === undefined || !EVENT_FIELDS.includes(String(field))))
    throw new Error(
      `${pathText([root, ...steps])} cannot be searched; of an event these can: ${EVENT_FIELDS.join(", ")}`,
    );
  if (root === "async") return () => MISSING;
  return (row) => {
    const found = readPath(row[root], steps);
    return found === undefined ? MISSING : found;
  };
}

function nameOf(node: Node): string {
  switch (node.is) {
    case "call":
    case "macro":
      return `${node.name}()`;
    case "hasPath":
    case "hasKey":
      return "has()";
    case "arithmetic":
      return `the operator ${node.op}`;
    case "negate":
      return "the operator -";
    case "if":
      return "the operator ? :";
    case "in":
      return "the operator in";
    case "entry":
      return "a computed field name";
    case "list":
    case "map":
      return `a ${node.is}`;
    case "and":
    case "or":
    case "not":
    case "compare":
      return "a condition inside a comparison";
    default:
      return `"${node.is}"`;
  }
}
