/**
 * The claim's invariants under a seeded storm of admissions, answers, cancels, pauses and passing time on a
 * real store (hard-parts.md §1): never over a limit of any kind, I1 no lane blocked on a cell with room, I2 no
 * queued wake without its lane, I3 `used` equals the leases that name the cell; and in the end nothing is left.
 */
import { type Change, claim, isThrottle, type LeaseRow, type Limits, type Moment } from "@stepwell/core";
import { createMemoryStore, type Store } from "@stepwell/store";
import { describe, expect, test } from "vitest";

const SHARED = 'account:"g"';
const OF_RUNS = 'run:["R",null,""]';
const PACED = 'throttle:["F",null,""]';
const EVERY_MS = 1000;
const AHEAD_MS = 1000;
const none = Number.POSITIVE_INFINITY;

/** Numbers by function: G and H apply their own to one counter. */
const NUMBERS: Record<string, Record<string, number>> = {
  F: { wide: 4, k0: 1, k1: 2, k2: 1, k3: 2 },
  G: { [SHARED]: 2 },
  H: { [SHARED]: 3 },
  R: { [OF_RUNS]: 2 },
};
/** Function and cells of the lanes that calls are put into. */
const LANES: [string, string[]][] = [
  ...["k0", "k1", "k2", "k3"].map((key): [string, string[]] => ["F", [key, "wide"]]),
  ["F", ["wide", PACED]],
  ["F", ["k1", "wide", PACED]],
  ["G", [SHARED]],
  ["H", [SHARED]],
  ["R", [OF_RUNS]],
];
/** Many lanes of two functions on one counter: more than a claim is shown of a cell. */
const CROWD: [string, string[]][] = Array.from({ length: 50 }, (_, n) => [
  n < 28 ? "G" : "H",
  [`own${n}`, SHARED],
]);
const laneName = (fn: string, cells: readonly string[]): string => `${[fn, ...cells].join(" ")}:lane`;
const ALL_LANES = [...LANES, ...CROWD].map(([fn, cells]) => laneName(fn, cells));

interface World {
  store: Store;
  dice: () => number;
  now: number;
  moment: Moment;
  held: LeaseRow[];
  /** Freed, and not yet collected by a claim. */
  freed: LeaseRow[];
  queued: Map<string, { lane: string; cells: string[]; score: number }>;
  paused: Set<string>;
  /** When throttled starts were granted. */
  starts: number[];
  /** Also with many lanes on one shared counter. */
  crowded: boolean;
  limits: Limits;
}

function createWorld(seed: number): World {
  let state = seed;
  let ids = 0;
  const dice = (): number => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
  const paused = new Set<string>();
  const world: World = {
    store: createMemoryStore(),
    dice,
    now: 1000,
    moment: {
      get now() {
        return world.now;
      },
      roll: dice,
      id() {
        ids += 1;
        return String(ids).padStart(10, "0");
      },
    },
    held: [],
    freed: [],
    queued: new Map(),
    paused,
    starts: [],
    crowded: seed % 2 === 0,
    limits: {
      of: (cell, id) => NUMBERS[id]?.[cell] ?? none,
      pace: (cell) => (cell === PACED ? { everyMs: EVERY_MS, aheadMs: AHEAD_MS } : null),
      isPaused: (id) => paused.has(id),
    },
  };
  return world;
}

/** How far the store looks ahead in a lane, as the registry says it. */
function ahead(cell: string, fn: string): number {
  return NUMBERS[fn]?.[cell] ?? none;
}

const write = (world: World, ...changes: Change[]): Promise<null> =>
  world.store.commit({}, world.now, () => ({ write: changes, reply: null }));

async function enqueue(world: World, lanes = world.crowded ? [...LANES, ...CROWD] : LANES): Promise<void> {
  const [fn, cells] = lanes[Math.floor(world.dice() * lanes.length)] as [string, string[]];
  const lane = laneName(fn, cells);
  const id = world.moment.id();
  const score = Math.floor(world.dice() * 1000);
  world.queued.set(id, { lane, cells, score });
  const call = { target: null, attempt: 0, generation: 1 };
  await write(
    world,
    { insert: "wakes", row: { id, job: { kind: "call", call }, runId: id, lane, score, dueAt: 0 } },
    { insert: "nudges", row: { pool: "p", lane, cells, score, gone: null } },
  );
}

/** Live leases, and those freed but not collected, that name the cell. */
function countOf(world: World, cell: string): number {
  return [...world.held, ...world.freed].filter((lease) => lease.cells.includes(cell)).length;
}

async function grant(world: World, want = Math.floor(world.dice() * 5)): Promise<boolean> {
  const ask = { pool: { pool: "p", want, limits: ahead } };
  const claimed = await world.store.commit(ask, world.now, (seen) => {
    if (seen.pool === "busy") throw new Error("one engine is never busy");
    for (const [cell, row] of seen.pool.cells)
      if (!isThrottle(cell)) expect([cell, row.used]).toEqual([cell, countOf(world, cell)]);
    const done = claim("p", seen.pool, want, world.limits, "n", world.moment);
    return { write: done.write, reply: { ...done, collected: seen.pool.freed } };
  });
  const collected = new Set(claimed.collected.map(({ id }) => id));
  world.freed = world.freed.filter(({ id }) => !collected.has(id));
  for (const change of claimed.write)
    if ("insert" in change && change.insert === "leases") granted(world, change.row);
  return claimed.again || claimed.leases.length > 0;
}

