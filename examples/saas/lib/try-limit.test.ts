import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createTryLimit } from "./try-limit.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1_000);

it("allows so many tries a minute, and says how long to wait for the next", () => {
  const limit = createTryLimit();
  expect([limit.take("ada", 2), limit.take("ada", 2)]).toEqual([0, 0]);
  later(18.5);
  expect(limit.take("ada", 2)).toBe(42);
  later(41.4);
  expect(limit.take("ada", 2)).toBe(1);
  later(0.1);
  expect([limit.take("ada", 2), limit.take("ada", 2), limit.take("ada", 2)]).toEqual([0, 0, 60]);
});

it("counts each key by itself", () => {
  const limit = createTryLimit();
  limit.take("ada", 1);
  later(30);
  expect([limit.take("ben", 1), limit.take("ada", 1), limit.take("ben", 1)]).toEqual([0, 30, 60]);
  later(30);
  expect([limit.take("ada", 1), limit.take("ben", 1)]).toEqual([0, 30]);
});
