import type { CelFunction } from "./functions.ts";
import { Duration, Failure, Timestamp, typeName, type Value } from "./values.ts";

// `timestamp.getHours()` and its sisters, in UTC; on a duration the four clock parts are its whole length in that
// unit, as CEL has it. The time-zone argument of CEL is left out: it would need the machine's zone tables.

export const TIME_PARTS: Readonly<Record<string, CelFunction>> = {
  getFullYear: part((date) => date.getUTCFullYear()),
  getMonth: part((date) => date.getUTCMonth()),
  getDate: part((date) => date.getUTCDate()),
  getDayOfMonth: part((date) => date.getUTCDate() - 1),
  getDayOfWeek: part((date) => date.getUTCDay()),
  getDayOfYear: part(dayOfYear),
  getHours: part((date) => date.getUTCHours(), 3_600_000),
  getMinutes: part((date) => date.getUTCMinutes(), 60_000),
  getSeconds: part((date) => date.getUTCSeconds(), 1_000),
  getMilliseconds: part((date) => date.getUTCMilliseconds(), 1),
};

function part(ofDate: (date: Date) => number, unitMs?: number): CelFunction {
  const run = ([of = null]: readonly Value[]) => {
    if (of instanceof Timestamp) return BigInt(ofDate(new Date(of.epochMs)));
    if (of instanceof Duration && unitMs !== undefined) return BigInt(Math.trunc(of.lengthMs / unitMs));
    return new Failure(`wants a timestamp, not ${typeName(of)}`);
  };
  return { form: "method", arity: 1, run };
}

function dayOfYear(date: Date): number {
  const start = new Date(date);
  start.setUTCMonth(0, 1);
  return Math.round((date.getTime() - start.getTime()) / 86_400_000);
}
