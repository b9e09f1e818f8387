import { outcomeKinds } from "@stepwell/api";
import { expect, test } from "vitest";
import {
  type EventOutcome,
  sortOutcomes,
  summariseOutcomes,
  viewOfOutcome,
  wordsOfUntil,
} from "./outcomes.ts";

const outcome = (kind: EventOutcome["outcome"], slug: string): EventOutcome => ({
  function_id: slug,
  function_slug: slug,
  outcome: kind,
  gate: null,
  key: null,
  rule: null,
  at: null,
  until: null,
  run_id: null,
  message: "",
});
const mixed = [
  outcome("NOT_MATCHED", "a"),
  outcome("LIMITED", "b"),
  outcome("STARTED", "d"),
  outcome("STARTED", "c"),
];

test("every outcome of the contract has a word of its own", () => {
  const words = outcomeKinds.map((kind) => viewOfOutcome(kind).word);
  expect(new Set(words).size).toBe(outcomeKinds.length);
});
test("an unknown outcome is shown as it came", () => {
  expect(viewOfOutcome("HELD_BACK")).toEqual({ word: "held back", tone: "none" });
});
test("what runs comes first, what did not match last", () => {
  expect(sortOutcomes(mixed).map((one) => one.function_slug)).toEqual(["c", "d", "b", "a"]);
});
test("the whole is one line", () => {
  expect(summariseOutcomes(mixed)).toBe("2 started, 1 rate limited, 1 not matched");
  expect(summariseOutcomes([])).toMatch(/No function/);
});
test("a time is told for what it means", () => {
  expect(wordsOfUntil({ outcome: "DEBOUNCED", gate: "debounce" })).toBe("Fires at the latest");
  expect(wordsOfUntil({ outcome: "STARTED", gate: null })).toBeNull();
});
