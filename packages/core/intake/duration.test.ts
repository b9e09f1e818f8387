import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_SLEEP_MS, parseDuration, parseGoDuration, parseSleep } from "./index.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const at = (iso: string) => Date.parse(iso);
const NOW = at("2026-02-03T04:05:06.789Z");

describe("durations", () => {
  test.each<[string, number]>([
    ["1d12h", 36 * HOUR_MS],
    ["90m", 1.5 * HOUR_MS],
    ["1h30m", 1.5 * HOUR_MS],
    ["1w", 7 * DAY_MS],
    ["1w2d3h4m5s6ms", 9 * DAY_MS + 3 * HOUR_MS + 245_006],
    ["2m", 120_000],
    ["500ms", 500],
    ["1.5h", 1.5 * HOUR_MS],
    ["1.1h", 3_960_000],
    ["0.1s", 100],
    ["5s1h5s", HOUR_MS + 10_000],
    ["2000us", 2],
    ["2000\u00b5s", 2],
    ["2000\u03bcs", 2],
    ["1000000ns", 1],
    ["499us", 0],
    ["500us", 1],
    ["0", 0],
    ["0s", 0],
  ])("%s is %d ms", (text, lengthMs) => expect(parseDuration(text)).toBe(lengthMs));

  test.each([
    ["1y"],
    ["1mo"],
    [""],
    ["1"],
    ["10"],
    ["h"],
    ["1 h"],
    ["1h 30m"],
    [" 1h"],
    ["1h "],
    ["1H"],
    ["-1h"],
    ["+1h"],
    [".5h"],
    ["1.h"],
    ["1e3s"],
    ["1h30"],
    ["one hour"],
    ["15251w"],
    ["9".repeat(400) + "w"],
  ])("%j is none", (text) => expect(parseDuration(text)).toBeNull());

  test("the Go form has no days and weeks", () => {
    expect(parseGoDuration("1h30m")).toBe(1.5 * HOUR_MS);
    expect(parseGoDuration("2m")).toBe(120_000);
    for (const text of ["1d", "1w", "1d2h", "1y", ""]) expect(parseGoDuration(text)).toBeNull();
  });

  test("parts add up, in any order", () => {
    const lengths = { w: 7 * DAY_MS, d: DAY_MS, h: HOUR_MS, m: 60_000, s: 1_000, ms: 1 };
    const part = fc.tuple(fc.nat(50), fc.constantFrom("w", "d", "h", "m", "s", "ms"));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), (parts) => {
        const sum = parts.reduce((total, [amount, unit]) => total + amount * lengths[unit], 0);
        expect(parseDuration(parts.map(([amount, unit]) => `${amount}${unit}`).join(""))).toBe(sum);
      }),
    );
  });
});

describe("the end of a sleep", () => {
  test.each<[string, number]>([
    ["1m", NOW + 60_000],
    ["1d12h", NOW + 36 * HOUR_MS],
    ["1w2d3h4m5s6ms", NOW + 9 * DAY_MS + 3 * HOUR_MS + 245_006],
    [" 1m ", NOW + 60_000],
    ["366d", NOW + MAX_SLEEP_MS],
    ["2026-06-01T00:00:00Z", at("2026-06-01T00:00:00Z")],
    ["2026-06-01", at("2026-06-01T00:00:00Z")],
    ["2026-06-01T00:00:00.400Z", at("2026-06-01T00:00:01Z")],
    ["Mon, 01 Jun 2026 10:00:00 GMT", at("2026-06-01T10:00:00Z")],
  ])("%s", (name, until) => expect(parseSleep(name, NOW)).toEqual({ until }));

  test.each(["0", "0s", "2020-01-01", "2026-02-03T04:05:06Z", "-000001-01-01T00:00:00.000Z"])(
    "%s is past and ends now",
    (name) => expect(parseSleep(name, NOW)).toEqual({ until: NOW }),
  );

  test.each(["", "  "])("%j ends now, with a warning (wire §5.4)", (name) => {
    expect(parseSleep(name, NOW)).toEqual({ until: NOW, warning: expect.stringContaining("empty") });
  });

  test.each(["366d1ms", "400d", "100000000w", "2027-02-05", "+100000-01-01T00:00:00.000Z"])(
    "%s is too long",
    (name) => expect(parseSleep(name, NOW)).toEqual({ tooLong: true }),
  );

  test.each([
    "1y",
    "tomorrow",
    "next wednesday",
    "2026-02-30",
    "2026-13-01T00:00:00Z",
    "-5s",
    "x".repeat(1e6),
  ])("%s cannot be read", (name) => {
    const end = parseSleep(name, NOW);
    expect(end).toEqual({ invalid: expect.stringContaining(name.slice(0, 100)) });
    expect(JSON.stringify(end).length).toBeLessThan(300);
  });

  test("any instant that JavaScript can write is understood, never early and at most a second late", () => {
    fc.assert(
      fc.property(fc.integer({ min: NOW, max: NOW + MAX_SLEEP_MS - 1_000 }), (instant) => {
        const end = parseSleep(new Date(instant).toISOString(), NOW);
        const until = "until" in end ? end.until : Number.NaN;
        expect(until).toBeGreaterThanOrEqual(instant);
        expect(until - instant).toBeLessThan(1_000);
      }),
    );
  });

  test("any text has an answer", () => {
    const piece = fc.constantFrom(
      "1",
      "h",
      "d",
      "-",
      ":",
      "T",
      "Z",
      " ",
      "2026",
      "01",
      ".",
      "+",
      "µs",
      "e",
      "Mon, ",
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("")),
    );
    fc.assert(
      fc.property(text, (name) => {
        const end = parseSleep(name, NOW);
        if ("until" in end) expect(Number.isSafeInteger(end.until) && end.until >= NOW).toBe(true);
      }),
    );
  });
});
