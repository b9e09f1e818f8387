import { checkedInt, moved } from "./arithmetic.ts";
import type { Meter } from "./meter.ts";
import { matches } from "./patterns.ts";
import { textOf } from "./text.ts";
import { durationFromText, timestampFromNumber, timestampFromText } from "./time.ts";
import { TIME_PARTS } from "./time-parts.ts";
import {
  Duration,
  Failure,
  isList,
  isLiteralMap,
  keysOf,
  type Result,
  Timestamp,
  typeName,
  type Value,
} from "./values.ts";

// The functions of semantics 4.3, as one table. Callers have dealt with missing and failed arguments already: a
// missing one gives `onMissing`, or false.

interface CallContext {
  readonly now: number;
  readonly meter: Meter;
}

export interface CelFunction {
  /** `call` is f(x), `method` is x.f(); the receiver counts as the first argument. */
  readonly form: "call" | "method" | "either";
  readonly arity: number;
  readonly onMissing?: Value;
  readonly readsClock?: true;
  run(args: readonly Value[], context: CallContext): Result;
}

export function functionNamed(name: string): CelFunction | undefined {
  return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
}

const FUNCTIONS: Readonly<Record<string, CelFunction>> = {
  size: { form: "either", arity: 1, onMissing: 0n, run: ([of = null], { meter }) => size(of, meter) },

  contains: onTwoTexts("method", (text, part) => text.includes(part)),
  startsWith: onTwoTexts("method", (text, part) => text.startsWith(part)),
  endsWith: onTwoTexts("method", (text, part) => text.endsWith(part)),
  matches: onTwoTexts("either", matches),
  lowercase: onText((text) => text.toLowerCase()),
  uppercase: onText((text) => text.toUpperCase()),
  b64decode: onText(decodeBase64),
  json_parse: onText(parseObject, 2),

  int: { form: "call", arity: 1, run: ([of = null]) => toInteger(of) },
  uint: { form: "call", arity: 1, run: ([of = null]) => unsigned(toInteger(of)) },
  double: { form: "call", arity: 1, run: ([of = null]) => toDouble(of) },
  string: { form: "call", arity: 1, run: ([of = null], { meter }) => toText(of, meter) },

  timestamp: { form: "call", arity: 1, run: ([of = null]) => toTimestamp(of) },
  date: { form: "call", arity: 1, run: ([of = null]) => toTimestamp(of) },
  duration: { form: "call", arity: 1, run: ([of = null]) => toDuration(of) },
  now: { form: "call", arity: 0, readsClock: true, run: (_, { now }) => new Timestamp(now) },
  now_plus: { form: "call", arity: 1, readsClock: true, run: ([by = null], { now }) => shifted(now, by, 1) },
  now_minus: {
    form: "call",
    arity: 1,
    readsClock: true,
    run: ([by = null], { now }) => shifted(now, by, -1),
  },
  ...TIME_PARTS,
};

/** `shift` is how many characters one step pays for, as a power of two. */
function onText(apply: (text: string) => Result, shift = 4): CelFunction {
  return {
    form: "call",
    arity: 1,
    run: ([text = null], { meter }) => {
      if (typeof text !== "string") return new Failure(`wants text, not ${typeName(text)}`);
      meter.spend(1 + (text.length >> shift));
      return apply(text);
    },
  };
}

function onTwoTexts(
  form: "method" | "either",
  apply: (text: string, other: string, meter: Meter) => Result,
): CelFunction {
  return {
    form,
    arity: 2,
    run: ([text = null, other = null], { meter }) => {
      if (typeof text !== "string" || typeof other !== "string") {
        return new Failure(`wants two texts, not ${typeName(text)} and ${typeName(other)}`);
      }
      meter.spendOnText(text);
      return apply(text, other, meter);
    },
  };
}

/** Text is counted in characters, not UTF-16 units. Null counts as missing does. */
function size(of: Value, meter: Meter): Result {
  if (of === null) return 0n;
  if (typeof of === "string") {
    meter.spendOnText(of);
    let pairs = 0;
    for (const _ of of.matchAll(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)) pairs += 1;
    return BigInt(of.length - pairs);
  }
  if (typeof of !== "object" || of instanceof Timestamp || of instanceof Duration) {
    return new Failure(`no size of ${typeName(of)}`);
  }
  if (isList(of)) return BigInt(of.length);
  return BigInt(isLiteralMap(of) ? of.size : keysOf(of, meter).length);
}

function decodeBase64(text: string): Result {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
  } catch {
    return new Failure("not base64");
  }
}

function parseObject(text: string): Result {
  try {
    const parsed: unknown = JSON.parse(text);
    const isObject = parsed !== null && typeof parsed === "object" && !Array.isArray(parsed);
    return isObject ? (parsed as Value) : new Failure("not a JSON object");
  } catch {
    return new Failure("not JSON");
  }
}

function toInteger(of: Value): bigint | Failure {
  if (typeof of === "bigint") return of;
  if (typeof of === "number" && Number.isFinite(of)) return checkedInt(BigInt(Math.trunc(of)));
  if (typeof of === "string" && /^[+-]?\d{1,20}$/.test(of)) return checkedInt(BigInt(of.replace("+", "")));
  if (of instanceof Timestamp) return BigInt(Math.floor(of.epochMs / 1_000));
  return new Failure(`no integer from ${typeName(of)}`);
}

function unsigned(of: bigint | Failure): bigint | Failure {
  return of instanceof Failure || of >= 0n ? of : new Failure("a uint is not negative");
}

function toDouble(of: Value): Result {
  if (typeof of === "number") return of;
  if (typeof of === "bigint") return Number(of);
  const isDecimal = typeof of === "string" && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(of);
  return isDecimal ? Number(of) : new Failure(`no double from ${typeName(of)}`);
}

function toText(of: Value, meter: Meter): Result {
  const isMap = of !== null && typeof of === "object" && !(of instanceof Timestamp || of instanceof Duration);
  return of === null || isMap ? new Failure(`no text from ${typeName(of)}`) : textOf(of, meter);
}

function toTimestamp(of: Value): Timestamp | Failure {
  if (of instanceof Timestamp) return of;
  let epochMs: number | undefined;
  if (typeof of === "string") epochMs = timestampFromText(of);
  else if (typeof of === "number" || typeof of === "bigint") epochMs = timestampFromNumber(Number(of));
  return epochMs === undefined
    ? new Failure(`no timestamp from this ${typeName(of)}`)
    : new Timestamp(epochMs);
}

function toDuration(of: Value): Duration | Failure {
  if (of instanceof Duration) return of;
  const lengthMs = typeof of === "string" ? durationFromText(of) : undefined;
  return lengthMs === undefined
    ? new Failure(`no duration from this ${typeName(of)}`)
    : new Duration(lengthMs);
}

function shifted(now: number, by: Value, sign: 1 | -1): Result {
  const duration = toDuration(by);
  return duration instanceof Failure ? duration : moved(new Timestamp(now), sign * duration.lengthMs);
}
