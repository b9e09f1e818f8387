import { type ASTNode, Environment, ParseError } from "@marcbachmann/cel-js";
import { type CelFunction, functionNamed } from "./functions.ts";
import { isMacroName, type MacroName } from "./macros.ts";
import { pathText, type Step } from "./path.ts";
import { type Node, type Place, ROOTS, type Root } from "./tree.ts";
import type { Value } from "./values.ts";

// From text to our tree. cel-js gives us its syntax tree and nothing else: its evaluator raises on missing keys
// (dependencies.md 3). Names are resolved here, so an unknown variable or function is found before any event comes.

const MAX_DEPTH = 150;
const parser = new Environment({
  unlistedVariablesAreDyn: true,
  limits: {
    maxAstNodes: 4_000,
    maxDepth: 100,
    maxListElements: 1_000,
    maxMapEntries: 1_000,
    maxCallArguments: 8,
  },
});

/** An attribute of `event` that freezing replaces: its value, or for `has(…)` whether it is there. */
export interface Slot {
  readonly key: string;
  readonly steps: readonly Step[];
  readonly wants: "value" | "presence";
}

export interface Reading {
  readonly tree: Node;
  readonly slots: readonly Slot[];
  readonly roots: readonly Root[];
}

/** Throws an Error whose message is for the author of the expression. */
export function readExpression(text: string): Reading {
  const reader = new Reader();
  const tree = reader.read(parsed(text), 0);
  return { tree, slots: reader.slots, roots: [...reader.roots] };
}

function parsed(text: string): ASTNode {
  try {
    return parser.parse(text).ast;
  } catch (cause) {
    if (cause instanceof ParseError) throw new Error(`${cause.summary}${placeOf(cause)}`);
    throw cause instanceof RangeError ? new Error("nested too deeply") : cause;
  }
}

function placeOf(error: ParseError): string {
  return error.range === undefined ? "" : ` at character ${error.range.start + 1}`;
}

class Reader {
  readonly slots: Slot[] = [];
  readonly roots: Set<Root> = new Set();
  readonly #slotNumbers: Map<string, number> = new Map();
  readonly #locals: string[] = [];

  read(ast: ASTNode, depth: number): Node {
    if (depth > MAX_DEPTH) throw new Error("nested too deeply");
    const read = (child: ASTNode): Node => this.read(child, depth + 1);
    switch (ast.op) {
      case "value":
        return { is: "constant", value: literal(ast.args) };
      case "id":
      case ".":
      case "[]":
        return this.#access(ast, depth);
      case "call":
        return this.#call(ast.args[0], null, ast.args[1], depth);
      case "rcall":
        return this.#call(ast.args[0], ast.args[1], ast.args[2], depth);
      case "list":
        return { is: "list", items: ast.args.map(read) };
      case "map":
        return { is: "map", entries: ast.args.map(([key, value]) => [read(key), read(value)] as const) };
      case "?:":
        return { is: "if", test: read(ast.args[0]), yes: read(ast.args[1]), no: read(ast.args[2]) };
      case "&&":
        return { is: "and", parts: chain(ast, "&&").map(read) };
      case "||":
        return { is: "or", parts: chain(ast, "||").map(read) };
      case "!_":
        return { is: "not", of: read(ast.args) };
      case "-_":
        return { is: "negate", of: read(ast.args) };
      case "in":
        return { is: "in", left: read(ast.args[0]), right: read(ast.args[1]) };
      case "==":
      case "!=":
      case "<":
      case "<=":
      case ">":
      case ">=":
        return { is: "compare", op: ast.op, left: read(ast.args[0]), right: read(ast.args[1]) };
      case "+":
      case "-":
      case "*":
      case "/":
      case "%":
        return { is: "arithmetic", op: ast.op, left: read(ast.args[0]), right: read(ast.args[1]) };
      default:
        throw new Error(`"${ast.op}" is not supported`);
    }
  }

  /** A name and the keys after it; as far as the keys are constant they are one path. */
  #access(ast: ASTNode, depth: number): Node {
    const { base, keys } = unwound(ast);
    const root = base.op === "id" ? this.#rootNamed(base.args) : undefined;
    let node: Node;
    let used = 0;
    if (root === undefined) {
      node = base.op === "id" ? this.#local(base.args) : this.read(base, depth + 1);
    } else {
      const steps: Step[] = [];
      for (let step = stepOf(keys[used]); step !== undefined; step = stepOf(keys[used])) {
        steps.push(step);
        used += 1;
      }
      node = { is: "path", at: this.#place(root, steps, "value") };
    }
    for (const key of keys.slice(used)) {
      const written = typeof key === "string" ? "dot" : "bracket";
      const at: Node = typeof key === "string" ? { is: "constant", value: key } : this.read(key, depth + 1);
      node = { is: "entry", of: node, key: at, written };
    }
    return node;
  }

