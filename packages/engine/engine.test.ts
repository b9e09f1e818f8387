import type { NewEvent } from "@stepwell/core";
import type { Registration } from "@stepwell/protocol";
import { createMemoryStore, type Store, StoreError } from "@stepwell/store";
import { describe, expect, test } from "vitest";
import { createChance, createClock } from "./clock.ts";
import { createEngine } from "./engine.ts";
import type { Engine, EngineOptions } from "./engine-port.ts";

const registration = (more: Partial<Registration> = {}): Registration => ({
  appName: "app",
  url: "http://127.0.0.1:1/api",
  sdk: "js:v4",
  framework: null,
  platform: null,
  env: null,
  appVersion: null,
  functions: [],
  checksum: "1",
  ...more,
});

async function open(more: Partial<EngineOptions> = {}): Promise<{ engine: Engine; store: Store }> {
  const store = more.store ?? createMemoryStore();
  await store.migrate();
  const engine = createEngine({
    store,
    clock: await createClock(store),
    chance: createChance(),
    transport: { send: async () => ({ failure: "network", message: "no app here" }), close: async () => {} },
    node: "node",
    mode: "start",
    signingKey: null,
    queueWorkers: 10,
    requestTimeoutMs: 1000,
    retryIntervalMs: 1000,
    maxSteps: 1000,
    maxPendingEvents: 10,
    log: () => {},
    ...more,
  });
  await engine.start();
  return { engine, store };
}
const event = (engine: Engine): NewEvent => {
  const id = engine.newId();
  return { id, externalId: id, name: "t/e", ts: engine.now(), body: { data: {} } };
};

describe("a sync in start", () => {
  test("from another environment that would move a known app is refused with the cure", async () => {
    const { engine } = await open();
    await engine.sync(registration());
    const move = registration({ env: "preview-7", url: "http://127.0.0.1:2/api", checksum: "2" });
    await expect(engine.sync(move)).rejects.toMatchObject({ code: "environment_conflict" });
    await expect(engine.sync(move)).rejects.toThrow(/run a second one, or unset INNGEST_ENV/);
    expect((await engine.read.apps())[0]?.url).toBe("http://127.0.0.1:1/api");
    await engine.stop(0);
  });

  test("from the same environment may move it", async () => {
    const { engine } = await open();
    await engine.sync(registration());
    await engine.sync(registration({ url: "http://127.0.0.1:2/api", checksum: "2" }));
    expect((await engine.read.apps())[0]?.url).toBe("http://127.0.0.1:2/api");
    await engine.stop(0);
  });
});

describe("receiving", () => {
  test("refuses with overloaded while more events wait for their commit than it holds", async () => {
    const { engine } = await open();
    const first = engine.receive(Array.from({ length: 8 }, () => event(engine)));
    await expect(engine.receive(Array.from({ length: 8 }, () => event(engine)))).rejects.toMatchObject({
      code: "overloaded",
      status: 503,
    });
    expect(await first).toHaveLength(8);
    expect(await engine.receive([event(engine)])).toHaveLength(1);
    await engine.stop(0);
  });

  test("tells that the store cannot write, is degraded meanwhile, and goes on by itself", async () => {
    const memory = createMemoryStore();
    let full = false;
    const store: Store = {
      ...memory,
      commit: (ask, now, decide) =>
        full
          ? Promise.reject(new StoreError("store_full", "the disk is full"))
          : memory.commit(ask, now, decide),
    };
    const { engine } = await open({ store });
    full = true;
    await expect(engine.receive([event(engine)])).rejects.toMatchObject({ code: "store_unavailable" });
    expect(engine.health()).toMatchObject({ status: "degraded", store: "the disk is full" });
    full = false;
    await engine.receive([event(engine)]);
    expect(engine.health()).toMatchObject({ status: "ok", store: null });
    await engine.stop(0);
  });
});
