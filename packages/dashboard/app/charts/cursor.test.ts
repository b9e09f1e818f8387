import { describe, expect, test } from "vitest";
import { moveCursor } from "./cursor.ts";

const at = (index: number, anchor = index) => ({ at: index, anchor });

describe("the cursor of a chart", () => {
  test.each([
    ["begins at the newest point", null, "ArrowLeft", false, at(99)],
    ["goes a point left", at(5), "ArrowLeft", false, at(4)],
    ["goes a point right", at(5), "ArrowRight", false, at(6)],
    ["stays within the points", at(0), "ArrowLeft", false, at(0)],
    ["goes by a tenth", at(50), "PageUp", false, at(60)],
    ["goes to the first", at(50), "Home", false, at(0)],
    ["goes to the last", at(50), "End", false, at(99)],
    ["extends a span", at(5), "ArrowRight", true, at(6, 5)],
    ["goes on extending", at(6, 5), "ArrowRight", true, at(7, 5)],
    ["drops the span without Shift", at(7, 5), "ArrowRight", false, at(8)],
    ["is taken away", at(7, 5), "Escape", false, null],
    ["leaves Escape to others when there is none", null, "Escape", false, undefined],
    ["leaves other keys alone", at(5), "a", false, undefined],
  ] as const)("%s", (_name, cursor, key, shift, expected) => {
    expect(moveCursor(cursor, key, shift, 100)).toEqual(expected);
  });
  test("has nowhere to go without points", () => {
    expect(moveCursor(null, "ArrowLeft", false, 0)).toBeUndefined();
  });
});
