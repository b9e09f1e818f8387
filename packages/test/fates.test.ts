/** Each step meets each fault within a round of worlds, and what a seed brings depends on nothing else. */
import { expect, test } from "vitest";
import type { AppCall } from "./app-call.ts";
import { createFates } from "./fates.ts";
import { FAULTS } from "./faults.ts";

const call = (functionId: string, stepId: string | null, runId = "r1"): AppCall => ({
  runId,
  functionId,
  step: stepId === null ? null : { hash: stepId, id: stepId },
  attempt: 0,
  maxAttempts: 4,
});
const ROUND = FAULTS.length + 2;
const seeds = Array.from({ length: ROUND }, (_, index) => ROUND + index);

test.each(["charge", "note", "tell", "a", "b"])("step %s meets each fault once in a round", (step) => {
  const met = seeds.map((seed) => createFates(seed, FAULTS)(call("pay", step))?.fault);
  expect(met.filter((fault) => fault !== undefined).sort()).toEqual([...FAULTS].sort());
});

test("steps meet them in orders of their own, and in another one in the next round", () => {
  const order = (step: string, from: number) =>
    seeds.map((seed) => createFates(seed + from, FAULTS)(call("pay", step))?.fault).join();
  const orders = ["charge", "note", "tell", "a"].flatMap((step) => [order(step, 0), order(step, ROUND)]);
  expect(new Set(orders).size).toBe(orders.length);
});

test("a call is struck once, whatever came before it from other steps", () => {
  const seed = seeds.find((one) => createFates(one, FAULTS)(call("pay", "charge")) !== null) ?? 0;
  const one = createFates(seed, FAULTS);
  const other = createFates(seed, FAULTS);
  for (const step of ["x", "y", null]) other(call("mail", step, "r2"));
  const fate = one(call("pay", "charge"));
  expect(other(call("pay", "charge"))).toEqual(fate);
  expect(one(call("pay", "charge"))).toBeNull();
});

test("of two runs of a function each has fates of its own", () => {
  const fates = seeds.map((seed) => {
    const fateOf = createFates(seed, FAULTS);
    return [fateOf(call("pay", "charge"))?.fault, fateOf(call("pay", "charge", "r2"))?.fault];
  });
  expect(fates.some(([first, second]) => first !== second)).toBe(true);
});

test("an answer is not lost in the last attempt, which would be another failure", () => {
  for (const seed of seeds) {
    const fate = createFates(seed, ["lost"])({ ...call("pay", "charge"), maxAttempts: 1 });
    expect(fate).toBeNull();
  }
});
