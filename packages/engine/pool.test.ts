/**
 * The claim's invariants under a seeded storm of admissions, answers and cancels on a real store
 * (hard-parts.md §1): never over a limit, I1 no lane blocked on a cell with room, I2 no queued wake
 * without its lane, I3 `used` equals the leases that name the cell; and in the end nothing is left.
 */
import { type Change, claim, type LeaseRow, type Moment } from "@stepwell/core";
import { createMemoryStore, type Store } from "@stepwell/store";
import { describe, expect, test } from "vitest";

const LIMITS: Record<string, number> = { wide: 4, k0: 1, k1: 2, k2: 1, k3: 2 };
const limits = (cell: string): number => LIMITS[cell] ?? 1;

interface World {
  store: Store;
  dice: () => number;
  moment: Moment;
  held: LeaseRow[];
  granted: Map<string, number>;
  most: Map<string, number>;
  queued: Set<string>;
}

function createWorld(seed: number): World {
  let state = seed;
  let ids = 0;
  const dice = (): number => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
  const moment = {
    now: 1000,
    roll: dice,
    id: () => {
      ids += 1;
      return String(ids).padStart(10, "0");
    },
  };
  const store = createMemoryStore();
  return { store, dice, moment, held: [], granted: new Map(), most: new Map(), queued: new Set() };
}

async function enqueue(world: World): Promise<void> {
  const key = `k${Math.floor(world.dice() * 4)}`;
  const lane = `lane-${key}`;
  const id = world.moment.id();
  const score = Math.floor(world.dice() * 1000);
  world.queued.add(id);
  const call = { target: null, attempt: 0, generation: 1 };
  const write: Change[] = [
    { insert: "wakes", row: { id, job: { kind: "call", call }, runId: id, lane, score, dueAt: 0 } },
    { insert: "nudges", row: { pool: "p", lane, cells: [key, "wide"], score, gone: null } },
  ];
  await world.store.commit({}, 1000, () => ({ write, reply: null }));
}

async function grant(world: World): Promise<boolean> {
  const want = Math.floor(world.dice() * 5);
  const claimed = await world.store.commit({ pool: { pool: "p", want, limits } }, 1000, (seen) => {
    if (seen.pool === "busy") throw new Error("one engine is never busy");
    const done = claim("p", seen.pool, want, limits, "n", world.moment);
    return { write: done.write, reply: done };
  });
  for (const lease of claimed.leases) {
    world.held.push(lease);
    world.queued.delete(lease.runId);
    for (const cell of lease.cells) {
      const count = (world.granted.get(cell) ?? 0) + 1;
      world.granted.set(cell, count);
      world.most.set(cell, Math.max(count, world.most.get(cell) ?? 0));
    }
  }
  return claimed.again || claimed.leases.length > 0;
}

async function release(world: World): Promise<void> {
  const at = Math.floor(world.dice() * world.held.length);
  const [lease] = world.held.splice(at, 1);
  if (lease === undefined) return;
  for (const cell of lease.cells) world.granted.set(cell, (world.granted.get(cell) ?? 0) - 1);
  const write: Change[] = [{ update: "leases", key: { id: lease.id }, set: { freed: true } }];
  await world.store.commit({}, 1000, () => ({ write, reply: null }));
}

async function cancel(world: World): Promise<void> {
  const id = [...world.queued][Math.floor(world.dice() * world.queued.size)];
  if (id === undefined) return;
  world.queued.delete(id);
  await world.store.commit({ wake: id }, 1000, (seen) => {
    if (seen.wake === null || seen.wake.lane === null) return { write: [], reply: null };
    const { lane, score } = seen.wake;
    const cells = [lane.slice(5), "wide"];
    return { write: [{ insert: "nudges", row: { pool: "p", lane, cells, score, gone: id } }], reply: null };
  });
}

describe("a pool under a storm", () => {
  test.each(Array.from({ length: 40 }, (_, seed) => seed + 1))("seed %i", async (seed) => {
    const world = createWorld(seed);
    for (let turn = 0; turn < 150; turn += 1) {
      const roll = world.dice();
      if (roll < 0.4) await enqueue(world);
      else if (roll < 0.7) await grant(world);
      else if (roll < 0.93) await release(world);
      else await cancel(world);
      for (const [cell, most] of world.most) expect(most).toBeLessThanOrEqual(limits(cell));
    }
    // Everything that still waits gets its turn, driven only by what the store says is ready.
    for (let turn = 0; turn < 2000 && (world.queued.size > 0 || world.held.length > 0); turn += 1) {
      if ((await world.store.read.readyPools()).length > 0) await grant(world);
      await release(world);
    }
    expect(world.queued.size).toBe(0);
    while ((await world.store.read.readyPools()).length > 0) await grant(world);
    const left = await world.store.commit({ pool: { pool: "p", want: 0, limits } }, 1000, (seen) => ({
      write: [],
      reply: seen.pool,
    }));
    expect(left).toMatchObject({ freed: [], nudges: [], lanes: [] });
    expect(left === "busy" ? -1 : left.cells.size).toBe(0);
  });
});
