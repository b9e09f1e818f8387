import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jitterOf } from "./index.ts";

describe("jitter", () => {
  const tick = Date.parse("2026-01-01T00:00:00Z");

  test("is fixed for function, expression and tick", () => {
    const first = jitterOf("f", "* * * * *", tick, 30_000);
    expect(jitterOf("f", "* * * * *", tick, 30_000)).toBe(first);
    expect(first).toBe(12_708);
    const others = [
      jitterOf("g", "* * * * *", tick, 30_000),
      jitterOf("f", "0 * * * *", tick, 30_000),
      jitterOf("f", "* * * * *", tick + 60_000, 30_000),
    ];
    expect(new Set([first, ...others]).size).toBe(4);
  });

  test("lies in [1 s, jitter)", () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat(), fc.integer({ min: 1_001, max: 300_000 }), (id, minutes, jitterMs) => {
        const delayMs = jitterOf(id, "* * * * *", minutes * 60_000, jitterMs);
        expect(Number.isInteger(delayMs) && delayMs >= 1_000 && delayMs < jitterMs).toBe(true);
      }),
    );
    expect(jitterOf("f", "* * * * *", tick, 1_000)).toBe(1_000);
  });

  test("spreads the ticks of one schedule evenly", () => {
    const buckets = Array.from({ length: 10 }, () => 0);
    for (let n = 0; n < 10_000; n += 1) {
      const at = Math.floor((jitterOf("f", "* * * * *", tick + n * 60_000, 11_000) - 1_000) / 1_000);
      buckets[at] = (buckets[at] ?? 0) + 1;
    }
    for (const count of buckets) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});
