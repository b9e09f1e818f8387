/** What a commit has touched is told after it is durable, and whoever listens cannot spoil it. */
import type { Change } from "@stepwell/core";
import { createMemoryStore } from "@stepwell/store";
import { afterEach, describe, expect, test } from "vitest";
import { type Touched, touchedBy } from "./changes.ts";
import { type FlowWorld, fn, openWorld } from "./fixtures/flow-world.ts";

const worlds: FlowWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

test("a listener that throws neither undoes a commit nor keeps others from hearing of it", async () => {
  const world = await openWorld({ store: createMemoryStore() }, fn("f"));
  worlds.push(world);
  const { engine, store, log } = world;
  const heard: number[] = [];
  engine.onChange(() => {
    throw new Error("a bug of the listener");
  });
  const leave = engine.onChange(({ events }) => heard.push(events));
  const id = await world.send("f");
  expect(await store.read.event(id)).not.toBeNull();
  expect(heard[0]).toBe(1);
  expect(log.find(({ event }) => event === "changes.bug")?.message).toMatch(/a bug of the listener/);
  leave();
  const before = heard.length;
  await world.send("f");
  expect(heard).toHaveLength(before);
});

describe("touchedBy", () => {
  const insert = (table: string, row: object) => ({ insert: table, row }) as unknown as Change;
  const update = (table: string, id: string) =>
    ({ update: table, key: { id }, set: {} }) as unknown as Change;

  test.each<[string, Change[], Partial<Touched>]>([
    ["a new run", [insert("runs", { id: "r" })], { runs: ["r"] }],
    [
      "a run with its steps and history, once",
      [update("runs", "r"), insert("steps", { runId: "r", id: "s" }), insert("history", { runId: "r" })],
      { runs: ["r"] },
    ],
    ["events", [insert("events", { internal: false }), insert("events", { internal: false })], { events: 2 }],
    ["a sync", [{ put: "apps", row: {} } as unknown as Change], { functions: true }],
    ["a pause", [update("functions", "f")], { functions: true }],
    ["a bulk job", [update("bulkJobs", "b"), insert("bulkJobs", { id: "c" })], { bulk: ["b", "c"] }],
  ])("%s", (_, write, touched) => {
    expect(touchedBy(write)).toEqual({ runs: [], events: 0, functions: false, bulk: [], ...touched });
  });

  test.each<[string, Change[]]>([
    ["nothing", []],
    ["what waits", [{ remove: "wakes", key: { id: "w" } }, insert("leases", { runId: "r" })]],
    ["the server's own events", [insert("events", { internal: true })]],
    ["cells", [{ put: "gateCells", row: {} } as unknown as Change]],
  ])("rows that nobody sees are not told: %s", (_, write) => {
    expect(touchedBy(write)).toBeNull();
  });
});
