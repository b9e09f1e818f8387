/** Query parameters and path ids, checked: a wrong one is told, never guessed. */
import { type Instant, StepwellError } from "@stepwell/core";

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** @throws StepwellError `id_malformed` */
export function readUlid(text: string | undefined): string {
  const id = (text ?? "").toUpperCase();
  if (!ULID.test(id)) throw new StepwellError("id_malformed");
  return id;
}

/** @throws StepwellError `query_invalid` */
export function readLimit(params: URLSearchParams, fallback: number, most: number): number {
  const text = params.get("limit");
  if (text === null) return fallback;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > most)
    throw wrong(`limit must be a whole number from 1 to ${most}, and is "${text}"`);
  return limit;
}

/** An ISO date or epoch milliseconds; undefined: not given. */
export function readTime(params: URLSearchParams, ...names: string[]): Instant | undefined {
  for (const name of names) {
    const text = params.get(name);
    if (text === null || text === "") continue;
    const at = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
    if (!Number.isFinite(at) || Math.abs(at) > 8.64e15)
      throw wrong(`${name} must be a date like 2026-11-24T10:00:00Z, and is "${text}"`);
    return at;
  }
  return undefined;
}

/** `name=a&name=b`, `name[]=a` and `name=a,b` all say the same. */
export function readList(params: URLSearchParams, name: string): string[] {
  return [...params.getAll(name), ...params.getAll(`${name}[]`)]
    .flatMap((value) => value.split(","))
    .map((value) => value.trim())
    .filter((value) => value !== "");
}

/** One of a few words in any case; undefined: not given. */
export function readWord<T extends string>(
  params: URLSearchParams,
  name: string,
  words: Record<string, T>,
): T | undefined {
  const text = params.get(name);
  if (text === null || text === "") return undefined;
  const found = words[text.toLowerCase()];
  if (found === undefined)
    throw wrong(`${name} must be one of ${Object.keys(words).join(", ")}, and is "${text}"`);
  return found;
}

export function readFlag(params: URLSearchParams, name: string): boolean | undefined {
  return readWord(params, name, { true: "yes", false: "no", "1": "yes", "0": "no" }) === undefined
    ? undefined
    : ["true", "1"].includes(params.get(name)?.toLowerCase() ?? "");
}

export function wrong(why: string): StepwellError {
  return new StepwellError("query_invalid", `The query is not valid: ${why.slice(0, 300)}.`);
}
