/** A claim sees the 50 open lanes in front. When all of them turn out to be full, those behind still get their turn. */
import { afterEach, expect, test } from "vitest";
import { type FlowWorld, fn, openWorld, returned } from "./fixtures/flow-world.ts";

let world: FlowWorld | null = null;
afterEach(() => world?.stop());

test("a lane with room starts at once, though more lanes than one claim sees are in front of it and full", async () => {
  const sharing = (limit: number) => ({
    concurrency: [
      { limit: 1, scope: "fn" as const, key: "event.data.k" },
      { limit, scope: "env" as const, key: "'all'" },
    ],
  });
  world = await openWorld({ queueWorkers: 2 }, fn("other"), fn("strict", sharing(1)), fn("wide", sharing(5)));
  const { calls, until } = world;
  await world.send("other");
  await world.send("other");
  const [first, second] = await until(
    "both workers are busy elsewhere",
    () => calls.length === 2 && [...calls],
  );
  for (let k = 0; k < 130; k += 1) await world.send("strict", { k });
  world.clock.to(world.clock.now() + 1);
  await world.send("wide", { k: 0 });
  await world.until("all are queued", async () => (await world?.statuses("wide"))?.[0] === "queued");
  // One worker sees them all: it takes one, and leaves the others open.
  first?.answer(returned(null));
  await until("a strict one is called", () => calls.some(({ slug }) => slug === "strict"));
  second?.answer(returned(null));
  // Nothing else ends meanwhile: only claims that go on by themselves can get to it.
  await until("the wide function is called", () => calls.some(({ slug }) => slug === "wide"));
  expect(calls.map(({ slug }) => slug).sort()).toEqual(["strict", "wide"]);
});

test("a raised limit lets every key go on, however many are full", async () => {
  const perKey = (limit: number) => fn("t", { concurrency: [{ limit, scope: "fn", key: "event.data.k" }] });
  world = await openWorld({ queueWorkers: 1000 }, perKey(1));
  const { calls, until } = world;
  for (let k = 0; k < 320; k += 1) for (const n of [1, 2]) await world.send("t", { k, n });
  await until("one run of each key is called", () => calls.length === 320);
  await world.calm();
  await world.sync(perKey(2));
  await until("the other one of each, too", () => calls.length === 640);
});