/** Checked one by one, in the order of granting: of a shared counter each function has its own number. */
function granted(world: World, lease: LeaseRow): void {
  const fn = lease.lane.split(" ", 1)[0] ?? "";
  world.held.push(lease);
  for (const cell of lease.cells)
    expect(countOf(world, cell)).toBeLessThanOrEqual(NUMBERS[fn]?.[cell] ?? none);
  expect(world.paused.has(fn)).toBe(false);
  if (lease.node === "") return;
  expect(world.queued.delete(lease.runId)).toBe(true);
  if (lease.lane.includes(PACED)) world.starts.push(world.now);
}

async function release(world: World): Promise<void> {
  const at = Math.floor(world.dice() * world.held.length);
  const [lease] = world.held.splice(at, 1);
  if (lease === undefined) return;
  world.freed.push(lease);
  await write(world, { update: "leases", key: { id: lease.id }, set: { freed: true } });
}

async function cancel(world: World): Promise<void> {
  const entries = [...world.queued];
  const [id, wake] = entries[Math.floor(world.dice() * entries.length)] ?? [];
  if (id === undefined || wake === undefined) return;
  world.queued.delete(id);
  const { lane, cells, score } = wake;
  await write(world, { insert: "nudges", row: { pool: "p", lane, cells, score, gone: id } });
}

/** Pauses a function or lets it go on, with the nudge that says so. */
async function turn(world: World): Promise<void> {
  const fn = ["F", "G", "H", "R"][Math.floor(world.dice() * 4)] ?? "F";
  if (!world.paused.delete(fn)) world.paused.add(fn);
  else await resumed(world, fn);
}

function resumed(world: World, fn: string): Promise<null> {
  const cells = [`paused:${fn}`];
  return write(world, { insert: "nudges", row: { pool: "p", lane: null, cells, score: null, gone: null } });
}

/** Time passes; what is due by then looks at its cell again, as the engine does. */
async function pass(world: World, ms: number): Promise<void> {
  world.now += ms;
  for (const wake of await world.store.read.dueWakes(world.now, 100)) {
    if (wake.job.kind !== "room") throw new Error(`a wake of another kind is due: ${wake.job.kind}`);
    const cells = [wake.job.cell];
    await write(
      world,
      { remove: "wakes", key: { id: wake.id } },
      { insert: "nudges", row: { pool: "p", lane: null, cells, score: null, gone: null } },
    );
  }
}

/** All that can be granted now is granted. Then every lane that still waits does so for a cell without room (I1). */
async function quiet(world: World): Promise<void> {
  await pass(world, 0);
  for (let times = 0; (await world.store.read.readyPools()).length > 0; times += 1) {
    if (times > 500) throw new Error("a pool stays ready and nothing is granted");
    await grant(world, 50);
  }
  for (const { lane, blocked } of await world.store.read.lanes(ALL_LANES))
    if (blocked !== null) expect([lane, isFull(world, blocked, lane)]).toEqual([lane, true]);
}

/** By the number of the lane's own function. */
function isFull(world: World, cell: string, lane: string): boolean {
  if (cell.startsWith("paused:")) return world.paused.has(cell.slice(7));
  if (cell === PACED) return (world.starts.at(-1) ?? -none) + EVERY_MS + AHEAD_MS > world.now;
  return countOf(world, cell) >= (NUMBERS[lane.split(" ", 1)[0] ?? ""]?.[cell] ?? none);
}

/** In any stretch of time no more starts than the pace allows. */
function checkPace({ starts }: World): void {
  for (let from = 0; from < starts.length; from += 1)
    for (let to = from; to < starts.length; to += 1) {
      const most = ((starts[to] ?? 0) - (starts[from] ?? 0) + AHEAD_MS) / EVERY_MS + 1;
      expect(to - from + 1).toBeLessThanOrEqual(Math.floor(most));
    }
}

async function step(world: World): Promise<void> {
  const roll = world.dice();
  if (roll < 0.35) await enqueue(world);
  else if (roll < 0.6) await grant(world);
  else if (roll < 0.8) await release(world);
  else if (roll < 0.85) await cancel(world);
  else if (roll < 0.9) await turn(world);
  else if (roll < 0.97) await pass(world, Math.floor(world.dice() * 800));
  else await quiet(world);
}

describe("a pool under a storm", () => {
  test.each(Array.from({ length: 40 }, (_, seed) => seed + 1))("seed %i", async (seed) => {
    const world = createWorld(seed);
    if (world.crowded) for (let times = 0; times < 120; times += 1) await enqueue(world, CROWD);
    for (let times = 0; times < 200; times += 1) await step(world);
    for (const fn of [...world.paused]) {
      world.paused.delete(fn);
      await resumed(world, fn);
    }
    // Everything that still waits gets its turn, driven only by what the store says is ready or due.
    for (let times = 0; times < 3000 && (world.queued.size > 0 || world.held.length > 0); times += 1) {
      if ((await world.store.read.readyPools()).length > 0) await grant(world);
      await release(world);
      await pass(world, 50);
    }
    expect(world.queued.size).toBe(0);
    checkPace(world);
    while ((await world.store.read.readyPools()).length > 0) await grant(world);
    const left = await world.store.commit(
      { pool: { pool: "p", want: 0, limits: ahead } },
      world.now,
      (seen) => ({
        write: [],
        reply: seen.pool,
      }),
    );
    expect(left).toMatchObject({ freed: [], nudges: [], lanes: [], cut: [], idle: [] });
    expect(left === "busy" ? -1 : left.cells.size).toBe(0);
    expect(await world.store.read.blockedCells("p")).toEqual([]);
  });
});
