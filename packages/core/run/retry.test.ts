import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { retryAt } from "./retry.ts";

const NOW = 1_770_000_000_000;
const failed = { attempt: 0, advice: { is: "default" }, now: NOW, roll: 0, constantMs: null } as const;

describe("the next attempt", () => {
  test.each<[number, number]>([
    [0, 15],
    [1, 30],
    [2, 60],
    [3, 120],
    [4, 300],
    [5, 600],
    [6, 1_200],
    [7, 2_400],
    [8, 3_600],
    [9, 7_200],
    [10, 7_200],
    [11, 7_200],
    [12, 7_200],
  ])("after attempt %d comes in %d s, and up to 30 s of jitter", (attempt, seconds) => {
    expect(retryAt({ ...failed, attempt })).toBe(NOW + seconds * 1_000);
    expect(retryAt({ ...failed, attempt, roll: 0.5 })).toBe(NOW + seconds * 1_000 + 15_000);
    expect(retryAt({ ...failed, attempt, roll: 1 - Number.EPSILON })).toBe(NOW + seconds * 1_000 + 29_999);
  });

  test("a constant replaces table and jitter", () => {
    for (const attempt of [0, 5, 12]) {
      expect(retryAt({ ...failed, attempt, roll: 0.9, constantMs: 2_000 })).toBe(NOW + 2_000);
    }
    expect(retryAt({ ...failed, roll: 0.9, constantMs: 0 })).toBe(NOW);
  });

  test("the app's own time wins, but is never past", () => {
    const advice = { is: "at", at: NOW + 2_000 } as const;
    expect(retryAt({ ...failed, advice, roll: 0.9 })).toBe(NOW + 2_000);
    expect(retryAt({ ...failed, advice, constantMs: 7_000 })).toBe(NOW + 2_000);
    expect(retryAt({ ...failed, advice: { is: "at", at: NOW - 5 } })).toBe(NOW);
  });

  test("is a whole millisecond for every roll", () => {
    fc.assert(
      fc.property(
        fc.nat(20),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, roll) => {
          const delayMs = retryAt({ ...failed, attempt, roll }) - NOW;
          expect(Number.isInteger(delayMs) && delayMs >= 15_000 && delayMs < 7_230_000).toBe(true);
        },
      ),
    );
  });
});
