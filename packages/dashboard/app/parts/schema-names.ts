/** Property names of a JSON Schema, at any depth: pure. */

interface Named {
  name: string;
  /** Its type, as the schema says it. */
  detail: string;
}

/** Every name once, the outer ones first. */
export function namesOf(schema: Record<string, unknown>, depth = 0): Named[] {
  if (depth > 6) return [];
  const properties = (schema.properties ?? {}) as Record<string, Record<string, unknown>>;
  const own = Object.entries(properties).map(([name, { type }]) => ({
    name,
    detail: Array.isArray(type) ? type.join(" | ") : typeof type === "string" ? type : "",
  }));
  const inner = [...Object.values(properties), schema.items as Record<string, unknown> | undefined]
    .filter((each) => typeof each === "object" && each !== null)
    .flatMap((each) => namesOf(each, depth + 1));
  const seen = new Set<string>();
  return [...own, ...inner].filter(({ name }) => !seen.has(name) && seen.add(name));
}
