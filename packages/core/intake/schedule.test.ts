import { describe, expect, test } from "vitest";
import { type CronTrigger } from "../model/function.ts";
import { fireTime, MISSED_ONE_BY_ONE, missedFrom, nextTick, zoneOf } from "./index.ts";

const SECOND = 1_000;
const MINUTE = 60_000;
const DAY = 86_400_000;
const noon = Date.parse("2026-03-10T12:00:00Z");
const minutely: CronTrigger = { cron: "* * * * *" };
const hourly: CronTrigger = { cron: "0 * * * *" };
const iso = (at: number | null | undefined) => (at == null ? null : new Date(at).toISOString().slice(0, 16));

/** Every tick from `first` on that is missed at `now`, one after the other: what `missedFrom` must agree with. */
function walked(fn: string, trigger: CronTrigger, first: number, now: number): number[] {
  const ticks: number[] = [];
  let tick: number | null = first;
  while (tick !== null && now - fireTime(fn, trigger, tick) > 60 * SECOND) {
    ticks.push(tick);
    tick = nextTick(trigger.cron, tick);
  }
  return ticks;
}

describe("lateness", () => {
  test.each<[string, number, boolean]>([
    ["in time", 0, false],
    ["30 s late", 30 * SECOND, false],
    ["60 s late", 60 * SECOND, false],
    ["a millisecond more", 60 * SECOND + 1, true],
    ["61 s late", 61 * SECOND, true],
  ])("a tick %s is missed: %i %s", (_, lateMs, missed) => {
    expect(missedFrom("f", hourly, noon, noon + lateMs) !== null).toBe(missed);
  });

  test("the ticks of the last 60 s still start: the row of missed ones ends before them", () => {
    const missed = missedFrom("f", minutely, noon, noon + 10 * MINUTE + 30 * SECOND);
    expect(missed?.ticks.map(iso)).toEqual(Array.from({ length: 10 }, (_, k) => iso(noon + k * MINUTE)));
    expect(missed).toMatchObject({ before: null, next: noon + 10 * MINUTE });
    // At a full minute two are within 60 s: the one of now, and the one of a minute ago.
    expect(missedFrom("f", minutely, noon, noon + 10 * MINUTE)?.next).toBe(noon + 9 * MINUTE);
  });

  test("one tick missed, and the next far away", () => {
    expect(missedFrom("f", { cron: "0 12 * * *" }, noon, noon + DAY / 2)).toEqual({
      ticks: [noon],
      before: null,
      next: noon + DAY,
    });
  });

  test("jitter counts: what would only now be due is not missed", () => {
    const jittered: CronTrigger = { ...hourly, jitterMs: 5 * MINUTE };
    const fireAt = fireTime("f", jittered, noon);
    expect(fireAt - noon).toBeGreaterThan(SECOND);
    expect(missedFrom("f", jittered, noon, fireAt + 60 * SECOND)).toBeNull();
    expect(missedFrom("f", jittered, noon, fireAt + 60 * SECOND + 1)?.ticks).toEqual([noon]);
  });

  test("with a jitter of several ticks, a row ends at the first that still starts", () => {
    const jittered: CronTrigger = { ...minutely, jitterMs: 5 * MINUTE };
    for (let k = 0; k < 50; k += 1) {
      const now = noon + 20 * MINUTE + k * 7 * SECOND;
      const expected = walked("f", jittered, noon, now);
      const found = missedFrom("f", jittered, noon, now);
      expect(found?.ticks).toEqual(expected);
      expect(found?.next).toBe(nextTick(jittered.cron, expected.at(-1) ?? 0));
    }
  });
});

describe("a long time without a server", () => {
  test("a year of a cron each minute: the newest one by one, one summary, in little time", () => {
    const now = noon + 365 * DAY + 30 * SECOND;
    const began = performance.now();
    const missed = missedFrom("f", minutely, noon, now);
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(missed?.ticks).toHaveLength(MISSED_ONE_BY_ONE);
    expect(iso(missed?.ticks.at(-1))).toBe(iso(now - MINUTE - 30 * SECOND));
    expect(missed?.before).toEqual({ from: noon, until: (missed?.ticks[0] ?? 0) - MINUTE });
    expect(missed?.next).toBe(now - 30 * SECOND);
  });

  test.each<[string, string, string, string]>([
    ["evenly", "*/7 * * * *", "2026-01-01T00:00Z", "2026-02-03T10:01Z"],
    ["in bursts", "* 3 1 * *", "2026-01-01T03:00Z", "2026-07-15T00:00Z"],
    ["in one burst long ago", "* * 1 1 *", "2026-01-01T00:00Z", "2026-12-15T00:00Z"],
    [
      "in office hours of a zone",
      "TZ=America/New_York */20 9-17 * * 1-5",
      "2026-03-02T14:00Z",
      "2026-04-01T00:00Z",
    ],
    ["a hundred and one", "0 * * * *", "2026-01-01T00:00Z", "2026-01-05T04:30Z"],
    ["a hundred", "0 * * * *", "2026-01-01T00:00Z", "2026-01-05T03:30Z"],
    ["a hundred and two", "0 * * * *", "2026-01-01T00:00Z", "2026-01-05T05:30Z"],
    [
      "across a clock that goes back",
      "TZ=Europe/Paris */30 * * * *",
      "2026-10-24T00:00Z",
      "2026-10-27T00:10Z",
    ],
  ])("ticks that come %s: the same as by walking them all", (_, cron, first, until) => {
    const now = Date.parse(until);
    const begin = nextTick(cron, Date.parse(first) - 1) ?? 0;
    const all = walked("f", { cron }, begin, now);
    const missed = missedFrom("f", { cron }, begin, now);
    const [newest, older] = [all.slice(-MISSED_ONE_BY_ONE), all.slice(0, -MISSED_ONE_BY_ONE)];
    expect(missed?.ticks.map(iso)).toEqual(newest.map(iso));
    expect(missed?.before ?? null).toEqual(
      older.length === 0 ? null : { from: older[0], until: older.at(-1) },
    );
  });
});

test("the zone of an expression", () => {
  expect(zoneOf("TZ=Europe/Paris 0 12 * * 5")).toBe("Europe/Paris");
  expect(zoneOf(" CRON_TZ=UTC 0 12 * * 5")).toBe("UTC");
  expect(zoneOf("0 12 * * 5")).toBeNull();
});
