/**
 * From the bytes of `POST /e/{key}` to raw events (wire.md §9, semantics §3.1): JSON object, JSON
 * list, lines of JSON, or a form. What an event must look like is `events.ts`'s business.
 */
import { type Json, StepwellError } from "@stepwell/core";
import { parseJson } from "./json.ts";
import { readMultipart } from "./multipart.ts";

/**
 * Reads a body of events.
 *
 * A form is one event: its fields become `data`, each a list of texts (`a=1` gives `["1"]`, T-7).
 * The event's name is the form field `name`, which then is no part of `data`; without that field
 * it is the query parameter `name`, passed in as `options.name`.
 * @throws StepwellError `invalid_json`, `json_too_deep`, or `event_invalid` for a broken form
 */
export function readEventBody(
  bytes: Uint8Array,
  contentType: string | undefined,
  options: { name?: string } = {},
): { raw: unknown[] } {
  const type = (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (type === "application/x-www-form-urlencoded")
    return { raw: [formEvent([...new URLSearchParams(decode(bytes))], options.name)] };
  if (type === "multipart/form-data")
    return { raw: [formEvent(readMultipart(bytes, contentType ?? ""), options.name)] };
  const text = decode(bytes);
  if (LINES.has(type)) return { raw: readLines(text) };
  return { raw: readJson(text) };
}

const LINES = new Set([
  "application/x-ndjson",
  "application/ndjson",
  "application/jsonl",
  "application/x-jsonlines",
]);

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new StepwellError("invalid_json", "The body is not valid UTF-8.", { cause });
  }
}

/** One document; when that fails, lines of objects, since few senders of NDJSON give it its own content type. */
function readJson(text: string): Json[] {
  try {
    const value = parseJson(text);
    return Array.isArray(value) ? value : [value];
  } catch (error) {
    if (!/\}[^\S\n]*\n\s*\{/.test(text)) throw error;
    try {
      return readLines(text);
    } catch {
      throw error;
    }
  }
}

function readLines(text: string): Json[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(parseJson);
}

function formEvent(fields: [string, string][], queryName: string | undefined): Json {
  const data = new Map<string, string[]>();
  for (const [key, value] of fields) {
    const values = data.get(key);
    if (values === undefined) data.set(key, [value]);
    else values.push(value);
  }
  const name = data.get("name")?.[0];
  data.delete("name");
  // `fromEntries` defines own properties, so a field called `__proto__` stays a field.
  return { name: name ?? queryName ?? null, data: Object.fromEntries(data) };
}
