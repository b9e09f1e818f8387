/**
 * Terms of a filter that look into payloads: paths like `event.data.userId` and words. A path goes through lists
 * of any index, and a value is compared as text, so that `output.total:5` finds 5 and "5".
 */
import { matchesValue, pathOf, type Term, type Value } from "@stepwell/api/dashboard";
import type { Json, JsonObject } from "@stepwell/core";

/** The payloads of one row; absent: it has none. */
export interface Payloads {
  /** As searches see them (`searchedEvent`); several of a batch, where one is enough. */
  events: readonly JsonObject[];
  output?: Json;
  error?: Json;
}

export function isPayloadTerm({ field }: Term): boolean {
  return field === "" || /^(?:event|output|error)\./.test(field);
}

/** Which payloads the terms look at; a word looks at all. */
export function rootsOf(terms: readonly Term[]): { events: boolean; outcome: boolean } {
  return {
    events: terms.some(({ field }) => field === "" || field.startsWith("event.")),
    outcome: terms.some(({ field }) => !field.startsWith("event.")),
  };
}

/** Whether all of the terms hold. */
export function payloadsMatch(terms: readonly Term[], payloads: Payloads): boolean {
  let texts: string[] | null = null;
  return terms.every((term) => {
    if (term.field !== "") return holds(term, payloads) !== term.not;
    texts ??= textsOf(payloads);
    return contains(texts, term.values) !== term.not;
  });
}

/** What words are looked for in, in lower case. */
function textsOf({ events, output, error }: Payloads): string[] {
  const searched = [...events.map(({ data }) => data), output, error];
  return searched.flatMap((value) => (value === undefined ? [] : [JSON.stringify(value).toLowerCase()]));
}

/** In JSON text `"` and `\` have a `\` before them; people write them without. */
function contains(texts: readonly string[], values: readonly Value[]): boolean {
  return values.some(({ text, glob }) => {
    const word = text.toLowerCase();
    const inJson = JSON.stringify(word).slice(1, -1);
    const isIn = (one: string, part: string): boolean =>
      glob ? matchesValue({ text: `*${part}*`, glob }, one) : one.includes(part);
    return texts.some((one) => isIn(one, word) || isIn(one, inJson));
  });
}

function holds({ field, values }: Term, { events, output, error }: Payloads): boolean {
  const [root, ...path] = pathOf(field);
  const searched = root === "event" ? events : [root === "output" ? output : error];
  return searched.some((value) => value !== undefined && hasValue(value, path, values));
}

function hasValue(found: Json, path: readonly string[], values: readonly Value[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return isOneOf(found, values);
  if (Array.isArray(found)) {
    if (!/^\d+$/.test(key)) return found.some((item) => hasValue(item, path, values));
    const item = found[Number(key)];
    return item !== undefined && hasValue(item, rest, values);
  }
  if (found === null || typeof found !== "object" || !Object.hasOwn(found, key)) return false;
  const next = found[key];
  return next !== undefined && hasValue(next, rest, values);
}

function isOneOf(found: Json, values: readonly Value[]): boolean {
  if (Array.isArray(found) && found.some((item) => isOneOf(item, values))) return true;
  return values.some((value) => {
    // `*` alone asks whether there is something.
    if (value.glob && value.text === "*") return true;
    if (typeof found === "string") return matchesValue(value, found);
    if (found !== null && typeof found === "object") return false;
    return matchesValue(value, String(found)) || isSameNumber(found, value);
  });
}

function isSameNumber(found: number | boolean | null, { text }: Value): boolean {
  return typeof found === "number" && /\d/.test(text) && Number(text) === found;
}
