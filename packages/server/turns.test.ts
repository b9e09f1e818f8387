import { expect, test } from "vitest";
import { inTurns, mapInTurns } from "./turns.ts";

/** Work that takes its time and lets nobody in. */
function busy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test("others get in between pieces of work that only await what is there already", async () => {
  let others = 0;
  const beat = setInterval(() => (others += 1), 1);
  const squares = await mapInTurns(
    Array.from({ length: 40 }, (_, n) => n),
    async (n) => {
      busy(1);
      return n * n;
    },
  );
  clearInterval(beat);
  expect(squares.at(-1)).toBe(39 * 39);
  expect(squares).toHaveLength(40);
  expect(others).toBeGreaterThanOrEqual(2);
});

test("no more than ten are in hand at a time", async () => {
  let inHand = 0;
  let most = 0;
  await mapInTurns(Array.from({ length: 25 }), async () => {
    inHand += 1;
    most = Math.max(most, inHand);
    await Promise.resolve();
    inHand -= 1;
  });
  expect(most).toBe(10);
});

test("short work goes on at once", async () => {
  let isOther = false;
  setImmediate(() => (isOther = true));
  await inTurns()();
  expect(isOther).toBe(false);
});
