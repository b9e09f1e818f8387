/** Debounce (semantics §6.5). */
import { describe, expect, test } from "vitest";
import type { DebounceRule } from "../../model/function.ts";
import type { GateCellRow } from "../../model/queue.ts";
import { functionOf } from "../fixtures/gate-samples.ts";
import { debounceCell, debounceState, judgeDebounce } from "./debounce.ts";

const NOW = Date.UTC(2026, 10, 27, 12);

/** Events of one key as they come; `ts` is their own time, when it is not that of their coming. */
function createKey(rule: DebounceRule) {
  let row: GateCellRow | undefined;
  return {
    event(id: string, at: number, ts = at) {
      const verdict = judgeDebounce(rule, "k", row, { id, ts: NOW + ts }, NOW + at);
      if ("late" in verdict) return "late";
      row = verdict.keep;
      expect(verdict.keep.expiresAt).toBeNull();
      return { opens: verdict.opens, flushAt: verdict.state.flushAt - NOW };
    },
    fired() {
      row = undefined;
    },
    state: () => debounceState(row),
  };
}

describe("a debounce of 5 s", () => {
  test("D-1 · events at 0, 2 and 4 s: quiet at 9 s, with the third one", () => {
    const key = createKey({ periodMs: 5000 });
    expect(key.event("a", 0)).toEqual({ opens: true, flushAt: 5000 });
    expect(key.event("b", 2000)).toEqual({ opens: false, flushAt: 7000 });
    expect(key.event("c", 4000)).toEqual({ opens: false, flushAt: 9000 });
    const times = { ts: NOW + 4000, firstAt: NOW, flushAt: NOW + 9000 };
    expect(key.state()).toEqual({ v: 1, eventId: "c", leader: "a", ...times });
  });

  test("D-3 · a second event with an older `ts` changes nothing", () => {
    const key = createKey({ periodMs: 5000 });
    key.event("a", 0);
    const before = key.state();
    expect(key.event("b", 2000, -1)).toBe("late");
    expect(key.state()).toEqual(before);
  });

  test("an event of the same `ts` replaces the one before it", () => {
    const key = createKey({ periodMs: 5000 });
    key.event("a", 0);
    expect(key.event("b", 2000, 0)).toEqual({ opens: false, flushAt: 7000 });
    expect(key.state()?.eventId).toBe("b");
  });

  test("timing is by the time of coming, order by `ts`: a future one puts nothing off", () => {
    const key = createKey({ periodMs: 5000 });
    expect(key.event("a", 0, 3_600_000)).toEqual({ opens: true, flushAt: 5000 });
    expect(key.event("b", 1000, 1000)).toBe("late");
  });

  test("D-5 · an event after the run opens a second window", () => {
    const key = createKey({ periodMs: 5000 });
    key.event("a", 0);
    key.fired();
    expect(key.event("b", 6000)).toEqual({ opens: true, flushAt: 11_000 });
    expect(key.state()).toMatchObject({ eventId: "b", firstAt: NOW + 6000 });
  });
});

describe("the timeout", () => {
  test("D-4 · period 5 s, timeout 10 s, an event each 2 s: fires at 10 s with the newest", () => {
    const key = createKey({ periodMs: 5000, timeoutMs: 10_000 });
    const fires = [0, 2000, 4000, 6000, 8000].map((at, n) => key.event(String(n), at));
    expect(fires.map((fire) => (fire === "late" ? fire : fire.flushAt))).toEqual([
      5000, 7000, 9000, 10_000, 10_000,
    ]);
    expect(fires.filter((fire) => fire !== "late" && fire.opens)).toHaveLength(1);
    expect(key.state()?.eventId).toBe("4");
  });

  test("counts from the first event of the window, also when the stored one was replaced", () => {
    const key = createKey({ periodMs: 60_000, timeoutMs: 10_000 });
    expect(key.event("a", 0)).toEqual({ opens: true, flushAt: 10_000 });
    expect(key.event("b", 9999)).toEqual({ opens: false, flushAt: 10_000 });
    key.fired();
    expect(key.event("c", 10_000)).toEqual({ opens: true, flushAt: 20_000 });
  });
});

test.each<[number, number]>([
  [1000, 1000],
  [1999, 1000],
  [2500, 2000],
  [604_800_000, 604_800_000],
])("a period of %i ms is one of %i: whole seconds, at least one (semantics §12)", (periodMs, waited) =>
  expect(createKey({ periodMs }).event("a", 0)).toEqual({ opens: true, flushAt: waited }),
);

test("D-2 · the cell is one per function, expression and value", () => {
  const cell = (key: string | undefined, value: string, id = "F") =>
    debounceCell(
      id,
      functionOf({ debounce: { periodMs: 1000, ...(key === undefined ? {} : { key }) } }).config,
      value,
    );
  const names = [cell(undefined, ""), cell("a", "1"), cell("a", "2"), cell("b", "1"), cell("a", "1", "G")];
  expect(new Set(names).size).toBe(5);
  expect(debounceCell("F", functionOf().config, "")).toBeNull();
});
