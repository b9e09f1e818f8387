import { expect, test } from "vitest";
import { jsonText, kindOf, partsOf, pathText, summaryOf } from "./json-text.ts";

test("a path is as one would write it in code", () => {
  expect(pathText(["event", "data", "items", 0, "two words", "$id"])).toBe(
    'event.data.items[0]["two words"].$id',
  );
  expect(pathText([])).toBe("");
});

test("kinds, parts and summaries", () => {
  expect([null, [], {}, "", 0, true, undefined].map(kindOf)).toEqual([
    "null",
    "array",
    "object",
    "string",
    "number",
    "boolean",
    "null",
  ]);
  expect(partsOf(["x"])).toEqual([[0, "x"]]);
  expect(partsOf("x")).toEqual([]);
  expect(summaryOf([1])).toBe("1 item");
  expect(summaryOf({ a: 1, b: 2, c: 3, d: 4, e: 5 })).toBe("{a, b, c, d, …}");
});

test("a text is copied as itself, all else as JSON", () => {
  expect(jsonText("<b>")).toBe("<b>");
  expect(jsonText({ a: 1 })).toBe('{\n  "a": 1\n}');
  expect(jsonText(undefined)).toBe("null");
});
