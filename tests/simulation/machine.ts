/** The ports of one engine: a clock on virtual time, ids and dice of the seed, and a store that may fail. */
import type { Change, GateCellRow, WaitRow } from "@stepwell/core";
import type { Chance, Clock } from "@stepwell/engine";
import {
  type Ask,
  type Decision,
  type Hint,
  type Reads,
  type Seen,
  type Store,
  StoreError,
} from "@stepwell/store";
import type { Writer } from "./invariants.ts";
import type { RowChange } from "./shadow.ts";
import { strikes, violated, type World } from "./world.ts";

/** What the store says when a fault makes it refuse. */
export const REFUSED = "refused by the simulation";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
function crockford(value: number, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32))
    text = ALPHABET.charAt(rest % 32) + text;
  return text;
}

/** Ids of one process: the time, then a count, so that later ones sort later; no two processes share any. */
export function createSimChance(world: World, engineNumber: number): Chance {
  let latest = 0;
  let count = 0;
  return {
    id(now) {
      latest = Math.max(latest, now);
      count += 1;
      return crockford(latest, 10) + crockford(engineNumber, 4) + crockford(count, 12);
    },
    roll: () => world.dice.roll(),
  };
}

/** The machine's clock may jump; the engine's stands still until it has caught up (ADR 0006). */
export function createSimClock(world: World, owner: string, floor: number): Clock {
  const { scheduler } = world;
  let latest = floor;
  const now = (): number => {
    latest = Math.max(latest, scheduler.now() + world.clockOffset);
    return latest;
  };
  /** Not before `now()` has reached it, and late by what the clock jumps forward meanwhile: as a real timer. */
  function at(instant: number, call: () => void): () => void {
    let cancel: () => void = () => {};
    const arm = (): void => {
      const leftMs = instant - now() <= 0 ? 0 : instant - scheduler.now() - world.clockOffset;
      cancel = scheduler.later(scheduler.now() + leftMs, owner, "timer", () => {
        if (now() < instant) arm();
        else call();
      });
    };
    arm();
    return () => cancel();
  }
  return { now, at };
}

export interface SimStore {
  store: Store;
  hear(hint: Hint): void;
}

/** The shared store as one engine sees it. Each read and commit is a task; a commit may be its last one. */
export function createSimStore(
  world: World,
  owner: string,
  writer: Writer,
  clock: Clock,
  die: (why: string) => void,
): SimStore {
  const listeners = new Set<(hint: Hint) => void>();
  const { scheduler, store: inner } = world;

  async function run<A extends Ask, R>(
    ask: A,
    now: number,
    decide: (seen: Seen<A>) => Decision<R>,
    resolve: (reply: R) => void,
    reject: (error: unknown) => void,
  ): Promise<void> {
    const { faults } = world.setup;
    const what = Object.keys(ask).join("+") || "put";
    if (strikes(world, faults.refuse)) {
      scheduler.say(`${owner} commit ${what} refused`);
      reject(new StoreError("store_full", REFUSED));
      return;
    }
    if (strikes(world, faults.crash / 2)) return die(`before commit ${what}`);
    let written: Change[] = [];
    let reply: R;
    try {
      reply = await inner.commit(ask, now, (seen) => {
        const decision = decide(seen);
        written = decision.write;
        return decision;
      });
    } catch (error) {
      scheduler.say(`${owner} commit ${what} failed: ${String(error)}`);
      if (error instanceof StoreError) world.shadow.skip(written);
      reject(error);
      return;
    }
    scheduler.say(`${owner} commit ${what}: ${written.map(changeText).join(", ") || "nothing"}`);
    const changes = world.shadow.apply(written);
    violated(world, world.invariants.afterCommit(changes, writer, clock.now()));
    noteWaits(world, changes);
    for (const { table, after } of changes)
      if (table === "gateCells" && after !== null) world.putOff(after as unknown as GateCellRow, clock.now());
    if (strikes(world, faults.crash / 2)) return die(`after commit ${what}`);
    if (world.dice.chance(0.3)) scheduler.soon(owner, "reply", () => resolve(reply));
    else resolve(reply);
  }

  return {
    hear(hint) {
      for (const listen of listeners) scheduler.soon(owner, "hint", () => listen(hint));
    },
    store: {
      exclusive: true,
      commit: (ask, now, decide) =>
        new Promise((resolve, reject) =>
          scheduler.soon(owner, "commit", () => run(ask, now, decide, resolve, reject)),
        ),
      read: pausedReads(world, owner),
      onHint(listen) {
        listeners.add(listen);
        return () => listeners.delete(listen);
      },
      clock: () => inner.clock(),
      moveClock: (movedMs) => inner.moveClock(movedMs),
      migrate: async () => {},
      close: async () => {},
    },
  };
}

function noteWaits(world: World, changes: readonly RowChange[]): void {
  for (const { table, before, after } of changes) {
    if (table !== "waits" || before !== null) continue;
    const wait = after as unknown as WaitRow;
    const place = `${wait.runId}|${wait.step}`;
    if (!world.waitsSince.has(place)) world.waitsSince.set(place, wait.seq);
    world.waitOpened(wait);
  }
}

/** A read may be answered late: what it saw is old by then. */
function pausedReads(world: World, owner: string): Reads {
  const { store, scheduler, dice } = world;
  return new Proxy(store.read, {
    get:
      (read, name: keyof Reads) =>
      (...args: unknown[]) =>
        new Promise((resolve, reject) => {
          const answer = (seen: unknown): void => {
            if (dice.chance(0.15)) scheduler.soon(owner, "seen", () => resolve(seen));
            else resolve(seen);
          };
          scheduler.soon(owner, `read ${name}`, () => {
            if (strikes(world, world.setup.faults.read))
              return reject(new StoreError("store_failed", REFUSED));
            return (read[name] as (...args: unknown[]) => Promise<unknown>)(...args).then(answer, reject);
          });
        }),
  });
}

function changeText(change: Change): string {
  if ("clear" in change) return `clear ${change.clear}`;
  if ("insert" in change) return `+${change.insert}${shown(change.row)}`;
  if ("put" in change) return `=${change.put}${shown(change.row)}`;
  if ("remove" in change) return `-${change.remove}${shown(change.key)}`;
  return `~${change.update}${shown(change.key)}${"status" in change.set ? `→${String(change.set.status)}` : ""}`;
}

/** Ids are long and start alike: their ends tell them apart. */
function shown(row: object): string {
  const { id, runId, kind, job } = row as {
    id?: string;
    runId?: string;
    kind?: string;
    job?: { kind: string };
  };
  const parts = [
    job?.kind ?? kind,
    id === undefined ? undefined : String(id).slice(-5),
    runId === undefined || runId === null ? undefined : `of ${runId.slice(-5)}`,
  ];
  const text = parts.filter((part) => part !== undefined).join(" ");
  return text === "" ? "" : `(${text})`;
}
