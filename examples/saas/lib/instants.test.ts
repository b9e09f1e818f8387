import { describe, expect, it } from "vitest";
import { sayAgo, sayDuration, sayInstant, sayUntil } from "./instants.ts";

const now = new Date("2026-11-28T05:30:00Z");
const before = (seconds: number) => new Date(now.getTime() - seconds * 1_000);

describe("instants in words", () => {
  it.each([
    [-2, "just now"],
    [0, "just now"],
    [4, "just now"],
    [20, "20 seconds ago"],
    [59, "59 seconds ago"],
    [5 * 60 + 50, "5 minutes ago"],
    [3 * 3_600, "3 hours ago"],
    [40 * 86_400, "1 month ago"],
  ])("%d seconds ago is %s", (seconds, words) => {
    expect(sayAgo(before(seconds), now)).toBe(words);
  });

  it.each([
    [0, "now"],
    [-44 * 60, "in 44 minutes"],
    [-3 * 86_400, "in 3 days"],
  ])("%d seconds from now is %s", (seconds, words) => {
    expect(sayUntil(before(seconds), now)).toBe(words);
  });

  it("is said in full, in UTC", () => {
    expect(sayInstant(now)).toBe("28 Nov 2026, 05:30:00 UTC");
  });
});

describe("durations in words", () => {
  it.each([
    [0, "0\u00a0ms"],
    [88, "88\u00a0ms"],
    [4_210, "4.2\u00a0s"],
    [123_456, "2\u00a0minutes 3\u00a0seconds"],
  ])("%d ms is %s", (ms, words) => {
    expect(sayDuration(ms)).toBe(words);
  });
});
