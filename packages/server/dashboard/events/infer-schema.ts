/**
 * A JSON Schema of what data has looked like: types, and which properties all of it had. Small on purpose: an
 * editor completes names by it, nothing is refused by it. Bounds keep hostile data from costing much.
 */
import type { Json, JsonObject } from "@stepwell/core";

const DEEPEST = 6;
const MOST_PROPERTIES = 200;
const MOST_ITEMS = 100;

const kinds = ["object", "array", "string", "integer", "number", "boolean", "null"] as const;
type Kind = (typeof kinds)[number];

/** What was seen at one place. */
interface Seen {
  kinds: Map<Kind, number>;
  properties: Map<string, Seen>;
  /** There were more properties than are kept. */
  more: boolean;
  items: Seen | null;
}

/** Null: there are no samples. */
export function inferSchema(samples: readonly Json[]): JsonObject | null {
  if (samples.length === 0) return null;
  const root = nothing();
  for (const sample of samples) look(root, sample, 1);
  return { $schema: "https://json-schema.org/draft/2020-12/schema", ...schemaOf(root) };
}

function nothing(): Seen {
  return { kinds: new Map(), properties: new Map(), more: false, items: null };
}

function look(seen: Seen, value: Json, depth: number): void {
  const kind = kindOf(value);
  seen.kinds.set(kind, (seen.kinds.get(kind) ?? 0) + 1);
  if (depth >= DEEPEST || value === null || typeof value !== "object") return;
  if (Array.isArray(value)) {
    seen.items ??= nothing();
    for (const item of value.slice(0, MOST_ITEMS)) look(seen.items, item, depth + 1);
    return;
  }
  for (const key in value) {
    const next = value[key];
    if (next === undefined || !Object.hasOwn(value, key)) continue;
    const known = seen.properties.get(key);
    if (known === undefined && seen.properties.size >= MOST_PROPERTIES) {
      seen.more = true;
      // An object with more than that is not read to its end, unless its names were seen before.
      break;
    }
    const property = known ?? nothing();
    seen.properties.set(key, property);
    look(property, next, depth + 1);
  }
}

function kindOf(value: Json): Kind {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value as "object" | "string" | "boolean";
}

function schemaOf({ kinds: found, properties, more, items }: Seen): JsonObject {
  // Every integer is a number.
  const types = kinds.filter((kind) => found.has(kind) && !(kind === "integer" && found.has("number")));
  const [type, ...others] = types;
  const objects = found.get("object") ?? 0;
  const entries = [...properties].map(([name, seen]) => [name, schemaOf(seen)] as const);
  const required = [...properties].filter(([, seen]) => countOf(seen) === objects).map(([name]) => name);
  return {
    ...(type === undefined ? {} : { type: others.length === 0 ? type : types }),
    ...(entries.length === 0 ? {} : { properties: Object.fromEntries(entries) }),
    ...(required.length === 0 || more ? {} : { required }),
    ...(items === null ? {} : { items: schemaOf(items) }),
  };
}

function countOf(seen: Seen): number {
  return [...seen.kinds.values()].reduce((sum, count) => sum + count, 0);
}
