/** The difference between two clocks, as far as it can be measured. */
import { afterAll, afterEach, expect, inject, test, vi } from "vitest";
import { offsetOf, type Sample } from "./clock.ts";
import { createDatabase } from "./fixtures/database.ts";

const database = await createDatabase(inject("postgresUri"));
afterEach(async () => {
  vi.useRealTimers();
  await database.closeStores();
});
afterAll(() => database.remove());

const sample = (before: number, theirs: number, after: number): Sample => ({ before, theirs, after });

test.each<[string, Sample[], number]>([
  ["the same clock", [sample(100, 100.7, 101), sample(110, 110.2, 110)], 0],
  ["a slow round trip that hides a small difference", [sample(100, 103, 110)], 0],
  ["behind: their time is before we asked", [sample(100, 60.5, 101), sample(110, 70.4, 110)], -40],
  [
    "ahead by thirty seconds, the quickest round trip counts",
    [sample(100, 30_150, 180), sample(200, 30_201, 202)],
    30_000,
  ],
  ["one exact round trip says more than many slow ones", [sample(100, 180, 260), sample(300, 305, 301)], 4],
])("%s", (_, samples, offset) => {
  expect(offsetOf(samples)).toBe(offset);
});

test.each([-30_000, 30_000])("this machine's clock is wrong by %d ms: the store says so", async (wrongMs) => {
  const schema = database.freshSchema();
  const store = await database.open({ schema });
  await store.migrate();
  const real = Date.now;
  const spy = vi.spyOn(Date, "now").mockImplementation(() => real() + wrongMs);
  const { offsetMs } = await store.clock().finally(() => spy.mockRestore());
  expect(Math.abs(offsetMs + wrongMs)).toBeLessThan(200);
});
