import { describe, expect, it } from "vitest";
import { nextTick, sayCron } from "./cron.ts";

describe("a cron expression", () => {
  it.each([
    ["*/5 * * * *", "Every 5 minutes"],
    ["0 * * * *", "Every hour"],
    ["0 9 * * *", "At 09:00, every day"],
    ["0 0 * * *", "At 00:00, every day"],
    ["0 3 * * 0", "At 03:00, only on Sunday"],
    ["0 0 1 * *", "At 00:00, on day 1 of the month"],
  ])("%s is said as: %s", (cron, words) => {
    expect(sayCron(cron)).toBe(words);
  });

  it.each([
    ["*/5 * * * *", "UTC", "2026-11-28T05:25:00Z", "2026-11-28T05:30:00.000Z"],
    ["0 9 * * *", "UTC", "2026-11-28T09:00:00Z", "2026-11-29T09:00:00.000Z"],
    ["0 9 * * *", "Europe/Berlin", "2026-11-28T05:30:00Z", "2026-11-28T08:00:00.000Z"],
    ["0 3 * * 0", "UTC", "2026-11-28T05:30:00Z", "2026-11-29T03:00:00.000Z"],
    ["0 0 1 * *", "UTC", "2026-11-28T05:30:00Z", "2026-12-01T00:00:00.000Z"],
  ])("%s (%s) fires after %s at %s", (cron, zone, from, next) => {
    expect(nextTick(cron, zone, new Date(from))?.toISOString()).toBe(next);
  });

  it("may never fire", () => {
    expect(nextTick("0 0 31 2 *", "UTC", new Date("2026-11-28T05:30:00Z"))).toBeUndefined();
  });
});
