/** The generic cell rate algorithm (semantics §6.3, §6.4). */
import { describe, expect, test } from "vitest";
import { nextRoomAt, type Pace, type PaceState, paceAfter } from "./gcra.ts";

/** A time as real ones are: large, so that lost digits show. */
const NOW = Date.UTC(2026, 10, 27, 12);
const even: Pace = { everyMs: 1000, aheadMs: 0 };

/** How many are admitted at one instant. */
function burstOf(pace: Pace, before: PaceState | null = null, now: number = NOW): number {
  let state = before;
  let count = 0;
  while (count < 5000 && nextRoomAt(state, pace) <= now) {
    state = paceAfter(state, pace, now);
    count += 1;
  }
  return count;
}

describe("the pace", () => {
  test("a fresh key has room at once", () => expect(nextRoomAt(null, even)).toBe(Number.NEGATIVE_INFINITY));

  test("after an admission the next one is one interval later, to the millisecond", () => {
    const state = paceAfter(null, even, NOW);
    expect(state).toEqual({ v: 1, fullAt: NOW + 1000 });
    expect(nextRoomAt(state, even)).toBe(NOW + 1000);
  });

  test("with a lead, so many more are admitted at once, then one per interval", () => {
    const pace: Pace = { everyMs: 1000, aheadMs: 2000 };
    expect(burstOf(pace)).toBe(3);
    let state: PaceState | null = null;
    for (let n = 0; n < 3; n += 1) state = paceAfter(state, pace, NOW);
    expect(nextRoomAt(state, pace)).toBe(NOW + 1000);
    state = paceAfter(state, pace, NOW + 1000);
    expect(nextRoomAt(state, pace)).toBe(NOW + 2000);
  });

  test("a key that was not used frees itself, and what it did not use is not saved up", () => {
    const pace: Pace = { everyMs: 1000, aheadMs: 2000 };
    let state: PaceState | null = null;
    for (let n = 0; n < 3; n += 1) state = paceAfter(state, pace, NOW);
    expect(burstOf(pace, state, NOW + 2000)).toBe(2);
    expect(burstOf(pace, state, NOW + 3000)).toBe(3);
    expect(burstOf(pace, state, NOW + 3_600_000)).toBe(3);
  });

  test("intervals that are no whole milliseconds lose none of what is admitted at once", () => {
    const wrong: string[] = [];
    for (const periodMs of [1000, 7000, 60_000, 3_600_000, 86_400_000])
      for (let perPeriod = 1; perPeriod <= 400; perPeriod += 1) {
        const everyMs = periodMs / perPeriod;
        const ahead = Math.floor(perPeriod / 10);
        // A short interval may end within the millisecond: only those of a whole one tell the count.
        if (everyMs < 1) continue;
        const count = burstOf({ everyMs, aheadMs: ahead * everyMs });
        if (count !== ahead + 1) wrong.push(`${perPeriod} per ${periodMs}: ${count}, not ${ahead + 1}`);
      }
    expect(wrong).toEqual([]);
  });
});
