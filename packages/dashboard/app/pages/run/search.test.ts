import { expect, test } from "vitest";
import { parseSearch, spanIdOf, stepParam } from "./search.ts";

test("wrong values fall back", () => {
  const nothing = { tab: undefined, step: undefined };
  expect(parseSearch({ tab: "nosuch", step: { a: 1 } })).toEqual(nothing);
  expect(parseSearch({ tab: "timeline", step: "" })).toEqual(nothing);
  expect(parseSearch({ step: "x".repeat(500) })).toEqual(nothing);
  expect(parseSearch({ tab: "raw", step: "abc", more: 1 })).toEqual({ tab: "raw", step: "abc" });
});

test("a span's id is short in the address, and whole again", () => {
  for (const id of ["RUN", "RUN.abc", "RUN.abc.attempt-0.12"])
    expect(spanIdOf("RUN", stepParam("RUN", id))).toBe(id);
});
