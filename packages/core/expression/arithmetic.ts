import type { Meter } from "./meter.ts";
import { textOf } from "./text.ts";
import { within } from "./time.ts";
import {
  Duration,
  Failure,
  isList,
  isNumber,
  MISSING,
  type Result,
  Timestamp,
  typeName,
  type Value,
} from "./values.ts";

// Arithmetic of CEL on checked 64-bit integers, doubles and time, with three kindnesses of semantics 4.2-4.3: text
// plus anything is text, missing plus text is the text, and an integer beside a double becomes a double (numbers of
// an event are always doubles, so strict CEL would refuse `event.data.n * 2`).

export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%";

const MIN_INT = -(2n ** 63n);
const MAX_UINT = 2n ** 64n - 1n;
const MAX_TEXT_LENGTH = 4 * 1024 * 1024;

export function calculate(op: ArithmeticOperator, left: Result, right: Result, meter: Meter): Result {
  if (left instanceof Failure) return left;
  if (right instanceof Failure) return right;
  if (op === "+" && (typeof left === "string" || typeof right === "string"))
    return concatenate(left, right, meter);
  if (left === MISSING || right === MISSING) return op === "+" && left === right ? MISSING : false;
  if (isNumber(left) && isNumber(right)) return onNumbers(op, left, right);
  if (op === "+" && isList(left) && isList(right)) {
    meter.spend(left.length + right.length);
    return left.concat(right);
  }
  return onTime(op, left, right) ?? new Failure(`no ${typeName(left)} ${op} ${typeName(right)}`);
}

export function negate(of: Result): Result {
  if (of instanceof Failure) return of;
  if (of === MISSING) return false;
  if (typeof of === "number") return -of;
  if (typeof of === "bigint") return checkedInt(-of);
  return of instanceof Duration ? new Duration(-of.lengthMs) : new Failure(`no -${typeName(of)}`);
}

export function checkedInt(value: bigint): bigint | Failure {
  return value < MIN_INT || value > MAX_UINT ? new Failure("integer overflow") : value;
}

function concatenate(left: Value | typeof MISSING, right: Value | typeof MISSING, meter: Meter): Result {
  // A frozen missing value is null: it must read like the missing value it was, so null is the empty text too.
  const partText = (part: Value | typeof MISSING) =>
    part === MISSING || part === null ? "" : textOf(part, meter);
  const text = partText(left) + partText(right);
  meter.spendOnText(text);
  return text.length > MAX_TEXT_LENGTH ? new Failure("the text grows too long") : text;
}

function onNumbers(op: ArithmeticOperator, left: number | bigint, right: number | bigint): Result {
  if (typeof left === "bigint" && typeof right === "bigint") return onIntegers(op, left, right);
  const [a, b] = [Number(left), Number(right)];
  switch (op) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return b === 0 ? new Failure("division by zero") : a % b;
  }
}

function onIntegers(op: ArithmeticOperator, left: bigint, right: bigint): Result {
  if ((op === "/" || op === "%") && right === 0n) return new Failure("division by zero");
  switch (op) {
    case "+":
      return checkedInt(left + right);
    case "-":
      return checkedInt(left - right);
    case "*":
      return checkedInt(left * right);
    case "/":
      return checkedInt(left / right);
    case "%":
      return left % right;
  }
}

function onTime(op: ArithmeticOperator, left: Value, right: Value): Result | undefined {
  if (op !== "+" && op !== "-") return undefined;
  const sign = op === "+" ? 1 : -1;
  if (left instanceof Timestamp && right instanceof Duration) return moved(left, sign * right.lengthMs);
  if (left instanceof Duration && right instanceof Duration)
    return new Duration(left.lengthMs + sign * right.lengthMs);
  if (op === "+")
    return left instanceof Duration && right instanceof Timestamp ? moved(right, left.lengthMs) : undefined;
  const bothMoments = left instanceof Timestamp && right instanceof Timestamp;
  return bothMoments ? new Duration(left.epochMs - right.epochMs) : undefined;
}

/** A timestamp some time later, if that is still a year CEL knows. */
export function moved(from: Timestamp, byMs: number): Timestamp | Failure {
  const epochMs = within(from.epochMs + byMs);
  return epochMs === undefined ? new Failure("timestamp out of range") : new Timestamp(epochMs);
}
