import type { ScheduleLine } from "@stepwell/api/dashboard";
import { describe, expect, test } from "vitest";
import { expressionOf, filterSchedules, offsetChanges, timeInZone } from "./filter.ts";
import { latenessMs, summariseTicks, tickKind, wordsOfTick } from "./ticks.ts";

describe("a tick", () => {
  test.each([
    ["STARTED", "COMPLETED", "completed"],
    ["STARTED", "RUNNING", "running"],
    ["STARTED", null, "completed"],
    ["SKIPPED", "SKIPPED", "skipped"],
    ["MISSED", null, "missed"],
    ["MERGED", "FAILED", "merged"],
    ["LIMITED", null, "limited"],
  ] as const)("%s with a run that is %s is %s", (outcome, runStatus, kind) => {
    expect(tickKind({ outcome, runStatus })).toBe(kind);
    expect(wordsOfTick(kind)).toMatch(/\.$/);
  });
  test("is late from one second on, and a missed one is not late but missed", () => {
    const tick = { scheduledAt: "2026-11-24T10:00:00.000Z", outcome: "STARTED" as const };
    expect(latenessMs({ ...tick, decidedAt: "2026-11-24T10:00:00.400Z" })).toBe(0);
    expect(latenessMs({ ...tick, decidedAt: "2026-11-24T10:00:42.000Z" })).toBe(42_000);
    expect(latenessMs({ ...tick, outcome: "MISSED", decidedAt: "2026-11-24T12:00:00.000Z" })).toBe(0);
  });
  test("many are summed up, the most frequent first", () => {
    const done = { outcome: "STARTED" as const, runStatus: "COMPLETED" as const };
    expect(summariseTicks([{ outcome: "MISSED", runStatus: null }, done, done])).toBe(
      "3 ticks, the newest last: 2 completed, 1 missed",
    );
    expect(summariseTicks([])).toBe("No tick yet");
  });
});

const line = (id: string, next: string[], more: Partial<ScheduleLine> = {}): ScheduleLine => ({
  id,
  app: { id: "a", name: "shop" },
  function: { id, name: id, slug: `shop-${id}`, mode: "active" },
  cron: "TZ=Europe/Berlin 30 2 * * *",
  words: "At 02:30, every day",
  zone: "Europe/Berlin",
  jitterMs: null,
  lastRun: null,
  lastTicks: [],
  next,
  missed: 0,
  ...more,
});

describe("schedules", () => {
  const lines = [
    line("never", []),
    line("tomorrow", ["2026-11-25T01:30:00.000Z"]),
    line("soon", ["2026-11-24T10:00:00.000Z"], { missed: 2 }),
  ];
  const ids = (search: object) => filterSchedules(lines, search).map(({ id }) => id);
  test("come by name, whenever they tick", () => expect(ids({})).toEqual(["never", "soon", "tomorrow"]));
  test("are found by words", () => expect(ids({ q: "berlin TOMORROW" })).toEqual(["tomorrow"]));
  test("are found by missed ticks", () => expect(ids({ missed: true })).toEqual(["soon"]));
  test("show their expression without the zone", () => {
    expect(expressionOf("TZ=Europe/Berlin 30 2 * * *")).toBe("30 2 * * *");
  });
  test("show times in their zone with its offset then", () => {
    expect(timeInZone("2026-11-25T01:30:00.000Z", "Europe/Berlin")).toBe("Wed 25 Nov, 02:30 UTC+1");
    expect(timeInZone("2026-11-25T01:30:05.000Z", "UTC")).toMatch(/01:30:05 UTC$/);
    expect(offsetChanges("2027-03-27T01:30:00.000Z", "2027-03-28T01:30:00.000Z", "Europe/Berlin")).toBe(true);
    expect(offsetChanges("2026-11-24T01:30:00.000Z", "2026-11-25T01:30:00.000Z", "Europe/Berlin")).toBe(
      false,
    );
  });
});
