/** Priority, and what pause and drain say (semantics §6.6, §6.11). */
import { describe, expect, test } from "vitest";
import { functionOfLane, pauseCell, skipReason } from "./pause.ts";
import { prioritised } from "./priority.ts";

const NOW = 1_000_000_000;

describe("a priority in seconds", () => {
  test.each<[number, number, number]>([
    [0, NOW, NOW],
    [1, NOW - 1000, NOW],
    [600, NOW - 600_000, NOW],
    [43_200, NOW - 43_200_000, NOW],
    [43_201, NOW - 43_200_000, NOW],
    [1_000_000, NOW - 43_200_000, NOW],
    [-10, NOW + 10_000, NOW + 10_000],
    [-600, NOW + 600_000, NOW + 600_000],
    [-43_200, NOW + 43_200_000, NOW + 43_200_000],
    [-43_201, NOW + 43_200_000, NOW + 43_200_000],
  ])("%i: positive goes before, negative behind and starts as much later", (seconds, score, notBefore) =>
    expect(prioritised(NOW, seconds)).toEqual({ score, notBefore }),
  );
});

describe("the mode of a function", () => {
  test.each([
    ["active", null],
    ["paused", "FunctionPaused"],
    ["drained", "FunctionDrained"],
  ] as const)("%s: new runs are skipped for %s", (mode, reason) => expect(skipReason(mode)).toBe(reason));

  test("a function's lanes all begin with its id, and have one pause cell", () => {
    expect(functionOfLane("F:start")).toBe("F");
    expect(functionOfLane('F ["F","event.data.id","a b"]:step')).toBe("F");
    expect(functionOfLane('F account:"x y":step')).toBe("F");
    expect(functionOfLane("F")).toBe("F");
    expect(pauseCell("F")).not.toBe(pauseCell("G"));
  });
});
