/** What a review looked for: ends of the process, rows that contradict each other, many requests at once. */
import { type Change, type NewEvent, placeWait, type WaitRow } from "@stepwell/core";
import { createMemoryStore, type Store, StoreError } from "@stepwell/store";
import { afterEach, expect, test, vi } from "vitest";
import { createClock } from "./clock.ts";
import type { CallResponse, Engine, EngineOptions, Transport } from "./engine-port.ts";
import {
  APP,
  fn,
  named,
  open as openWorld,
  planned,
  registration,
  returned,
  stopEngines,
} from "./fixtures/small-world.ts";

const answer = (status: number, value: unknown): CallResponse => ({
  ...(status === 206 ? planned() : returned(null)),
  body: JSON.stringify(value),
});

afterEach(stopEngines);
async function open(
  store: Store,
  send: Transport["send"],
  more: Partial<EngineOptions> = {},
): Promise<Engine> {
  return (await openWorld({ store, transport: { send, close: async () => {} }, ...more })).engine;
}
async function receive(engine: Engine, name: string): Promise<string> {
  const id = engine.newId();
  await engine.receive([
    { id, externalId: id, name, ts: engine.now(), body: { data: {} } as NewEvent["body"] },
  ]);
  return id;
}

test("a stop waits for the wakes that are being handled: nothing is written once it is over", async () => {
  const memory = createMemoryStore();
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let holding = false;
  let stopped = false;
  let late = 0;
  const store: Store = {
    ...memory,
    commit(ask, now, decide) {
      if (stopped) late += 1;
      return memory.commit(ask, now, decide);
    },
    read: {
      ...memory.read,
      event: async (id) => {
        holding = true;
        await held;
        return memory.read.event(id);
      },
    },
  };
  const engine = await open(store, async () => answer(200, null));
  await receive(engine, "t/e");
  await vi.waitUntil(() => holding);
  const stopping = engine.stop(5000).then(() => {
    stopped = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  release();
  await stopping;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(late).toBe(0);
});

test("a signal for a wait whose run is gone finds nobody, and does not look for ever", async () => {
  const store = createMemoryStore();
  const row = {
    id: "W",
    kind: "signal",
    name: "s",
    anchor: "signal",
    runId: "gone",
    step: "w",
    expression: null,
    openedAt: 1,
    until: 1e13,
  };
  const write: Change[] = [{ insert: "waits", row: row as WaitRow }];
  await store.commit({}, 1, () => ({ write, reply: null }));
  const engine = await open(store, async () => answer(200, null));
  const first = engine.signal("s", 1);
  const given = await Promise.race([
    first,
    new Promise((resolve) => setTimeout(() => resolve("still looking"), 1000)),
  ]);
  if (given === "still looking") {
    const change: Change = { remove: "waits", key: { id: "W" } };
    await store.commit({}, 1, () => ({ write: [change], reply: null }));
  }
  expect(given).toBeNull();
});

test("placing a wait, which happens inside a commit, takes no seconds", () => {
  const items = Array.from({ length: 2000 }, (_, i) => `item ${i}`);
  const dear = "event.data.items.exists(a, event.data.items.exists(b, a + b == 'none'))";
  const source = Array.from({ length: 12 }, (_, i) => `async.data.k${i} == (${dear} ? 1 : 2)`).join(" && ");
  const began = performance.now();
  placeWait(source, { data: { items } }, []);
  expect(performance.now() - began).toBeLessThan(1000);
});

/** An app whose one function makes `count` requests of the server's own at once. */
const gateways =
  (count: number, elsewhere: () => Promise<CallResponse>): Transport["send"] =>
  async ({ url, body }) => {
    if (!url.startsWith(APP)) return elsewhere();
    const { steps } = JSON.parse(body) as { steps: object };
    const opts = { url: "http://127.0.0.1:2/p" };
    const ops = Array.from({ length: count }, (_, i) => ({ op: "Gateway", opts, ...named(`g${i}`) }));
    return Object.keys(steps).length === 0 ? answer(206, ops) : answer(200, "done");
  };

test("requests of the server's own are bounded, too", async () => {
  let out = 0;
  let most = 0;
  const store = createMemoryStore();
  const send = gateways(300, async () => {
    out += 1;
    most = Math.max(most, out);
    await new Promise((resolve) => setTimeout(resolve, 20));
    out -= 1;
    return answer(200, "ok");
  });
  const engine = await open(store, send, { queueWorkers: 10 });
  await engine.sync(registration([fn("app-f")]));
  const id = await receive(engine, "app-f");
  await vi.waitUntil(async () => (await store.read.eventRuns(id))[0]?.status === "completed", 20_000);
  expect(most).toBeLessThanOrEqual(200);
});

test("a request of the server's own does not read all that the run has stored", async () => {
  const memory = createMemoryStore();
  let reads = 0;
  const callContext: Store["read"]["callContext"] = (id) => {
    reads += 1;
    return memory.read.callContext(id);
  };
  const store: Store = { ...memory, read: { ...memory.read, callContext } };
  const engine = await open(
    store,
    gateways(20, async () => answer(200, "ok")),
  );
  await engine.sync(registration([fn("app-f")]));
  const id = await receive(engine, "app-f");
  await vi.waitUntil(async () => (await store.read.eventRuns(id))[0]?.status === "completed", 20_000);
  // One for each call of the app.
  expect(reads).toBeLessThan(5);
});

/** A store that can be full. */
function createFullable(): { store: Store; memory: Store; full: boolean; refused: number } {
  const memory = createMemoryStore();
  const disk = {
    memory,
    full: false,
    refused: 0,
    store: {
      ...memory,
      commit(ask, now, decide) {
        if (!disk.full) return memory.commit(ask, now, decide);
        disk.refused += 1;
        return Promise.reject(new StoreError("store_full", "the disk is full"));
      },
    } as Store,
  };
  return disk;
}

test("an answer that the store never takes is not offered any more once the engine has stopped", async () => {
  const disk = createFullable();
  const engine = await open(disk.store, async () => {
    disk.full = true;
    return answer(200, "done");
  });
  await engine.sync(registration([fn("app-f")]));
  await receive(engine, "app-f");
  await vi.waitUntil(() => disk.refused > 1);
  await engine.stop(1);
  await new Promise((resolve) => setTimeout(resolve, 600));
  const { refused } = disk;
  await new Promise((resolve) => setTimeout(resolve, 2000));
  expect(disk.refused).toBe(refused);
});

test("a call that came too late gives its slot back, although the store refused to cancel its run at first", async () => {
  const disk = createFullable();
  let reads = 0;
  let tellSynced = (): void => {};
  const synced = new Promise<void>((resolve) => {
    tellSynced = resolve;
  });
  const callContext: Store["read"]["callContext"] = async (id) => {
    reads += 1;
    if (reads === 1) {
      await synced;
      disk.full = true;
      setTimeout(() => {
        disk.full = false;
      }, 300);
    }
    return disk.memory.read.callContext(id);
  };
  disk.store = { ...disk.store, read: { ...disk.memory.read, callContext } };
  const engine = await open(disk.store, async () => answer(200, "done"));
  // The first deadline is far away, so that its timer does not come first; a sync has moved it meanwhile.
  await engine.sync(registration([fn("app-f", { timeouts: { startMs: 60_000 } })]));
  const id = await receive(engine, "app-f");
  await vi.waitUntil(() => reads === 1);
  await engine.sync(registration([fn("app-f", { timeouts: { startMs: 1 } })]));
  tellSynced();
  const run = await vi.waitUntil(async () => (await disk.memory.read.eventRuns(id))[0]);
  await vi.waitUntil(async () => (await disk.memory.read.runLeases(run.id)).length === 0, 5000);
  expect((await disk.memory.read.run(run.id))?.status).toBe("cancelled");
});

test("a stopped engine leaves no timer behind, so that the process can end", async () => {
  const disk = createFullable();
  const real = await createClock(disk.store);
  const timers = new Set<object>();
  const clock = {
    now: real.now,
    at(at: number, call: () => void): () => void {
      const key = {};
      timers.add(key);
      const cancel = real.at(at, () => {
        timers.delete(key);
        call();
      });
      return () => {
        timers.delete(key);
        cancel();
      };
    },
  };
  const engine = await open(disk.store, async () => answer(200, null), { clock });
  const failing: Store["read"]["event"] = () => Promise.reject(new Error("a bug of ours"));
  Object.assign(disk.store, { read: { ...disk.memory.read, event: failing } });
  await receive(engine, "t/e");
  await new Promise((resolve) => setTimeout(resolve, 100));
  await engine.stop(10);
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(timers.size).toBe(0);
});

test("a backlog is handled a few hundred wakes at a time, also when each of them is slow", async () => {
  const memory = createMemoryStore();
  let out = 0;
  let most = 0;
  let rows = 0;
  const slowly: Store["read"]["event"] = async (id) => {
    out += 1;
    most = Math.max(most, out);
    await new Promise((resolve) => setTimeout(resolve, 200));
    out -= 1;
    return memory.read.event(id);
  };
  const dueWakes: Store["read"]["dueWakes"] = async (now, limit) => {
    const due = await memory.read.dueWakes(now, limit);
    rows += due.length;
    return due;
  };
  const store: Store = { ...memory, read: { ...memory.read, event: slowly, dueWakes } };
  const first = await open(memory, async () => answer(200, null));
  await first.stop(0);
  const events = Array.from({ length: 2000 }, (): NewEvent => {
    const id = first.newId();
    return { id, externalId: id, name: "t/e", ts: first.now(), body: { data: {} } };
  });
  await first.receive(events);
  const engine = await open(store, async () => answer(200, null));
  await vi.waitUntil(async () => (await memory.read.dueWakes(engine.now(), 1)).length === 0, 20_000);
  expect(most).toBeLessThanOrEqual(500);
  // Each row is read a few times at most.
  expect(rows).toBeLessThan(4 * 2000);
});
