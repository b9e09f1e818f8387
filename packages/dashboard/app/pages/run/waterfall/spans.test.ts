import { expect, test } from "vitest";
import { anAttempt, aStep, T0 } from "./fixtures.ts";
import { beginningOf } from "./spans.ts";

const at = (ms: number) => new Date(T0 + ms).toISOString();

test("a step that was tried again began with its first attempt", () => {
  const children = [
    anAttempt("a", 0, { started: 10, ended: 20 }),
    anAttempt("a", 1, { started: 60_000, ended: 60_010 }),
  ];
  const step = aStep("a", { queued: 59_000, started: 60_000, ended: 60_010 }, { children });
  expect(beginningOf(step)).toMatchObject({ queuedAt: null, startedAt: at(10) });
});

test("any other span is as the API tells it", () => {
  const step = aStep("a", { queued: 5, started: 10, ended: 20 });
  expect(beginningOf(step)).toMatchObject({ queuedAt: at(5), startedAt: at(10) });
  const once = aStep("a", { queued: 5, started: 10 }, { children: [anAttempt("a", 0, { started: 10 })] });
  expect(beginningOf(once)).toMatchObject({ queuedAt: at(5), startedAt: at(10) });
});

test("of a step whose next attempt has not started, nothing is changed", () => {
  const children = [anAttempt("a", 0, { started: 10, ended: 20 })];
  expect(beginningOf(aStep("a", { queued: 5, started: null }, { children })).startedAt).toBeNull();
});
