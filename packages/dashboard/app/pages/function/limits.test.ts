import { describe, expect, test } from "vitest";
import { fullnessOf, type LimitKey, shareOf, sortKeys, summariseKeys, wordsOfUse } from "./limits.ts";
import { modesFrom, wordsOfMode } from "./mode-words.ts";

const key = (name: string | null, used: number, limit: number, waiting = false): LimitKey => ({
  key: name,
  used,
  limit,
  waiting,
  note: null,
});

describe("how full a limit is", () => {
  test.each([
    [key("a", 0, 5), "free", 0],
    [key("a", 4, 5), "busy", 0.8],
    [key("a", 5, 5), "full", 1],
    [key("a", 9, 5), "full", 1],
    [key("a", 0, 5, true), "full", 0],
    [key("a", 3, 0), "free", 0],
  ] as const)("%j is %s", (one, word, share) => {
    expect(fullnessOf(one)).toBe(word);
    expect(shareOf(one)).toBe(share);
  });
  test("keys that somebody waits for come first", () => {
    const keys = [key("b", 5, 5), key("d", 1, 5), key("c", 4, 5), key("a", 3, 5, true)];
    expect(sortKeys(keys).map((one) => one.key)).toEqual(["a", "b", "c", "d"]);
  });
  test("is told in words", () => {
    expect(summariseKeys([key("a", 5, 5), key("b", 0, 5)])).toBe("1 key full");
    expect(summariseKeys([key(null, 5, 5)])).toBe("Full");
    expect(summariseKeys([key("a", 1, 5)])).toBeNull();
    expect(wordsOfUse("concurrency", key("a", 3, 5))).toBe("3 of 5 in use");
  });
});

test("each mode leads to the other two, and says what it does", () => {
  expect(modesFrom("paused")).toEqual(["active", "drained"]);
  for (const mode of modesFrom("active")) expect(wordsOfMode(mode).consequences.join()).toMatch(/skipped/);
});
