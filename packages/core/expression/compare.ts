import type { Meter } from "./meter.ts";
import { EARLIEST_MS } from "./time.ts";
import {
  Duration,
  entryOf,
  Failure,
  isList,
  isLiteralMap,
  isNumber,
  type JsonObject,
  keysOf,
  type MapKey,
  MISSING,
  type Result,
  Timestamp,
  typeName,
  type Value,
} from "./values.ts";

// Equality and order with the tables of semantics 4.2: missing equals null and nothing else, and sorts below every
// value; null in an order is the zero of the other side's type. Integers and doubles compare by exact value.

export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=";

export function compare(op: Comparison, left: Result, right: Result, meter: Meter): Result {
  if (left instanceof Failure) return left;
  if (right instanceof Failure) return right;
  if (op === "==" || op === "!=") {
    const same = equals(left === MISSING ? null : left, right === MISSING ? null : right, meter);
    return same === (op === "==");
  }
  const order = orderOf(left, right, meter);
  if (order instanceof Failure) return order;
  if (op === "<") return order < 0;
  if (op === "<=") return order <= 0;
  return op === ">" ? order > 0 : order >= 0;
}

/** Values of different types are unequal, not an error. */
function equals(left: Value, right: Value, meter: Meter, depth = 0): boolean {
  if (isNumber(left) && isNumber(right)) return left <= right && left >= right;
  if (typeof left === "string" && typeof right === "string") {
    if (left.length !== right.length) return false;
    meter.spendOnText(left);
    return left === right;
  }
  if (left === null || right === null || typeof left !== "object" || typeof right !== "object")
    return left === right;
  if (left instanceof Timestamp) return right instanceof Timestamp && left.epochMs === right.epochMs;
  if (left instanceof Duration) return right instanceof Duration && left.lengthMs === right.lengthMs;
  if (right instanceof Timestamp || right instanceof Duration) return false;
  meter.enter(depth);
  if (isList(left) || isList(right)) {
    if (!isList(left) || !isList(right) || left.length !== right.length) return false;
    meter.spend(left.length);
    return left.every((item, at) => equals(item, right[at] ?? null, meter, depth + 1));
  }
  return equalMaps(left, right, meter, depth);
}

type AnyMap = ReadonlyMap<MapKey, Value> | JsonObject;

function equalMaps(left: AnyMap, right: AnyMap, meter: Meter, depth: number): boolean {
  const keys = keysOf(left, meter);
  if (keys.length !== sizeOf(right, meter)) return false;
  return keys.every((key) => {
    const mine = entryOf(left, key);
    const theirs = entryOf(right, key);
    return mine !== MISSING && theirs !== MISSING && equals(mine, theirs, meter, depth + 1);
  });
}

function sizeOf(map: AnyMap, meter: Meter): number {
  return isLiteralMap(map) ? map.size : keysOf(map, meter).length;
}

/** Negative, zero or positive; NaN when a number is NaN, which makes every comparison false. */
function orderOf(
  left: Value | typeof MISSING,
  right: Value | typeof MISSING,
  meter: Meter,
): number | Failure {
  const leftAbsent = left === MISSING || left === null;
  const rightAbsent = right === MISSING || right === null;
  if (leftAbsent && rightAbsent) return 0;
  if (left === MISSING) return -1;
  if (right === MISSING) return 1;
  const [low, high] = [left ?? zeroLike(right), right ?? zeroLike(left)];
  if (isNumber(low) && isNumber(high)) return low < high ? -1 : low > high ? 1 : low <= high ? 0 : Number.NaN;
  if (typeof low === "string" && typeof high === "string") {
    meter.spendOnText(low);
    return low < high ? -1 : Number(low > high);
  }
  if (typeof low === "boolean" && typeof high === "boolean") return Number(low) - Number(high);
  if (low instanceof Timestamp && high instanceof Timestamp) return low.epochMs - high.epochMs;
  if (low instanceof Duration && high instanceof Duration) return low.lengthMs - high.lengthMs;
  return new Failure(`cannot order ${typeName(low)} and ${typeName(high)}`);
}

function zeroLike(value: Value): Value {
  if (isNumber(value)) return 0;
  if (typeof value === "string") return "";
  if (typeof value === "boolean") return false;
  if (value instanceof Timestamp) return new Timestamp(EARLIEST_MS);
  return value instanceof Duration ? new Duration(0) : null;
}

/** `x in list` by equality, `key in map` by key. */
export function contains(item: Result, holder: Result, meter: Meter): Result {
  if (item instanceof Failure) return item;
  if (holder instanceof Failure) return holder;
  if (item === MISSING || holder === MISSING) return false;
  if (
    holder === null ||
    typeof holder !== "object" ||
    holder instanceof Timestamp ||
    holder instanceof Duration
  ) {
    return new Failure(`"in" looks into a list or a map, not into ${typeName(holder)}`);
  }
  if (!isList(holder)) return entryOf(holder, item) !== MISSING;
  meter.spend(holder.length);
  return holder.some((candidate) => equals(item, candidate, meter));
}
