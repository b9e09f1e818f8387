import { expect, test } from "vitest";
import { tidySentence, wordsOf } from "./words-text.ts";

test("instants are found between words, at the start and at the end", () => {
  expect(wordsOf("it sleeps until 2026-11-30T09:13:32.319Z")).toEqual([
    { text: "it sleeps until " },
    { at: "2026-11-30T09:13:32.319Z" },
  ]);
  expect(wordsOf("2026-11-30T09:13:32Z, then 2026-11-30T09:13:33Z.")).toEqual([
    { at: "2026-11-30T09:13:32Z" },
    { text: ", then " },
    { at: "2026-11-30T09:13:33Z" },
    { text: "." },
  ]);
  expect(wordsOf("no time, 2026-11-30")).toEqual([{ text: "no time, 2026-11-30" }]);
  expect(wordsOf("")).toEqual([]);
});

test("what stands between backticks is code", () => {
  expect(wordsOf("it goes on after `stepwell resume a`; at 2026-11-30T09:13:32Z (`ts`)")).toEqual([
    { text: "it goes on after " },
    { code: "stepwell resume a" },
    { text: "; at " },
    { at: "2026-11-30T09:13:32Z" },
    { text: " (" },
    { code: "ts" },
    { text: ")" },
  ]);
  expect(wordsOf("a lone ` stays")).toEqual([{ text: "a lone ` stays" }]);
});

test("a sentence begins with a capital and names its gate once", () => {
  expect(tidySentence("dropped: over 1 per 1 m (rateLimit); the next", "rateLimit")).toBe(
    "Dropped: over 1 per 1 m; the next",
  );
  expect(tidySentence("it started run A", null)).toBe("It started run A");
  expect(tidySentence("", null)).toBe("");
});
