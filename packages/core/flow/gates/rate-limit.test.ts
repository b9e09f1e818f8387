/** Rate limit and function idempotency (semantics §6.4, §5.2). */
import { describe, expect, test } from "vitest";
import type { RateLimitRule } from "../../model/function.ts";
import type { GateCellRow } from "../../model/queue.ts";
import { functionOf } from "../fixtures/gate-samples.ts";
import { judgeRate, rateLimitCell } from "./rate-limit.ts";

const NOW = Date.UTC(2026, 10, 27, 12);
const DAY = 86_400_000;
const ruleOf = (limit: number, periodMs: number): RateLimitRule => ({ limit, periodMs, option: "rateLimit" });

/** A key over time: `offer` gives back how many of so many events at one time are accepted. */
function createKey(rule: RateLimitRule): {
  offer(at: number, count: number): number;
  row(): GateCellRow | undefined;
} {
  let row: GateCellRow | undefined;
  return {
    offer(at, count) {
      let accepted = 0;
      for (let n = 0; n < count; n += 1) {
        const live = row === undefined || row.expiresAt === null || row.expiresAt > at ? row : undefined;
        const verdict = judgeRate(rule, "k", live, at);
        if (verdict.is === "drop") continue;
        row = verdict.keep;
        accepted += 1;
      }
      return accepted;
    },
    row: () => row,
  };
}

describe("the rate (semantics §6.4)", () => {
  test.each<[number, number, number, number]>([
    [1, 60_000, 1, 60_000],
    [2, 10_000, 1, 5000],
    [10, 60_000, 2, 6000],
    [100, 60_000, 11, 600],
  ])("%i per %i ms: %i at once, then one per %i ms", (limit, periodMs, atOnce, every) => {
    const key = createKey(ruleOf(limit, periodMs));
    expect(key.offer(NOW, atOnce + 50)).toBe(atOnce);
    for (let turn = 1; turn <= 5; turn += 1) {
      expect(key.offer(NOW + turn * every - 1, 1)).toBe(0);
      expect(key.offer(NOW + turn * every, 2)).toBe(1);
    }
  });

  test("RL-1 · one per minute: two events make one run", () =>
    expect(createKey(ruleOf(1, 60_000)).offer(NOW, 2)).toBe(1));

  test("RL-2 · two per 10 s: two together make one run, a third one 5 s later makes the second", () => {
    const key = createKey(ruleOf(2, 10_000));
    expect(key.offer(NOW, 2)).toBe(1);
    expect(key.offer(NOW + 4999, 1)).toBe(0);
    expect(key.offer(NOW + 5000, 1)).toBe(1);
  });

  test("it is no fixed window: what is dropped costs nothing and does not put off the next", () => {
    const key = createKey(ruleOf(1, 60_000));
    expect(key.offer(NOW, 1)).toBe(1);
    for (let at = NOW + 10_000; at < NOW + 60_000; at += 10_000) expect(key.offer(at, 3)).toBe(0);
    expect(key.offer(NOW + 60_000, 1)).toBe(1);
  });

  test("a drop names when there is room again", () => {
    const first = judgeRate(ruleOf(2, 10_000), "k", undefined, NOW);
    if (first.is !== "admit") throw new Error("a fresh key admits");
    expect(judgeRate(ruleOf(2, 10_000), "k", first.keep, NOW + 1)).toEqual({ is: "drop", until: NOW + 5000 });
  });

  test("the cell is kept until it would say nothing more, and not beyond", () => {
    const key = createKey(ruleOf(100, 60_000));
    key.offer(NOW, 3);
    expect(key.row()).toMatchObject({ key: "k", expiresAt: NOW + 1800 });
    const row = key.row() as GateCellRow;
    const late = judgeRate(ruleOf(100, 60_000), "k", row, NOW + 1800);
    const fresh = judgeRate(ruleOf(100, 60_000), "k", undefined, NOW + 1800);
    expect(late).toEqual(fresh);
  });

  test("the latest number counts for what was admitted before", () => {
    const first = judgeRate(ruleOf(1, 60_000), "k", undefined, NOW);
    if (first.is !== "admit") throw new Error("a fresh key admits");
    expect(judgeRate(ruleOf(1, 60_000), "k", first.keep, NOW + 1).is).toBe("drop");
    expect(judgeRate(ruleOf(1000, 60_000), "k", first.keep, NOW + 54_000).is).toBe("admit");
  });

  test("idempotency is one per key and day (semantics §5.2)", () => {
    const key = createKey({ limit: 1, periodMs: DAY, key: "event.data.cart", option: "idempotency" });
    expect(key.offer(NOW, 3)).toBe(1);
    expect(key.offer(NOW + DAY - 1, 1)).toBe(0);
    expect(key.offer(NOW + DAY, 1)).toBe(1);
  });
});

describe("the cell", () => {
  const cell = (rule: RateLimitRule | undefined, key: string | null, id = "F") =>
    rateLimitCell(id, functionOf(rule === undefined ? {} : { rateLimit: rule }).config, key);

  test("is one per function, option, expression and value", () => {
    const keyed = { ...ruleOf(1, 1000), key: "event.data.id" };
    const names = [
      cell(ruleOf(1, 1000), ""),
      cell(keyed, "7"),
      cell(keyed, "8"),
      cell({ ...keyed, key: "event.data.no" }, "7"),
      cell({ ...keyed, option: "idempotency" }, "7"),
      cell(keyed, "7", "G"),
    ];
    expect(new Set(names).size).toBe(6);
    expect(cell(keyed, "7")).toBe(cell({ ...keyed, limit: 9, periodMs: 5 }, "7"));
  });

  test("there is none without the option, and none for an event that is not limited", () => {
    expect(cell(undefined, "7")).toBeNull();
    expect(cell(ruleOf(1, 1000), null)).toBeNull();
  });
});
