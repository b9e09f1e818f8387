import { calculate, negate } from "./arithmetic.ts";
import { compare, contains } from "./compare.ts";
import { runMacro } from "./macros.ts";
import { readPath } from "./path.ts";
import type { Scope } from "./scope.ts";
import { countNodes, type Node, type Place } from "./tree.ts";
import {
  entryOf,
  Failure,
  isTruthy,
  type MapKey,
  MISSING,
  mapKey,
  type Result,
  typeName,
  type Value,
} from "./values.ts";

// Tree to closures. Three readings of one tree: its value; its truthiness, inside `&&`, `||`, `?:` and loops; and its
// verdict, where the answer must be a boolean. There "yes" is no match, but `a || b` decides by truthiness:
// only outside boolean places does it hand out the truthy value itself (4.3).

export type Evaluator<T> = (scope: Scope) => T;

export function compileVerdict(node: Node): Evaluator<boolean> {
  if (node.is === "and" || node.is === "or") return compileTruth(node);
  if (node.is === "if") {
    const [test, yes, no] = [compileTruth(node.test), compileVerdict(node.yes), compileVerdict(node.no)];
    return (scope) => (test(scope) ? yes(scope) : no(scope));
  }
  const value = compileValue(node);
  return (scope) => value(scope) === true;
}

export function compileTruth(node: Node): Evaluator<boolean> {
  if (node.is === "and" || node.is === "or") {
    const parts = node.parts.map(compileTruth);
    if (node.is === "and") return (scope) => parts.every((part) => part(scope));
    return (scope) => parts.some((part) => part(scope));
  }
  const value = compileValue(node);
  return (scope) => isTruthy(value(scope));
}

export function compileValue(node: Node): Evaluator<Result> {
  switch (node.is) {
    case "constant":
      return () => node.value;
    case "path":
      return compilePath(node.at);
    case "hasPath":
      return compileHasPath(node.at);
    case "local":
      return (scope) => scope.locals[node.depth] ?? null;
    case "hasKey":
    case "entry":
      return compileEntry(node);
    case "list":
      return compileList(node.items);
    case "map":
      return compileMap(node.entries);
    case "call":
      return compileCall(node);
    case "macro":
      return compileMacro(node);
    case "and":
      return compileTruth(node);
    case "or":
      return compileFirstTruthy(node.parts);
    case "not":
      return compileNot(node.of);
    case "negate": {
      const of = compileValue(node.of);
      return (scope) => negate(of(scope));
    }
    case "if": {
      const [test, yes, no] = [compileTruth(node.test), compileValue(node.yes), compileValue(node.no)];
      return (scope) => (test(scope) ? yes(scope) : no(scope));
    }
    case "compare": {
      const [left, right] = [compileValue(node.left), compileValue(node.right)];
      return (scope) => compare(node.op, left(scope), right(scope), scope.meter);
    }
    case "arithmetic": {
      const [left, right] = [compileValue(node.left), compileValue(node.right)];
      return (scope) => calculate(node.op, left(scope), right(scope), scope.meter);
    }
    case "in": {
      const [left, right] = [compileValue(node.left), compileValue(node.right)];
      return (scope) => contains(left(scope), right(scope), scope.meter);
    }
  }
}

function compilePath({ root, steps, slot }: Place): Evaluator<Result> {
  const read = (scope: Scope): Result => {
    const found = readPath(scope.variables[root], steps);
    return found === undefined ? MISSING : found;
  };
  if (slot < 0) return read;
  return (scope) => (scope.frozen === null ? read(scope) : (scope.frozen[slot] ?? null));
}

function compileHasPath({ root, steps, slot }: Place): Evaluator<Result> {
  const has = (scope: Scope): boolean => readPath(scope.variables[root], steps) !== undefined;
  if (slot < 0) return has;
  return (scope) => (scope.frozen === null ? has(scope) : scope.frozen[slot] === true);
}

function compileEntry(node: Node & { is: "hasKey" | "entry" }): Evaluator<Result> {
  const of = compileValue(node.of);
  const key = node.is === "entry" ? compileValue(node.key) : () => node.key;
  return (scope) => {
    const holder = of(scope);
    if (holder instanceof Failure) return holder;
    const at = key(scope);
    if (at instanceof Failure) return at;
    const found = holder === MISSING || at === MISSING ? MISSING : entryOf(holder, at);
    return node.is === "entry" ? found : found !== MISSING;
  };
}

function compileList(items: readonly Node[]): Evaluator<Result> {
  const makers = items.map(compileValue);
  return (scope) => {
    const list: Value[] = [];
    for (const make of makers) {
      const item = make(scope);
      if (item instanceof Failure) return item;
      list.push(item === MISSING ? null : item);
    }
    return list;
  };
}

function compileMap(entries: readonly (readonly [Node, Node])[]): Evaluator<Result> {
  const makers = entries.map(([key, value]) => [compileValue(key), compileValue(value)] as const);
  return (scope) => {
    const map = new Map<MapKey, Value>();
    for (const [makeKey, makeValue] of makers) {
      const key = makeKey(scope);
      if (key instanceof Failure) return key;
      const value = makeValue(scope);
      if (value instanceof Failure) return value;
      const known = key === MISSING ? undefined : mapKey(key);
      if (known === undefined) return new Failure("a map key is text, a number or a boolean");
      map.set(known, value === MISSING ? null : value);
    }
    return map;
  };
}

function compileCall({ name, does, args }: Node & { is: "call" }): Evaluator<Result> {
  const makers = args.map(compileValue);
  return (scope) => {
    const values: Value[] = [];
    for (const make of makers) {
      const value = make(scope);
      if (value instanceof Failure) return value;
      if (value === MISSING) return does.onMissing ?? false;
      values.push(value);
    }
    const result = does.run(values, scope);
    return result instanceof Failure ? new Failure(`${name}(): ${result.why}`) : result;
  };
}

function compileMacro(node: Node & { is: "macro" }): Evaluator<Result> {
  const [over, body] = [compileValue(node.over), compileValue(node.body)];
  const when = node.when === null ? null : compileTruth(node.when);
  const bodyCost = countNodes(node.body) + (node.when === null ? 0 : countNodes(node.when));
  return (scope) => {
    const bind = (item: Value): Scope => {
      scope.locals[node.depth] = item;
      return scope;
    };
    return runMacro(node.name, over(scope), {
      meter: scope.meter,
      bodyCost,
      admits: when === null ? null : (item) => when(bind(item)),
      body: (item) => body(bind(item)),
    });
  };
}

function compileFirstTruthy(parts: readonly Node[]): Evaluator<Result> {
  const makers = parts.map(compileValue);
  return (scope) => {
    let last: Result = false;
    for (const make of makers) {
      last = make(scope);
      if (isTruthy(last)) return last;
    }
    return last;
  };
}

function compileNot(of: Node): Evaluator<Result> {
  if (of.is === "and" || of.is === "or") {
    const truth = compileTruth(of);
    return (scope) => !truth(scope);
  }
  const value = compileValue(of);
  return (scope) => {
    const result = value(scope);
    if (result === MISSING) return false;
    if (typeof result === "boolean") return !result;
    return result instanceof Failure ? result : new Failure(`no !${typeName(result)}`);
  };
}
