/** Engines come and go: they start, crash in the middle of a commit, stop, or live on as zombies. */
import type { FunctionMode } from "@stepwell/core";
import { createEngine, type Engine, type LogEntry } from "@stepwell/engine";
import { StoreError } from "@stepwell/store";
import { createSimChance, createSimClock, createSimStore, REFUSED, type SimStore } from "./machine.ts";
import { checkpointOnce, NO_ANSWER_MS, type Outgoing, sendUntilStored } from "./senders.ts";
import { registrationOf } from "./setup.ts";
import { createSimTransport } from "./wire.ts";
import { violated, type World } from "./world.ts";

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
  /** As by Ctrl-C: no new calls, then it goes. */
  stop(name: string): void;
  crashAll(): void;
  names(): string[];
  /** Any engine that has started; null: none is there now. */
  any(): Engine | null;
  /** The app tells all of them what it is now, until each has heard it. */
  sync(): void;
  /** Pauses, drains or resumes a function; false: no answer, or a refusal. */
  setMode(slug: string, mode: FunctionMode): Promise<boolean>;
  /** Sends an event until somebody has acknowledged it. */
  send(event: Outgoing): Promise<void>;
}

export function createEngines(world: World): Engines {
  const { scheduler, dice } = world;
  const live = new Map<string, Node>();
  let started = 0;
  world.store.onHint((hint) => {
    for (const node of live.values()) node.sim.hear(hint);
  });
  const ready = (): Node[] => [...live.values()].filter((node) => node.started);
  const any = (): Engine | null => (ready().length === 0 ? null : dice.pick(ready()).engine);
  const send = (event: Outgoing): Promise<void> => sendUntilStored(world, any, event);

  function crash(name: string, why: string): void {
    if (!live.delete(name)) return;
    world.changing.delete(name);
    scheduler.say(`${name} crashes ${why}`);
    scheduler.drop(name);
    // Whoever starts next takes over what this one had in flight, also while others live.
    scheduler.later(scheduler.now() + dice.pick([10, 1000, 90_000]), null, "start an engine", start);
  }

  function stop(name: string): void {
    const node = live.get(name);
    if (node?.started !== true) return;
    node.started = false;
    scheduler.say(`${name} is stopped`);
    void node.engine.stop(dice.pick([0, 500, 60_000])).then(() => crash(name, "no more: it has stopped"));
  }

  function sync(): void {
    for (const node of ready())
      tell(world, node).catch((error: unknown) => {
        if (!isRefusal(error)) violated(world, [`sync failed: ${String(error)}`]);
        scheduler.later(scheduler.now() + 1000, null, "sync again", sync);
      });
  }

  function setMode(slug: string, mode: FunctionMode): Promise<boolean> {
    const [node] = ready();
    if (node === undefined) return Promise.resolve(false);
    return new Promise((resolve) => {
      const cancel = scheduler.later(scheduler.now() + NO_ANSWER_MS, null, "no answer", () => resolve(false));
      changing(world, node.name, () => node.engine.setMode(slug, mode)).then(
        () => {
          cancel();
          resolve(true);
        },
        (error: unknown) => {
          if (!isRefusal(error)) violated(world, [`${mode} of ${slug} failed: ${String(error)}`]);
          cancel();
          resolve(false);
        },
      );
    });
  }

  async function start(): Promise<void> {
    started += 1;
    const name = `n${started}`;
    const clock = createSimClock(world, name, (await world.store.clock()).floor);
    const sim = createSimStore(world, name, world.invariants.writer(name), clock, (why) => crash(name, why));
    const ports = {
      send: (event: string, externalId: string) => send({ name: event, externalId }),
      checkpoint: checkpointOnce(world, any),
    };
    const engine = createEngine({
      store: sim.store,
      clock,
      chance: createSimChance(world, started),
      transport: createSimTransport(world, name, ports),
      node: name,
      mode: "dev",
      signingKey: null,
      queueWorkers: world.setup.queueWorkers,
      requestTimeoutMs: 7_200_000,
      retryIntervalMs: null,
      maxSteps: 1000,
      maxPendingEvents: 20_000,
      log: (entry) => checkLog(world, name, entry),
    });
    const node: Node = { name, engine, sim, started: false };
    live.set(name, node);
    scheduler.say(`${name} starts`);
    // What its predecessor has left half told is told again at the start. Zombies know no other limits.
    const told =
      world.setup.faults.engines === "zombie"
        ? bringUp(world, node)
        : changing(world, name, () => bringUp(world, node));
    told.then(
      () => scheduler.say(`${name} has started`),
      (error: unknown) => crash(name, `at its start: ${String(error)}`),
    );
  }

  return {
    start,
    crash,
    stop,
    crashAll() {
      for (const name of [...live.keys()]) {
        live.delete(name);
        scheduler.drop(name);
      }
    },
    names: () => [...live.keys()],
    any,
    sync,
    setMode,
    send,
  };
}

async function bringUp(world: World, node: Node): Promise<void> {
  await node.engine.start();
  // The app may change while it tells: what it said in between went to the engines that had started.
  const saidNow = (): string => JSON.stringify(registrationOf(world.setup, world.without));
  for (let said = ""; said !== saidNow(); ) {
    said = saidNow();
    await tell(world, node);
  }
  node.started = true;
}

async function tell(world: World, { engine, name }: Node): Promise<void> {
  const registration = registrationOf(world.setup, world.without);
  await changing(world, name, () => engine.sync(registration));
}

/** While an engine stores another configuration and hears of it; what it has begun before ends with it. */
async function changing<T>(world: World, name: string, change: () => Promise<T>): Promise<T> {
  const count = (by: number): void => {
    const left = (world.changing.get(name) ?? 0) + by;
    if (left > 0) world.changing.set(name, left);
    else world.changing.delete(name);
  };
  count(1);
  try {
    return await change();
  } finally {
    count(-1);
  }
}

/** An error in the engine's log that no fault explains is a bug. */
function checkLog(world: World, name: string, entry: LogEntry): void {
  if (entry.event === "call.stale") world.stale += 1;
  if (entry.level !== "error" && entry.level !== "warn") return;
  world.scheduler.say(`${name} logs ${entry.event}: ${entry.message}`);
  // Engines whose clocks differ: what is due for one is set anew by another, until it is so for both.
  const { engines, clock } = world.setup.faults;
  const isApart = engines === "zombie" && clock && entry.message.includes("still there after it was handled");
  const expected =
    isApart ||
    entry.event === "run.failed" ||
    entry.event === "store.refused" ||
    entry.message.includes(REFUSED);
  if (entry.level === "error" && !expected)
    violated(world, [`the engine logs ${entry.event}: ${entry.message}`]);
}

/** Did the store refuse because a fault made it? Then it is no bug that the caller is refused, too. */
export function isRefusal(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null;
  return error instanceof StoreError || cause instanceof StoreError;
}
