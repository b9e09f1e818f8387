import type { Json } from "../model/json.ts";
import type { Meter } from "./meter.ts";

// What an expression computes with. Event data stays the JSON it is (numbers are doubles); literals add integers
// (bigint, signed and unsigned alike: only their range is checked), maps with other keys, and time.
// MISSING and Failure are results, not exceptions: `||`, `&&` and `?:` treat both as falsy (semantics 4.3).

export const MISSING: unique symbol = Symbol("missing");

export class Failure {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

export class Timestamp {
  readonly epochMs: number;
  constructor(epochMs: number) {
    this.epochMs = epochMs;
  }
}

export class Duration {
  readonly lengthMs: number;
  constructor(lengthMs: number) {
    this.lengthMs = lengthMs;
  }
}

export type MapKey = string | bigint | number | boolean;
export type JsonObject = { readonly [key: string]: Json };
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Timestamp
  | Duration
  | readonly Value[]
  | ReadonlyMap<MapKey, Value>
  | JsonObject;
export type Result = Value | typeof MISSING | Failure;

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isLiteralMap(value: Value): value is ReadonlyMap<MapKey, Value> {
  return value instanceof Map;
}

export function isNumber(value: Value): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

export function typeName(value: Value): string {
  if (value === null) return "null";
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") return "double";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "string";
  if (value instanceof Timestamp) return "timestamp";
  if (value instanceof Duration) return "duration";
  return isList(value) ? "list" : "map";
}

export function isTruthy(result: Result): boolean {
  return !(result === MISSING || result instanceof Failure || !result);
}

/** Keys of literal maps: 1 and 1.0 are one key. Undefined for what cannot be a key. */
export function mapKey(value: Value): MapKey | undefined {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  return value === null || typeof value === "object" ? undefined : value;
}

export function keysOf(map: ReadonlyMap<MapKey, Value> | JsonObject, meter: Meter): readonly MapKey[] {
  const keys = map instanceof Map ? [...map.keys()] : Object.keys(map);
  meter.spend(keys.length);
  return keys;
}

/** One entry or element; MISSING when there is none, whatever `of` is (semantics 4.2). */
export function entryOf(of: Value, key: Value): Value | typeof MISSING {
  if (of === null || typeof of !== "object" || of instanceof Timestamp || of instanceof Duration)
    return MISSING;
  if (isList(of)) {
    const item = isNumber(key) ? of[Number(key)] : undefined;
    return item === undefined ? MISSING : item;
  }
  if (isLiteralMap(of)) {
    const known = mapKey(key);
    const value = known === undefined ? undefined : of.get(known);
    return value === undefined ? MISSING : value;
  }
  return typeof key === "string" && Object.hasOwn(of, key) ? (of[key] as Value) : MISSING;
}
