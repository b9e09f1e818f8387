/** Engines come and go: they start, crash in the middle of a commit, stop, or live on as zombies. */
import { createEngine, type Engine, type LogEntry } from "@stepwell/engine";
import type { Json } from "@stepwell/core";
import { StoreError } from "@stepwell/store";
import { createSimChance, createSimClock, createSimStore, REFUSED, type SimStore } from "./machine.ts";
import { registrationOf } from "./setup.ts";
import { createSimTransport } from "./wire.ts";
import type { AppPorts } from "./work.ts";
import { strikes, violated, type World } from "./world.ts";

interface Node {
  name: string;
  engine: Engine;
  sim: SimStore;
  started: boolean;
}
export interface Engines {
  /** Starts one more. */
  start(): Promise<void>;
  /** At once and without a word. */
  crash(name: string, why: string): void;
  crashAll(): void;
  names(): string[];
  /** Any engine that has started; null: none is there now. */
  any(): Engine | null;
  /** All that have started. */
  all(): Engine[];
  /** Sends an event until somebody has acknowledged it. */
  send(event: { name: string; externalId: string; ts?: number; data?: { [key: string]: Json } }): Promise<void>;
}

export function createEngines(world: World): Engines {
  const { scheduler, setup, dice } = world;
  const live = new Map<string, Node>();
  let started = 0;
  world.store.onHint((hint) => {
    for (const node of live.values()) node.sim.hear(hint);
  });

  function crash(name: string, why: string): void {
    if (!live.delete(name)) return;
    scheduler.say(`${name} crashes ${why}`);
    scheduler.drop(name);
    // Whoever starts next takes over what this one had in flight, also while others live.
    scheduler.later(scheduler.now() + dice.pick([10, 1000, 90_000]), null, "start an engine", start);
  }

  async function start(): Promise<void> {
    started += 1;
    const name = `n${started}`;
    const { floor } = await world.store.clock();
    const writer = world.invariants.writer(name);
    const sim = createSimStore(world, name, writer, (why) => crash(name, why));
    const engine = createEngine({
      store: sim.store,
      clock: createSimClock(world, name, floor),
      chance: createSimChance(world, started),
      transport: createSimTransport(world, name, { send: (event, externalId) => send({ name: event, externalId }), checkpoint }),
      node: name,
      mode: "dev",
      signingKey: null,
      queueWorkers: setup.queueWorkers,
      requestTimeoutMs: 7_200_000,
      retryIntervalMs: null,
      maxSteps: 1000,
      maxPendingEvents: 20_000,
      log: (entry) => checkLog(world, name, entry),
    });
    const node: Node = { name, engine, sim, started: false };
    live.set(name, node);
    scheduler.say(`${name} starts`);
    engine.start().then(
      () => engine.sync(registrationOf(setup, world.without)).then(
        () => {
          node.started = true;
          scheduler.say(`${name} has started`);
        },
        (error: unknown) => crash(name, `at its sync: ${String(error)}`),
      ),
      (error: unknown) => crash(name, `at its start: ${String(error)}`),
    );
  }

  const ready = (): Node[] => [...live.values()].filter((node) => node.started);
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => scheduler.later(scheduler.now() + ms, null, "pause", resolve));

  /** The app's request to whoever is there; an engine that dies does not answer. */
  function checkpoint(...[runId, what]: Parameters<AppPorts["checkpoint"]>): ReturnType<AppPorts["checkpoint"]> {
    const node = ready().length === 0 ? null : dice.pick(ready());
    if (node === null) return Promise.resolve("failed");
    return new Promise((resolve) => {
      const cancel = scheduler.later(scheduler.now() + 30_000, null, "checkpoint timeout", () => resolve("failed"));
      const done = (said: "stored" | "stale" | "unknown" | "failed") => {
        cancel();
        resolve(said);
      };
      node.engine.checkpoint(runId, what).then(done, () => done("failed"));
    });
  }

  /** One try at one engine; false: no answer came, or a refusal. */
  function sendOnce(engine: Engine, event: Parameters<Engine["receive"]>[0][number]): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = scheduler.later(scheduler.now() + 30_000, null, "send timeout", () => resolve(false));
      const done = (isStored: boolean) => () => {
        cancel();
        resolve(isStored);
      };
      engine.receive([event]).then(done(true), done(false));
    });
  }

  async function send(asked: Parameters<Engines["send"]>[0]): Promise<void> {
    const known = world.events;
    let event: Parameters<Engine["receive"]>[0][number] | null = null;
    for (;;) {
      const node = ready().length === 0 ? null : dice.pick(ready());
      if (node === null) {
        await pause(1000);
        continue;
      }
      const id: string = event?.id ?? node.engine.newId();
      event ??= { id, externalId: asked.externalId, name: asked.name, ts: asked.ts ?? scheduler.now(), body: { data: asked.data ?? { k: dice.below(2) } } };
      known.set(id, { id, externalId: asked.externalId, name: asked.name, acknowledged: known.get(id)?.acknowledged ?? false });
      const stored = await sendOnce(node.engine, event);
      if (stored) acknowledge(id);
      if (stored && !strikes(world, setup.faults.resend)) return;
      await pause(dice.pick([0, 100, 5000]));
    }
  }

  function acknowledge(id: string): void {
    const event = world.events.get(id);
    if (event === undefined) return;
    event.acknowledged = true;
    scheduler.say(`event ${id.slice(-5)} ${event.name} is acknowledged`);
    if (!world.shadow.rows.events.has(id)) violated(world, [`event ${id} was acknowledged and is not stored`]);
  }

  return {
    start,
    crash,
    crashAll() {
      for (const name of [...live.keys()]) {
        live.delete(name);
        scheduler.drop(name);
      }
    },
    names: () => [...live.keys()],
    any: () => (ready().length === 0 ? null : dice.pick(ready()).engine),
    all: () => ready().map((node) => node.engine),
    send,
  };
}

/** An error in the engine's log that no fault explains is a bug. */
function checkLog(world: World, name: string, entry: LogEntry): void {
  if (entry.event === "call.stale") world.stale += 1;
  if (entry.level !== "error" && entry.level !== "warn") return;
  world.scheduler.say(`${name} logs ${entry.event}: ${entry.message}`);
  const expected = entry.event === "run.failed" || entry.event === "store.refused" || entry.message.includes(REFUSED);
  if (entry.level === "error" && !expected) violated(world, [`the engine logs ${entry.event}: ${entry.message}`]);
}

/** For the cure of a refusal that reached a caller: a refused cancel or sync is not a bug. */
export function isRefusal(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null;
  return error instanceof StoreError || cause instanceof StoreError;
}
