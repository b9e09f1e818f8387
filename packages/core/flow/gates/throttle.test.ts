/** Throttle (semantics §6.3). */
import { describe, expect, test } from "vitest";
import type { FunctionConfig, ThrottleRule } from "../../model/function.ts";
import { functionOf } from "../fixtures/gate-samples.ts";
import { nextRoomAt, type PaceState, paceAfter } from "./gcra.ts";
import { isThrottle, paceOfCell, throttleCell, throttlePace } from "./throttle.ts";

const NOW = Date.UTC(2026, 10, 27, 12);
const ruleOf = (limit: number, periodMs: number, burst = 0): ThrottleRule => ({ limit, periodMs, burst });
const configOf = (throttle?: ThrottleRule): FunctionConfig =>
  functionOf(throttle === undefined ? {} : { throttle }).config;
const text = (value: string) => () => value;

/** When so many runs that are all there at once may start, from the first one on. */
function startsOf(rule: ThrottleRule, count: number): number[] {
  const pace = throttlePace(rule);
  let state: PaceState | null = null;
  let now = NOW;
  return Array.from({ length: count }, () => {
    now = Math.max(now, nextRoomAt(state, pace));
    state = paceAfter(state, pace, now);
    return now - NOW;
  });
}

describe("the pace", () => {
  test("TH-1 · one per 5 s: at 0, 5 and 10 s", () =>
    expect(startsOf(ruleOf(1, 5000), 3)).toEqual([0, 5000, 10_000]));

  test("TH-2 · two per 6 s with a burst of 1: three at once, then one each 3 s", () =>
    expect(startsOf(ruleOf(2, 6000, 1), 6)).toEqual([0, 0, 0, 3000, 6000, 9000]));

  test("limit + burst are admitted at once", () =>
    expect(startsOf(ruleOf(4, 8000), 6)).toEqual([0, 0, 0, 0, 2000, 4000]));

  test("limit 0 is 1", () => expect(startsOf(ruleOf(0, 5000), 3)).toEqual(startsOf(ruleOf(1, 5000), 3)));

  test.each([5001, 5500, 5999])("of a period of %i ms the fraction of a second is cut off", (periodMs) =>
    expect(startsOf(ruleOf(1, periodMs), 3)).toEqual([0, 5000, 10_000]),
  );

  test("intervals that are no whole milliseconds lose no start and gain none", () => {
    const starts = startsOf(ruleOf(3, 1000), 3003);
    const off = starts.map((at, n) => at - Math.max(0, ((n - 2) * 1000) / 3)).map(Math.abs);
    expect(Math.max(...off)).toBeLessThanOrEqual(1);
  });
});

describe("the cell", () => {
  const cell = (throttle: ThrottleRule, value = "", id = "F") =>
    throttleCell(id, configOf(throttle), text(value));

  test("is one per function, expression and value, and is told from those of concurrency", () => {
    const keyed = { ...ruleOf(1, 1000), key: "event.data.id" };
    const names = [cell(ruleOf(1, 1000)), cell(keyed, "7"), cell(keyed, "8"), cell(keyed, "7", "G")];
    expect(new Set(names).size).toBe(4);
    expect(new Set([cell(keyed, "7"), cell({ ...keyed, key: "event.data.no" }, "7")]).size).toBe(2);
    expect(names.every((name) => name !== null && isThrottle(name))).toBe(true);
    expect(isThrottle('["F",null,""]')).toBe(false);
    expect(throttleCell("F", configOf(), text(""))).toBeNull();
  });

  test("the value may hold what it likes", () => {
    const keyed = { ...ruleOf(1, 1000), key: "event.data.id" };
    for (const value of ['"', "a b", "throttle:", "ß\n", "[]"]) {
      const name = cell(keyed, value) ?? "";
      expect(paceOfCell(name, () => configOf(keyed))).toEqual(throttlePace(keyed));
    }
  });

  test("its pace is that of the latest configuration", () => {
    const name = cell(ruleOf(1, 5000)) ?? "";
    expect(paceOfCell(name, () => configOf(ruleOf(5, 5000)))).toEqual({ everyMs: 1000, aheadMs: 4000 });
  });

  test.each<[string, FunctionConfig | undefined]>([
    ["the option is gone", configOf()],
    ["the key has another expression", configOf({ ...ruleOf(1, 5000), key: "event.data.id" })],
    ["the function is gone", undefined],
  ])("nothing is throttled any more when %s", (_case, config) => {
    expect(paceOfCell(cell(ruleOf(1, 5000)) ?? "", () => config)).toBeNull();
  });
});
