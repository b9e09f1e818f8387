/** A process that dies right after a resume: what was blocked is looked at by the next one (I1, hard-parts.md §1). */
import { createMemoryStore, type Store } from "@stepwell/store";
import { afterEach, expect, test } from "vitest";
import { type FlowWorld, fn, openWorld } from "./fixtures/flow-world.ts";

const worlds: FlowWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});
async function open(...given: Parameters<typeof openWorld>): Promise<FlowWorld> {
  const world = await openWorld(...given);
  worlds.push(world);
  return world;
}

/** Once killed, the process writes its change and reads no functions any more. */
function mortal(memory: Store): { store: Store; kill(): void } {
  let dead = false;
  const functions: Store["read"]["functions"] = async () => {
    if (dead) throw new Error("killed");
    return memory.read.functions();
  };
  return {
    store: { ...memory, read: { ...memory.read, functions } },
    kill() {
      dead = true;
    },
  };
}

test("a resume that is stored, and no more", async () => {
  const memory = createMemoryStore();
  const { store, kill } = mortal(memory);
  const world = await open({ store, queueWorkers: 1 }, fn("f"), fn("busy"));
  await world.send("busy");
  await world.until("the only worker is taken", () => world.calls.length === 1);
  await world.send("f");
  await world.until("it is queued", async () => (await world.runs("f")).length === 1);
  await world.engine.setMode("app-f", "paused");
  kill();
  await expect(world.engine.setMode("app-f", "active")).rejects.toThrow("killed");
  await world.stop();
  const next = await open({ clock: world.clock, store: memory });
  await next.until("the paused run goes on", () => next.calls.some(({ slug }) => slug === "f"));
});
