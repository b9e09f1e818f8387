import type { Meter } from "./meter.ts";
import {
  Duration,
  Failure,
  isList,
  isTruthy,
  keysOf,
  MISSING,
  type Result,
  Timestamp,
  typeName,
  type Value,
} from "./values.ts";

// The loops: all, exists, exists_one, filter, map. A predicate is a boolean place, so truthiness decides and an
// error in it is false. Over a map they walk its keys. Each turn pays for the whole body before it runs.

export type MacroName = "all" | "exists" | "exists_one" | "filter" | "map";

const MACROS: ReadonlySet<string> = new Set<MacroName>(["all", "exists", "exists_one", "filter", "map"]);

export function isMacroName(name: string): name is MacroName {
  return MACROS.has(name);
}

export interface Loop {
  readonly meter: Meter;
  readonly bodyCost: number;
  /** The predicate of map(x, p, t), if there is one. */
  readonly admits: ((item: Value) => boolean) | null;
  readonly body: (item: Value) => Result;
}

export function runMacro(name: MacroName, over: Result, loop: Loop): Result {
  if (over instanceof Failure) return over;
  if (over === MISSING) return false;
  const items = itemsOf(over, loop.meter);
  if (items instanceof Failure) return items;
  const holds = (item: Value): boolean => {
    loop.meter.spend(loop.bodyCost);
    return isTruthy(loop.body(item));
  };
  switch (name) {
    case "all":
      return items.every(holds);
    case "exists":
      return items.some(holds);
    case "exists_one":
      return items.filter(holds).length === 1;
    case "filter":
      return items.filter(holds);
    case "map":
      return mapped(items, loop);
  }
}

function mapped(items: readonly Value[], loop: Loop): Result {
  const made: Value[] = [];
  for (const item of items) {
    loop.meter.spend(loop.bodyCost);
    if (loop.admits !== null && !loop.admits(item)) continue;
    const result = loop.body(item);
    if (result instanceof Failure) return result;
    made.push(result === MISSING ? null : result);
  }
  return made;
}

function itemsOf(over: Value, meter: Meter): readonly Value[] | Failure {
  if (over === null || typeof over !== "object" || over instanceof Timestamp || over instanceof Duration) {
    return new Failure(`cannot loop over ${typeName(over)}`);
  }
  return isList(over) ? over : keysOf(over, meter);
}
