/**
 * JSON at the door: text that is too deep is refused before anything recursive sees it, and the
 * canonical form (RFC 8785) that signatures are made over.
 */
import { type Json, type JsonObject, StepwellError } from "@stepwell/core";
import canonicalize from "canonicalize";

/** Deeper JSON is refused: recursive code further in must not be able to overflow the stack. */
const MAX_JSON_DEPTH = 500;

/**
 * Parses JSON from outside.
 * @throws StepwellError `json_too_deep` or `invalid_json`
 */
export function parseJson(text: string): Json {
  if (isTooDeep(text)) throw new StepwellError("json_too_deep");
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StepwellError("invalid_json", `The body is not valid JSON: ${why}.`, { cause });
  }
}

/** Counts brackets outside texts; never recurses, never builds anything. */
export function isTooDeep(text: string, maxDepth: number = MAX_JSON_DEPTH): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = endOfText(text, i);
      if (i < 0) return false;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1;
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Index of the closing quote; -1: the text never ends, so this is no JSON and the parser will say so. */
function endOfText(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return at;
  }
  return -1;
}

/**
 * The text that both sides sign (wire.md §2): RFC 8785, but for two corners where the JavaScript
 * SDK's own canonical form differs and a valid request would be refused with 401.
 */
export function canonicalText(value: Json): string {
  try {
    const text = canonicalize(value) ?? "null";
    return text.includes('"toJSON":') ? sdkText(value) : text;
  } catch {
    // Half a surrogate pair has no RFC 8785 form; the SDK escapes it.
    return sdkText(value);
  }
}

/** As canonicalize 1.0.8, which the SDK uses: an object with a `toJSON` field keeps the order of its keys. */
function sdkText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(sdkText).join(",")}]`;
  if (!isObject(value) || (value.toJSON ?? null) !== null) return JSON.stringify(value);
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${sdkText(value[key] ?? null)}`);
  return `{${entries.join(",")}}`;
}

/** A JSON object: not null, not a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Bytes of a value as JSON. */
export function jsonBytes(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value));
}
