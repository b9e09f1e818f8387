import { describe, expect, it, test } from "vitest";
import { errorLine } from "./failure.ts";

describe("the line of an error in lists", () => {
  test.each<[unknown, string | null]>([
    [{ error: { name: "CardError", message: "declined\nmore" } }, "CardError: declined"],
    [{ error: { name: "Error", message: "plain" } }, "plain"],
    [{ error: { message: "no name" } }, "no name"],
    [{ error: "a text" }, "a text"],
    [{ error: { code: 7 } }, '{"code":7}'],
    [{ error: { name: 5, message: { deep: true } } }, '{"deep":true}'],
    [{ error: { message: "\n\n  second line  \nthird" } }, "second line  "],
  ])("%j", (stored, line) => {
    expect(errorLine(stored as never)).toBe(line);
  });
  it("is cut, but not inside a character", () => {
    const line = errorLine({ error: { message: "😀".repeat(1_000) } }) ?? "";
    expect(line.length).toBeLessThanOrEqual(301);
    expect(line.endsWith("😀…")).toBe(true);
    expect(line.isWellFormed()).toBe(true);
  });
});
