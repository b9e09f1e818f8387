import { expect, test } from "vitest";
import { anAttempt, aRun, aStep } from "./fixtures.ts";
import { nextAmong, nextRow } from "./row-moves.ts";
import { rowsOf } from "./rows.ts";

const run = aRun({ queued: 0, started: 0, ended: 9 }, [
  aStep("a", { started: 0, ended: 1 }),
  aStep("b", { started: 1, ended: 5 }, { children: [anAttempt("b", 0, { ended: 2 })] }),
]);
const open = rowsOf(run, { toggled: new Map(), onlyFailed: false });
const closed = rowsOf(run, { toggled: new Map([["R.b", false]]), onlyFailed: false });

test("rows are walked, and ends are ends", () => {
  expect(nextRow(open, -1, "next")).toEqual({ to: 0 });
  expect(nextRow(open, 0, "next")).toEqual({ to: 1 });
  expect(nextRow(open, 3, "next")).toEqual({ to: 3 });
  expect(nextRow(open, 0, "previous")).toEqual({ to: 0 });
  expect(nextRow(open, 1, "last")).toEqual({ to: 3 });
  expect(nextRow(open, 3, "pageUp")).toEqual({ to: 0 });
  expect(nextRow([], 0, "next")).toEqual({});
});

test("right opens, then goes in; left closes, then goes out", () => {
  expect(nextRow(closed, 2, "in")).toEqual({ toggle: { id: "R.b", open: true } });
  expect(nextRow(open, 2, "in")).toEqual({ to: 3 });
  expect(nextRow(open, 1, "in")).toEqual({});
  expect(nextRow(open, 3, "out")).toEqual({ to: 2 });
  expect(nextRow(open, 2, "out")).toEqual({ toggle: { id: "R.b", open: false } });
  expect(nextRow(closed, 2, "out")).toEqual({ to: 0 });
});

test("the next of some goes round", () => {
  const some = new Set(["R.a", "R.b"]);
  expect(nextAmong(open, -1, some)).toBe("R.a");
  expect(nextAmong(open, 1, some)).toBe("R.b");
  expect(nextAmong(open, 2, some)).toBe("R.a");
  expect(nextAmong(open, 1, some, true)).toBe("R.b");
  expect(nextAmong(open, 0, new Set())).toBeNull();
});
