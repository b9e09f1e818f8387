import type { Meter } from "./meter.ts";
import { formatDuration, formatTimestamp } from "./time.ts";
import { Duration, isList, isLiteralMap, keysOf, Timestamp, type Value } from "./values.ts";

// The one way a value becomes text: concatenation, string() and every kind of key use it, so "the same key" means
// the same everywhere. Whole numbers print without a fraction or exponent; lists and maps are canonical JSON.

export function textOf(value: Value, meter: Meter): string {
  return typeof value === "string" ? value : plainText(value, meter, 0);
}

export function numberText(value: number | bigint): string {
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value).toString() : String(value);
}

function plainText(value: Value, meter: Meter, depth: number): string {
  meter.enter(depth);
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number" || typeof value === "bigint") return numberText(value);
  if (typeof value === "string") {
    meter.spendOnText(value);
    return JSON.stringify(value);
  }
  if (value instanceof Timestamp) return inside(formatTimestamp(value.epochMs), depth);
  if (value instanceof Duration) return inside(formatDuration(value.lengthMs), depth);
  if (isList(value)) return `[${value.map((item) => plainText(item, meter, depth + 1)).join(",")}]`;
  const entries = keysOf(value, meter).map((key): [string, Value] => [
    String(key),
    (isLiteralMap(value) ? value.get(key) : value[String(key)]) ?? null,
  ]);
  entries.sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${plainText(item, meter, depth + 1)}`).join(",")}}`;
}

function inside(text: string, depth: number): string {
  return depth === 0 ? text : JSON.stringify(text);
}
