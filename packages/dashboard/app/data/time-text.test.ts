import { describe, expect, test } from "vitest";
import {
  formatAbsolute,
  formatBytes,
  formatCount,
  formatDuration,
  formatRelative,
  formatShort,
  relativeStepMs,
} from "./time-text.ts";

const S = 1000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;

test.each([
  [null, "–"],
  [Number.NaN, "–"],
  [0, "0 ms"],
  [-5, "0 ms"],
  [999, "999 ms"],
  [1000, "1 s"],
  [4230, "4.23 s"],
  [9996, "10 s"],
  [59_990, "59.9 s"],
  [M, "1 m"],
  [3 * M + 20 * S + 900, "3 m 20 s"],
  [2 * H, "2 h"],
  [2 * H + 5 * M, "2 h 5 m"],
  [3 * D + 4 * H + 59 * M, "3 d 4 h"],
])("a duration of %s ms is %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [0, "just now"],
  [-1999, "just now"],
  [-12 * S, "12 s ago"],
  [12 * S, "in 12 s"],
  [-59 * M, "59 min ago"],
  [-47 * H, "47 h ago"],
  [3 * D, "in 3 d"],
  [90 * D - 1000, "in 90 d"],
  [-400 * D, "13 mo ago"],
])("%s ms from now is %s", (apart, text) => {
  const now = Date.UTC(2026, 10, 28);
  expect(formatRelative(now + apart, now)).toBe(text);
});

test("a relative text is renewed as often as it can change", () => {
  expect(relativeStepMs(0, 30 * S)).toBe(S);
  expect(relativeStepMs(0, 30 * M)).toBeLessThanOrEqual(M);
  expect(relativeStepMs(0, 3 * D)).toBe(M);
});

describe("an instant", () => {
  const at = "2026-03-29T00:59:59.123Z";
  test("in full names its zone's offset, also where the clock jumps", () => {
    expect(formatAbsolute(at, "UTC")).toBe("Sun, 29 Mar 2026, 00:59:59.123 UTC");
    expect(formatAbsolute(at, "Europe/Berlin")).toBe("Sun, 29 Mar 2026, 01:59:59.123 UTC+1");
    expect(formatAbsolute("2026-03-29T01:00:00Z", "Europe/Berlin")).toBe(
      "Sun, 29 Mar 2026, 03:00:00.000 UTC+2",
    );
    expect(formatAbsolute("nonsense", "UTC")).toBe("–");
  });
  test("in short leaves out what today and this year say already", () => {
    expect(formatShort(at, "UTC", Date.parse(at) + H)).toBe("00:59:59");
    expect(formatShort(at, "UTC", Date.parse(at) + D)).toBe("29 Mar 00:59");
    expect(formatShort(at, "UTC", Date.parse(at) + 400 * D)).toBe("29 Mar 2026 00:59");
  });
});

test("bytes and counts", () => {
  expect(["0 B", "980 B", "1.2 KB", "34 MB", "2 TB"]).toEqual(
    [0, 980, 1234, 34_400_000, 2e12].map(formatBytes),
  );
  expect(formatCount(1204)).toBe("1,204");
  expect(formatCount({ count: 10_000, capped: true })).toBe("10,000+");
});
