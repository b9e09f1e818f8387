/** The clock stands until it is moved; timers fire in the order of their times, each at its own. */
import { expect, test } from "vitest";
import { createChance, createDice } from "./dice.ts";
import { createVirtualClock } from "./virtual-clock.ts";

test("timers fire in order, each with the clock at its time, also those that are set on the way", () => {
  const clock = createVirtualClock(1000);
  const fired: string[] = [];
  const note = (name: string) => () => fired.push(`${name} at ${clock.now()}`);
  clock.at(3000, note("late"));
  clock.at(2000, () => {
    note("early")();
    clock.at(2500, note("between"));
  });
  const cancel = clock.at(2200, note("cancelled"));
  cancel();
  clock.at(9000, note("never"));
  clock.moveTo(4000);
  expect(fired).toEqual(["early at 2000", "between at 2500", "late at 3000"]);
  expect(clock.now()).toBe(4000);
});

test("it never goes back, and what is due already fires at once unless it is cancelled", async () => {
  const clock = createVirtualClock(1000);
  clock.moveTo(500);
  expect(clock.now()).toBe(1000);
  const fired: string[] = [];
  clock.at(900, () => fired.push("due"));
  clock.at(1000, () => fired.push("cancelled"))();
  await Promise.resolve();
  expect(fired).toEqual(["due"]);
});

test("ids are ULIDs that sort as they were made, and come from the seed", () => {
  const chance = createChance(createDice(1));
  const ids = [chance.id(1000), chance.id(1000), chance.id(500), chance.id(2000)];
  expect([...ids].sort()).toEqual(ids);
  for (const id of ids) expect(id).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
  expect(createChance(createDice(1)).id(1000)).toBe(ids[0]);
  expect(createChance(createDice(2)).id(1000)).not.toBe(ids[0]);
});
