import type { StreamChange } from "@stepwell/api/dashboard";
import { expect, test } from "vitest";
import { isTouched, mergeChanges } from "./live-queries.ts";

const none: StreamChange = { runs: [], manyRuns: false, events: 0, functions: false, bulk: [] };
const of = (id: string) => ({ params: { id } });

test("a run's change touches its own page and the lists, not another run's page", () => {
  const change = { ...none, runs: ["a"] };
  expect(isTouched(["getRun", of("a")], change)).toBe(true);
  expect(isTouched(["getRunTrace", of("a")], change)).toBe(true);
  expect(isTouched(["getRun", of("b")], change)).toBe(false);
  expect(isTouched(["getRunTrace", of("b")], change)).toBe(false);
  expect(isTouched(["getRunWhy", of("b")], change)).toBe(true);
  for (const name of ["listRuns", "countRuns", "getOverview", "listFunctions", "listEvents", "getEvent"])
    expect(isTouched([name, {}], change), name).toBe(true);
  for (const name of ["listUsers", "listKeys", "getHealth", "listBulk", "listApps"])
    expect(isTouched([name, {}], change), name).toBe(false);
});

test("many runs touch every run's page", () => {
  expect(isTouched(["getRun", of("b")], { ...none, manyRuns: true })).toBe(true);
});

test("events, functions and bulk jobs touch what shows them", () => {
  expect(isTouched(["listEvents", {}, "pages"], { ...none, events: 1 })).toBe(true);
  expect(isTouched(["listRuns", {}], { ...none, events: 1 })).toBe(false);
  expect(isTouched(["listApps", {}], { ...none, functions: true })).toBe(true);
  expect(isTouched(["getBulk", of("j")], { ...none, bulk: ["j"] })).toBe(true);
  expect(isTouched(["getBulk", of("k")], { ...none, bulk: ["j"] })).toBe(false);
  expect(isTouched(["listBulk", {}], { ...none, bulk: ["j"] })).toBe(true);
});

test("two changes become one, and more than 200 runs are many", () => {
  const left = { ...none, runs: ["a", "b"], events: 2 };
  const right = { ...none, runs: ["b", "c"], events: 1, functions: true, bulk: ["j"] };
  expect(mergeChanges(left, right)).toEqual({
    runs: ["a", "b", "c"],
    manyRuns: false,
    events: 3,
    functions: true,
    bulk: ["j"],
  });
  const many = { ...none, runs: Array.from({ length: 200 }, (_, at) => `r${at}`) };
  const merged = mergeChanges(many, left);
  expect(merged.runs).toHaveLength(200);
  expect(merged.manyRuns).toBe(true);
});
