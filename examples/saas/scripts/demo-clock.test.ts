import { expect, it } from "vitest";
import { monthAfter } from "./demo-clock.ts";

it.each([
  ["2026-11-28T05:49:03.123Z", "2026-12-28T05:49:03.123Z"],
  ["2026-12-15T00:00:00.000Z", "2027-01-15T00:00:00.000Z"],
  ["2026-01-31T23:59:59.999Z", "2026-02-28T23:59:59.999Z"],
  ["2028-01-30T12:00:00.000Z", "2028-02-29T12:00:00.000Z"],
])("a month after %s is %s", (at, after) => {
  expect(monthAfter(new Date(at)).toISOString()).toBe(after);
});
