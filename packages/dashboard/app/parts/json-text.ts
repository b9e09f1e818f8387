/** JSON as a tree sees it: pure. */

export type JsonKind = "object" | "array" | "string" | "number" | "boolean" | "null";

export function kindOf(value: unknown): JsonKind {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  const kind = typeof value;
  return kind === "object" || kind === "string" || kind === "number" || kind === "boolean" ? kind : "string";
}

/** Keys or indexes with their values; none of what has no parts. */
export function partsOf(value: unknown): [key: string | number, value: unknown][] {
  if (Array.isArray(value)) return value.map((each, at) => [at, each]);
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

/** A path as one would write it in code: `data.items[0]["two words"]`. */
export function pathText(path: readonly (string | number)[]): string {
  let text = "";
  for (const key of path) {
    if (typeof key === "number") text += `[${key}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(key)) text += text === "" ? key : `.${key}`;
    else text += `[${JSON.stringify(key)}]`;
  }
  return text;
}

/** What a closed part says about itself: `3 items`, `{id, name, …}`. */
export function summaryOf(value: unknown): string {
  const parts = partsOf(value);
  if (Array.isArray(value)) return parts.length === 1 ? "1 item" : `${parts.length} items`;
  const keys = parts.slice(0, 4).map(([key]) => key);
  return `{${keys.join(", ")}${parts.length > 4 ? ", …" : ""}}`;
}

/** A value as text, as one would paste it. */
export function jsonText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "null");
}