  #has(target: ASTNode | undefined, depth: number): Node {
    if (target?.op !== ".") throw new Error("has() wants an attribute, such as has(event.data.id)");
    const { base, keys } = unwound(target);
    const root = base.op === "id" ? this.#rootNamed(base.args) : undefined;
    const steps = keys.map(stepOf).filter((step) => step !== undefined);
    if (root !== undefined && steps.length === keys.length) {
      return { is: "hasPath", at: this.#place(root, steps, "presence") };
    }
    return { is: "hasKey", of: this.read(target.args[0], depth + 1), key: target.args[1] };
  }

  #call(name: string, receiver: ASTNode | null, args: readonly ASTNode[], depth: number): Node {
    if (receiver === null && name === "has" && args.length === 1) return this.#has(args[0], depth);
    if (receiver !== null && isMacroName(name)) return this.#macro(name, receiver, args, depth);
    const does = functionNamed(name);
    if (does === undefined || (does.form !== "either" && (does.form === "method") !== (receiver !== null))) {
      throw new Error(`there is no ${receiver === null ? "function" : "method"} ${name}()`);
    }
    const all = receiver === null ? args : [receiver, ...args];
    checkArity(name, does, all.length);
    return { is: "call", name, does, args: all.map((arg) => this.read(arg, depth + 1)) };
  }

  #macro(name: MacroName, over: ASTNode, args: readonly ASTNode[], depth: number): Node {
    const [variable, ...rest] = args;
    const most = name === "map" ? 2 : 1;
    if (variable?.op !== "id" || rest.length < 1 || rest.length > most) {
      throw new Error(`${name}() wants a variable and a condition, such as list.${name}(item, item == 1)`);
    }
    const source = this.read(over, depth + 1);
    this.#locals.push(variable.args);
    const parts = rest.map((arg) => this.read(arg, depth + 1));
    this.#locals.pop();
    const [first = source, second] = parts;
    const at = this.#locals.length;
    if (second === undefined) return { is: "macro", name, over: source, depth: at, when: null, body: first };
    return { is: "macro", name, over: source, depth: at, when: first, body: second };
  }

  #rootNamed(name: string): Root | undefined {
    return this.#locals.includes(name) ? undefined : ROOTS.find((root) => root === name);
  }

  #local(name: string): Node {
    const depth = this.#locals.lastIndexOf(name);
    if (depth < 0) throw new Error(`there is no variable ${name}; known are ${ROOTS.join(", ")}`);
    return { is: "local", depth };
  }

  #place(root: Root, steps: readonly Step[], wants: Slot["wants"]): Place {
    this.roots.add(root);
    if (root !== "event") return { root, steps, slot: -1 };
    const path = pathText([root, ...steps]);
    const key = wants === "value" ? path : `has(${path})`;
    const slot = this.#slotNumbers.get(key) ?? this.slots.length;
    if (slot === this.slots.length) this.slots.push({ key, steps, wants });
    this.#slotNumbers.set(key, slot);
    return { root, steps, slot };
  }
}

function checkArity(name: string, does: CelFunction, count: number): void {
  if (count === does.arity) return;
  const wanted = does.form === "method" ? does.arity - 1 : does.arity;
  throw new Error(`${name}() takes ${wanted === 1 ? "one argument" : `${wanted} arguments`}`);
}

function literal(value: (ASTNode & { op: "value" })["args"]): Value {
  if (value instanceof Uint8Array) throw new Error("bytes are not supported");
  return value !== null && typeof value === "object" ? value.value : value;
}

/** A long `a && b && c` is a deep left spine; it is walked, not recursed into. */
function chain(ast: ASTNode, op: "&&" | "||"): ASTNode[] {
  const parts: ASTNode[] = [];
  const open = [ast];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.op === op) open.push(next.args[1], next.args[0]);
    else parts.push(next);
  }
  return parts;
}

type Key = string | ASTNode;

function unwound(ast: ASTNode): { base: ASTNode; keys: Key[] } {
  const keys: Key[] = [];
  let base = ast;
  while (base.op === "." || base.op === "[]") {
    keys.unshift(base.args[1]);
    base = base.args[0];
  }
  return { base, keys };
}

function stepOf(key: Key | undefined): Step | undefined {
  if (key === undefined || typeof key === "string") return key;
  if (key.op !== "value") return undefined;
  if (typeof key.args === "string") return key.args;
  const isIndex = typeof key.args === "bigint" && key.args >= 0n && key.args < 2n ** 31n;
  return isIndex ? Number(key.args) : undefined;
}
