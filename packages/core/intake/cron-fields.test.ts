import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextTick } from "./index.ts";

const field = (min: number, max: number) => {
  const value = fc.integer({ min, max });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc.integer({ min: 1, max: max + 5 });
  const stepped = fc
    .tuple(fc.oneof(fc.constantFrom("*", "?"), range, value.map(String)), step)
    .map(([from, n]) => `${from}/${n}`);
  const item = fc.oneof(value.map(String), range, stepped);
  return fc.oneof(
    fc.constant("*"),
    fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(",")),
  );
};
const fields = fc.tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6));

/** The plain reading of the rules, minute by minute, to compare with. */
function naive(parts: readonly string[]): (date: Date) => boolean {
  const sets = [59, 23, 31, 12, 6].map((max, at) =>
    numbersOf(parts[at] ?? "", [0, 0, 1, 1, 0][at] ?? 0, max),
  );
  const open = parts.map((part) => part.split(",").some((item) => /^[*?](\/1)?$/.test(item)));
  return (date) => {
    const now = [
      date.getUTCMinutes(),
      date.getUTCHours(),
      date.getUTCDate(),
      date.getUTCMonth() + 1,
      date.getUTCDay(),
    ];
    const hit = sets.map((set, at) => set.has(now[at] ?? -1));
    const day = open[2] || open[4] ? hit[2] && hit[4] : hit[2] || hit[4];
    return Boolean(hit[0] && hit[1] && hit[3] && day);
  };
}

function numbersOf(text: string, min: number, max: number): Set<number> {
  const numbers = new Set<number>();
  for (const item of text.split(",")) {
    const [span = "", step] = item.split("/");
    const [low, high] = /^[*?]$/.test(span) ? [min, max] : span.split("-").map(Number);
    const last = high ?? (step === undefined ? low : max);
    for (let n = low ?? 0; n <= (last ?? 0); n += Number(step ?? 1)) numbers.add(n);
  }
  return numbers;
}

describe("any expression", () => {
  const start = Date.parse("2026-01-01T00:00:00Z");
  const minute = fc.integer({ min: 0, max: 5 * 525_600 });

  test("fires in UTC when a plain reading of its fields says so", () => {
    fc.assert(
      fc.property(fields, minute, (parts, offset) => {
        const after = start + offset * 60_000;
        const matches = naive(parts);
        const tick = nextTick(parts.join(" "), after);
        if (tick !== null) expect(matches(new Date(tick))).toBe(true);
        const end = Math.min(tick ?? Number.POSITIVE_INFINITY, after + 2_000 * 60_000);
        for (let t = after + 60_000; t < end; t += 60_000) expect(matches(new Date(t))).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  test("has one next tick, whenever it is asked before it, in every zone", () => {
    const zones = [
      "Europe/Paris",
      "America/New_York",
      "Australia/Lord_Howe",
      "America/Sao_Paulo",
      "Asia/Kathmandu",
    ];
    const near = fc.constantFrom(
      "2026-03-08",
      "2026-03-29",
      "2026-04-05",
      "2026-10-04",
      "2026-10-25",
      "2026-11-01",
      "2018-11-04",
    );
    const second = fc.integer({ min: -36 * 3_600, max: 36 * 3_600 });
    const times = fc.tuple(field(0, 59), field(0, 23));
    fc.assert(
      fc.property(
        times,
        fc.constantFrom(...zones),
        near,
        second,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (time, zone, day, offset, share) => {
          const expression = `TZ=${zone} ${time.join(" ")} * * *`;
          const after = Date.parse(`${day}T00:00:00Z`) + offset * 1_000;
          const tick = nextTick(expression, after);
          if (tick === null) throw new Error("a time of day must come");
          expect(tick).toBeGreaterThan(after);
          expect(tick % 60_000).toBe(0);
          const between = Math.min(tick - 1, after + Math.floor(share * (tick - after)));
          expect(nextTick(expression, between)).toBe(tick);
        },
      ),
      { numRuns: 500 },
    );
  });
});
