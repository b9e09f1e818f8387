/** Which events start which functions (semantics §3.2, §3.3), shown from outside. */
import { expect, test } from "vitest";
import { openOwn } from "./bench.ts";
import type { World, WorldOptions } from "./world.ts";

async function open(functions: WorldOptions["functions"]): Promise<World> {
  const world = await openOwn({ functions });
  await world.sync();
  return world;
}

/** The slugs of the functions that an event started, once a later event has gone all the way through. */
async function started(world: World, event: object): Promise<string[]> {
  const [id = ""] = await world.send(event);
  const [barrier = ""] = await world.send({ name: "barrier" });
  await world.ended((await world.runOf(barrier)).run_id);
  const runs = await world.eventRuns(id);
  return runs.map((run) => run.function_slug).sort();
}

test("T-1: `app/*` is started by app/user.created and not by apps/x", async () => {
  const world = await open((client) => [
    client.createFunction({ id: "wild", triggers: [{ event: "app/*" }] }, () => "ran"),
    client.createFunction({ id: "barrier", triggers: [{ event: "barrier" }] }, () => "ran"),
  ]);
  expect(await started(world, { name: "app/user.created" })).toEqual(["app-wild"]);
  expect(await started(world, { name: "apps/x" })).toEqual([]);
  expect(await started(world, { name: "app" })).toEqual([]);
});

test("T-2: wildcards match at each boundary of the name, and only there", async () => {
  const triggers = {
    dotted: "app/user.*",
    slashed: "app/*",
    exact: "app/user.profile.updated",
    deeper: "app/user.profile.*",
    lone: "*",
    middle: "app/*.updated",
    glued: "app/us*",
  };
  const world = await open((client) => [
    ...Object.entries(triggers).map(([id, event]) =>
      client.createFunction({ id, triggers: [{ event }] }, () => "ran"),
    ),
    client.createFunction({ id: "barrier", triggers: [{ event: "barrier" }] }, () => "ran"),
  ]);
  expect(await started(world, { name: "app/user.profile.updated" })).toEqual([
    "app-deeper",
    "app-dotted",
    "app-exact",
    "app-slashed",
  ]);
  expect(await started(world, { name: "app/user.created" })).toEqual(["app-dotted", "app-slashed"]);
});

test("T-3: triggers are tried in order, one whose `if` is false or fails does not match", async () => {
  const world = await open((client) => [
    client.createFunction(
      { id: "choosy", triggers: [{ event: "a", if: "event.data.n > 10" }, { event: "b" }] },
      ({ event }) => event.name,
    ),
    client.createFunction({ id: "barrier", triggers: [{ event: "barrier" }] }, () => "ran"),
  ]);
  expect(await started(world, { name: "a", data: { n: 5 } })).toEqual([]);
  expect(await started(world, { name: "a", data: { n: "a text cannot be compared" } })).toEqual([]);
  expect(await started(world, { name: "a", data: { n: 11 } })).toEqual(["app-choosy"]);
  expect(await started(world, { name: "b" })).toEqual(["app-choosy"]);
});
