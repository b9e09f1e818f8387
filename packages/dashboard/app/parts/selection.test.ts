import { expect, test } from "vitest";
import { toggled } from "./selection.ts";

const shown = ["a", "b", "c", "d"];
const after = (selected: string[], key: string, anchor: string | null) =>
  [...toggled(new Set(selected), shown, key, anchor)].sort();

test("one row is chosen and left again", () => {
  expect(after([], "b", null)).toEqual(["b"]);
  expect(after(["b"], "b", null)).toEqual([]);
});

test("a range goes both ways, and becomes what the pressed row becomes", () => {
  expect(after(["a"], "c", "a")).toEqual(["a", "b", "c"]);
  expect(after(["d"], "b", "d")).toEqual(["b", "c", "d"]);
  expect(after(["a", "b", "c"], "c", "b")).toEqual(["a"]);
});

test("an anchor that is gone makes no range", () => {
  expect(after([], "c", "z")).toEqual(["c"]);
});
