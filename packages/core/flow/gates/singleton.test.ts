/** Singleton (semantics §6.8). */
import { describe, expect, test } from "vitest";
import type { SingletonRule } from "../../model/function.ts";
import type { RunStatus } from "../../model/run.ts";
import { functionOf } from "../fixtures/gate-samples.ts";
import { judgeSingleton, singletonCell, singletonHeld } from "./singleton.ts";

const skip: SingletonRule = { mode: "skip" };
const replace: SingletonRule = { mode: "cancel" };
const held = singletonHeld("k", "OLD");
const unfinished: RunStatus[] = ["queued", "running"];
const over: RunStatus[] = ["completed", "failed", "cancelled", "skipped"];

test("the lock is a cell that names its run and lasts as long as that", () =>
  expect(held).toEqual({ key: "k", state: { v: 1, runId: "OLD" }, expiresAt: null }));

describe.each([skip, replace])("mode $mode", (rule) => {
  test("a free lock is taken", () =>
    expect(judgeSingleton(rule, undefined, undefined, null)).toEqual({ is: "admit" }));

  test.each(over)("S-4 · one whose run is %s is taken over", (status) =>
    expect(judgeSingleton(rule, held, status, null)).toEqual({ is: "admit" }),
  );

  test("one whose run is not known any more is taken over", () =>
    expect(judgeSingleton(rule, held, undefined, null)).toEqual({ is: "admit" }));

  test("one that names no run is taken over", () =>
    expect(judgeSingleton(rule, { key: "k", state: { v: 1 }, expiresAt: null }, "running", null)).toEqual({
      is: "admit",
    }));
});

test.each(unfinished)(
  "S-1 · mode skip: while the holder is %s, the new one is skipped and names it",
  (status) => expect(judgeSingleton(skip, held, status, null)).toEqual({ is: "skip", existing: "OLD" }),
);

test.each(unfinished)("S-2 · mode cancel: a %s holder must be cancelled first", (status) =>
  expect(judgeSingleton(replace, held, status, null)).toEqual({ is: "cancelFirst", holder: "OLD" }),
);

describe("a race in mode cancel", () => {
  test("the holder was cancelled, and another run has taken its place meanwhile: that one has won", () =>
    expect(judgeSingleton(replace, singletonHeld("k", "RIVAL"), "queued", "OLD")).toEqual({
      is: "skip",
      existing: "RIVAL",
    }));

  test("the holder was cancelled and nobody came between: taken over", () =>
    expect(judgeSingleton(replace, held, "cancelled", "OLD")).toEqual({ is: "admit" }));

  test("nobody is cancelled twice for one event", () =>
    expect(judgeSingleton(replace, held, "running", "OLD").is).toBe("skip"));
});

test("S-3 · the cell is one per function, expression and value; none without the option or its key", () => {
  const config = functionOf({ singleton: { mode: "skip", key: "event.data.id" } }).config;
  const other = functionOf({ singleton: { mode: "skip", key: "event.data.no" } }).config;
  const plain = functionOf({ singleton: { mode: "skip" } }).config;
  const names = [
    singletonCell("F", config, "7"),
    singletonCell("F", config, "8"),
    singletonCell("G", config, "7"),
    singletonCell("F", other, "7"),
    singletonCell("F", plain, ""),
  ];
  expect(new Set(names).size).toBe(5);
  expect(singletonCell("F", config, null)).toBeNull();
  expect(singletonCell("F", functionOf().config, "")).toBeNull();
});
