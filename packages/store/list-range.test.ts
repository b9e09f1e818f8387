import { expect, test } from "vitest";
import { inListOrder, rangeOf } from "./list-range.ts";

const { MIN_SAFE_INTEGER: least, MAX_SAFE_INTEGER: most } = Number;

test("without a cursor a page begins at the bound of its side", () => {
  expect(rangeOf({}, null)).toEqual({ start: { at: most, seq: least }, bound: least });
  expect(rangeOf({ from: 3, until: 9 }, null)).toEqual({ start: { at: 9, seq: least }, bound: 3 });
  expect(rangeOf({ from: 3, until: 9, order: "asc" }, null)).toEqual({
    start: { at: 3, seq: least },
    bound: 9,
  });
});

test("with a cursor it begins at whichever is further on", () => {
  const [early, late] = [
    { at: 1, seq: 1 },
    { at: 12, seq: 1 },
  ];
  const range = { from: 3, until: 9 };
  expect(rangeOf(range, early).start).toEqual(early);
  expect(rangeOf(range, late).start).toEqual({ at: 9, seq: least });
  expect(rangeOf({ ...range, order: "asc" }, early).start).toEqual({ at: 3, seq: least });
  expect(rangeOf({ ...range, order: "asc" }, late).start).toEqual(late);
  expect(rangeOf({ ...range, order: "asc" }, { at: 3, seq: 7 }).start).toEqual({ at: 3, seq: 7 });
});

test("rows are sorted by time, then by number", () => {
  const rows = [
    { at: 2, seq: 1 },
    { at: 1, seq: 9 },
    { at: 2, seq: 3 },
  ];
  const place = (row: { at: number; seq: number }) => row;
  expect(inListOrder([...rows], place).map(({ seq }) => seq)).toEqual([3, 1, 9]);
  expect(inListOrder([...rows], place, "asc").map(({ seq }) => seq)).toEqual([9, 1, 3]);
});
