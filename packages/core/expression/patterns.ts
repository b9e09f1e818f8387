import { RE2JS } from "re2js";
import type { Meter } from "./meter.ts";
import { Failure } from "./values.ts";

// matches(): RE2 syntax, found anywhere in the text, in linear time (a JavaScript RegExp took 25 s on 29
// characters). Linear still multiplies text by program size, up to 18 ns each, so both are paid for; and 1,000
// characters of pattern can be a program of 150,000 instructions, so counted repeats are limited before compiling.

const MAX_PATTERN_LENGTH = 1_000;
const MAX_COUNTED_REPEATS = 1_000;
const MAX_CACHED = 256;
const COMPILE_COST = 20;

const cache = new Map<string, RE2JS | Failure>();

export function matches(text: string, source: string, meter: Meter): boolean | Failure {
  const pattern = compiled(source, meter);
  if (pattern instanceof Failure) return pattern;
  meter.spend((text.length * pattern.programSize()) >> 2);
  return pattern.test(text);
}

function compiled(source: string, meter: Meter): RE2JS | Failure {
  const known = cache.get(source);
  if (known !== undefined) return known;
  const pattern = compile(source);
  if (!(pattern instanceof Failure)) meter.spend(pattern.programSize() * COMPILE_COST);
  const [oldest] = cache.keys();
  if (cache.size >= MAX_CACHED && oldest !== undefined) cache.delete(oldest);
  cache.set(source, pattern);
  return pattern;
}

function compile(source: string): RE2JS | Failure {
  if (source.length > MAX_PATTERN_LENGTH)
    return new Failure(`a pattern is at most ${MAX_PATTERN_LENGTH} characters`);
  let repeats = 0;
  for (const [, least, most] of source.matchAll(/\{(\d+),?(\d*)\}/g))
    repeats += Math.max(Number(least), Number(most));
  if (repeats > MAX_COUNTED_REPEATS)
    return new Failure(`a pattern repeats at most ${MAX_COUNTED_REPEATS} times`);
  try {
    return RE2JS.compile(source);
  } catch (cause) {
    return new Failure(cause instanceof Error ? cause.message : String(cause));
  }
}
