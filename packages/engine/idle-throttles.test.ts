/** After a burst over many throttled keys their cells go, with nobody asking for them (hard-parts.md §1). */
import { afterEach, expect, test } from "vitest";
import { type FlowWorld, fn, openWorld, returned } from "./fixtures/flow-world.ts";

let world: FlowWorld | null = null;
afterEach(() => world?.stop());

const KEYS = 130;

test("cells of throttled keys are gone once their time is over, and the last one to be used keeps its pace", async () => {
  const throttle = { limit: 1, periodMs: 20_000, burst: 0, key: "event.data.k" };
  world = await openWorld({ queueWorkers: 2 * KEYS }, fn("t", { throttle }));
  const { store, clock, calls, until } = world;
  const [{ id } = { id: "" }] = await store.read.functions();
  const cellOf = (k: number) => `throttle:${JSON.stringify([id, "event.data.k", String(k)])}`;
  const cells = Array.from({ length: KEYS }, (_, k) => cellOf(k));
  const begin = clock.now();
  for (let k = 0; k < KEYS; k += 1) await world.send("t", { k });
  await until("all have started", () => calls.length === KEYS);
  for (const call of [...calls]) call.answer(returned(null));
  await world.calm();
  expect(await store.read.cells(cells)).toHaveLength(KEYS);

  clock.to(begin + 55_000);
  await world.send("t", { k: 3 });
  await world.send("t", { k: 3 });
  await until("one more of a key has started", () => calls.length === 1);
  calls[0]?.answer(returned(null));
  clock.to(begin + 60_000);
  await world.calm();
  expect((await store.read.cells(cells)).map(({ cell }) => cell)).toEqual([cellOf(3)]);
  expect(calls).toEqual([]);

  clock.to(begin + 75_000);
  await until("the second one of the key has started in its time", () => calls.length === 1);
  calls[0]?.answer(returned(null));
  clock.to(begin + 240_000);
  await world.calm();
  expect(await store.read.cells(cells)).toEqual([]);
  expect(await store.read.nextDue()).toBe(null);
});
