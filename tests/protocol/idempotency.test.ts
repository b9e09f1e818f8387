/** One run per function and event id within 24 hours, and repeated sends (semantics §5). */
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { openOwn } from "./bench.ts";
import type { RunView, World, WorldOptions } from "./world.ts";

const HOUR = 3_600_000;

/** The functions `app-<id>` on the events of the map, and one on `barrier`. */
async function open(listeners: Record<string, string[]>): Promise<World> {
  const functions: WorldOptions["functions"] = (client) =>
    Object.entries({ ...listeners, barrier: ["barrier"] }).map(([id, events]) =>
      client.createFunction({ id, triggers: events.map((event) => ({ event })) }, () => "ran"),
    );
  const world = await openOwn({ functions });
  await world.sync();
  return world;
}

/** All runs of some events, once a later event has gone all the way through. */
async function runsOf(world: World, eventIds: string[]): Promise<RunView[]> {
  const [barrier = ""] = await world.send({ name: "barrier" });
  await world.ended((await world.runOf(barrier)).run_id);
  return (await Promise.all(eventIds.map((id) => world.eventRuns(id)))).flat();
}

interface EventView {
  id: string;
  internal_id: string;
}
const eventsNamed = async (world: World, name: string): Promise<EventView[]> =>
  (await world.json(`/v1/events?name=${encodeURIComponent(name)}&limit=100`)).data;

const seed = (): Record<string, string> => ({
  "x-inngest-event-id-seed": `${Date.now()},${randomBytes(10).toString("base64")}`,
});

test("I-1: the same id twice for one function gives one run and two rows in the event list", async () => {
  const world = await open({ once: ["order/paid"] });
  const event = { name: "order/paid", id: "order-1", data: { n: 1 } };
  const ids = [...(await world.send(event)), ...(await world.send(event))];
  expect(new Set(ids).size).toBe(2);
  expect(await runsOf(world, ids)).toHaveLength(1);
  const rows = await eventsNamed(world, "order/paid");
  expect(rows.map((row) => row.id)).toEqual(["order-1", "order-1"]);
  expect(rows.map((row) => row.internal_id).sort()).toEqual([...ids].sort());
});

test("I-2: the same id with two functions gives two runs in total after two sends", async () => {
  const world = await open({ first: ["order/paid"], second: ["order/*"] });
  const event = { name: "order/paid", id: "order-2" };
  const ids = [...(await world.send(event)), ...(await world.send(event))];
  const runs = await runsOf(world, ids);
  expect(runs.map((run) => run.function_slug).sort()).toEqual(["app-first", "app-second"]);
});

test("I-3: different ids with the same data give two runs", async () => {
  const world = await open({ once: ["order/paid"] });
  const data = { cart: 7 };
  const ids = await world.send([
    { name: "order/paid", id: "order-3a", data },
    { name: "order/paid", id: "order-3b", data },
  ]);
  const runs = await runsOf(world, ids);
  expect(runs.map((run) => run.event_id).sort()).toEqual([...ids].sort());
});

test("I-4: the same id again after the run has completed starts nothing for 24 h, and then it does", async () => {
  const world = await open({ once: ["order/paid"] });
  const event = { name: "order/paid", id: "order-4" };
  const [first = ""] = await world.send(event);
  await world.ended((await world.runOf(first)).run_id);
  const again = await world.send(event);
  expect(await runsOf(world, [first, ...again])).toHaveLength(1);
  world.advance(23.9 * HOUR);
  const later = await world.send(event);
  expect(await runsOf(world, [first, ...again, ...later])).toHaveLength(1);
  world.advance(0.2 * HOUR);
  const nextDay = await world.send(event);
  expect(await runsOf(world, nextDay)).toHaveLength(1);
});

test("I-5: the same id under another event name, one function listening to both, gives one run", async () => {
  const world = await open({ once: ["order/paid", "order/shipped"] });
  const ids = [
    ...(await world.send({ name: "order/paid", id: "order-5" })),
    ...(await world.send({ name: "order/shipped", id: "order-5" })),
  ];
  const runs = await runsOf(world, ids);
  expect(runs.map((run) => run.event_id)).toEqual([ids[0]]);
});

test("I-8: a POST of two events repeated with the same seed gives equal ids and two runs", async () => {
  const world = await open({ once: ["order/paid"] });
  const events = [
    { name: "order/paid", data: { n: 1 } },
    { name: "order/paid", data: { n: 2 } },
  ];
  const headers = seed();
  const ids = await world.send(events, headers);
  expect(await world.send(events, headers)).toEqual(ids);
  expect(new Set(ids).size).toBe(2);
  expect(await runsOf(world, ids)).toHaveLength(2);
  // The repeat is recognised: the events are stored once.
  expect((await eventsNamed(world, "order/paid")).map((row) => row.internal_id).sort()).toEqual(ids);

  // Another seed, or a malformed one, makes new ids.
  const other = await world.send(events, seed());
  const ignored = await world.send(events, { "x-inngest-event-id-seed": "not a seed" });
  expect(new Set([...ids, ...other, ...ignored]).size).toBe(6);
});
