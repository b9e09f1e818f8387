import { expect, test } from "vitest";
import { readAppUrl, wordsOfSync } from "./sync-words.ts";

test.each([
  [{ result: "synced", functions: 3, appId: "a" }, "synced, 3 functions"],
  [{ result: "unchanged", functions: 1, appId: "a" }, "nothing has changed, 1 function"],
  [{ result: "pending", functions: null, appId: null }, "asked to sync; it registers by itself in a moment"],
] as const)("%j is told", (outcome, words) => expect(wordsOfSync(outcome)).toBe(words));

test.each([
  ["http://localhost:3000/api/inngest", { url: "http://localhost:3000/api/inngest" }],
  [" localhost:3000/api/inngest ", { url: "http://localhost:3000/api/inngest" }],
  ["https://example.com", { url: "https://example.com/" }],
])("%s is an address", (text, read) => expect(readAppUrl(text)).toEqual(read));

test.each([
  ["", /Give the address/],
  ["http://", /not an address/],
  ["ftp://example.com", /Only http/],
  ["two words", /not an address/],
])("%s is none", (text, words) => {
  const read = readAppUrl(text);
  expect("problem" in read && read.problem).toMatch(words);
});
