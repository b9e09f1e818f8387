import { describe, expect, test } from "vitest";
import { countNew, withFresh } from "./new-rows.ts";

const rows = (ids: string) => [...ids].map((id) => ({ id, from: ids }));

describe("rows that came in", () => {
  test.each([
    ["abc", "abc", 0, false],
    ["abc", "xyabc", 2, false],
    ["abc", "xyz", 3, true],
    ["", "xy", 2, false],
    ["abc", "", 0, false],
  ])("shown %s, now %s: %d", (shown, fresh, count, more) => {
    expect(countNew(rows(shown), rows(fresh))).toEqual({ count, more });
  });
  test("those that are shown stay in place and take over what changed", () => {
    expect(withFresh(rows("abc"), rows("xab")).map(({ id, from }) => id + from)).toEqual([
      "axab",
      "bxab",
      "cabc",
    ]);
  });
});
