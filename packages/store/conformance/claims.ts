/** Whole claims over a store's slices (hard-parts.md §1): who gets a slot that is free, and that nothing stays behind. */
import { claim, type LeaseRow, type Limits } from "@stepwell/core";
import { expect, test } from "vitest";
import type { Store } from "../port.ts";
import { call, fresh, type OpenStore } from "./sample-rows.ts";

const SHARED = 'env:"x"';
const none = Number.POSITIVE_INFINITY;

interface Claims {
  store: Store;
  now: number;
  /** How many lanes the last claim looked at. */
  looked: number;
  enqueue(lane: string, cells: string[], ...scores: number[]): Promise<void>;
  claim(want?: number): Promise<LeaseRow[]>;
  /** Claims as long as the store calls the pool ready, as an engine does. */
  claimAll(): Promise<LeaseRow[]>;
  release(...leases: LeaseRow[]): Promise<void>;
  /** Handles what is due by then. */
  pass(ms: number): Promise<void>;
}

/** @param numbers by function, then by cell */
async function claimsOver(
  open: OpenStore,
  numbers: Record<string, Record<string, number>>,
  pace: ReturnType<Limits["pace"]> = null,
): Promise<Claims> {
  const store = await fresh(open);
  let ids = 0;
  const id = (): string => String((ids += 1)).padStart(6, "0");
  const of = (cell: string, functionId: string) => numbers[functionId]?.[cell] ?? none;
  const limits: Limits = { of, pace: () => pace, isPaused: () => false };
  const claims: Claims = {
    store,
    now: 1_000_000,
    looked: 0,
    async enqueue(lane, cells, ...scores) {
      const write = scores.flatMap((score) => {
        const wake = {
          id: id(),
          job: { kind: "call" as const, call },
          runId: `${lane} ${score}`,
          lane,
          score,
        };
        return [
          { insert: "wakes" as const, row: { ...wake, dueAt: claims.now } },
          { insert: "nudges" as const, row: { pool: "p", lane, cells, score, gone: null } },
        ];
      });
      await store.commit({}, claims.now, () => ({ write, reply: null }));
    },
    claim: (want = 50) =>
      store.commit({ pool: { pool: "p", want, limits: of } }, claims.now, ({ pool }) => {
        if (pool === "busy") throw new Error("nobody else claims here");
        claims.looked = pool.lanes.length;
        const moment = { now: claims.now, id, roll: () => 0 };
        const { write, leases } = claim("p", pool, want, limits, "n", moment);
        return { write, reply: leases };
      }),
    async claimAll() {
      const leases: LeaseRow[] = [];
      while ((await store.read.readyPools()).length > 0) leases.push(...(await claims.claim()));
      return leases;
    },
    async release(...leases) {
      const write = leases.map((lease) => ({
        update: "leases" as const,
        key: { id: lease.id },
        set: { freed: true },
      }));
      await store.commit({}, claims.now, () => ({ write, reply: null }));
    },
    async pass(ms) {
      claims.now += ms;
      for (const { id, job } of await store.read.dueWakes(claims.now, 100)) {
        if (job.kind !== "room") throw new Error(`a wake of another kind is due: ${job.kind}`);
        const nudge = { pool: "p", lane: null, cells: [job.cell], score: null, gone: null };
        await store.commit({}, claims.now, () => ({
          write: [
            { remove: "wakes", key: { id } },
            { insert: "nudges", row: nudge },
          ],
          reply: null,
        }));
      }
    },
  };
  return claims;
}

const lanesOf = (leases: readonly LeaseRow[]): string[] => leases.map(({ lane }) => lane).sort();
const numbered = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

export function claimSuite(open: OpenStore): void {
  test("lanes of a stricter function do not hide those of another that has room on the counter they share", async () => {
    const claims = await claimsOver(open, { strict: { [SHARED]: 1 }, wide: { [SHARED]: 5 } });
    for (const n of numbered(60)) await claims.enqueue(`strict ${n}:step`, [SHARED], n);
    for (const n of numbered(8)) await claims.enqueue(`wide ${n}:step`, [SHARED], 1000 + n);
    const out = await claims.claimAll();
    expect(lanesOf(out)).toEqual(["strict 0:step", ...numbered(4).map((n) => `wide ${n}:step`)]);
    for (const n of [4, 5, 6, 7]) {
      // The next one of the wide function starts in the very next claim, whatever waits in front of it.
      await claims.release(out.pop() as LeaseRow);
      expect(lanesOf(await claims.claim())).toEqual([`wide ${n}:step`]);
      expect(claims.looked).toBeLessThan(20);
    }
    expect(await claims.claimAll()).toEqual([]);
  });

  test("the function with the larger number does not wait either when the stricter one has never a call out", async () => {
    const claims = await claimsOver(open, { strict: { [SHARED]: 2 }, wide: { [SHARED]: 4 } });
    for (const n of numbered(4)) await claims.enqueue(`wide ${n}:step`, [SHARED], n);
    const out = await claims.claimAll();
    for (const n of numbered(45)) await claims.enqueue(`strict ${n}:step`, [SHARED], 10 + n);
    for (const n of numbered(30)) await claims.enqueue(`wide ${9 + n}:step`, [SHARED], 100 + n);
    expect(await claims.claimAll()).toEqual([]);
    for (let times = 0; times < 30; times += 1) {
      await claims.release(out.shift() as LeaseRow);
      const [next, ...more] = await claims.claimAll();
      expect([next?.lane, more]).toEqual([`wide ${9 + times}:step`, []]);
      out.push(next as LeaseRow);
    }
    await claims.release(...out);
    expect(lanesOf(await claims.claimAll())).toEqual(["strict 0:step", "strict 1:step"]);
  });

  test("no key starves behind others that are fed all the time, and each is served in its own order", async () => {
    const [keys, slots] = [80, 8];
    const numbersOf = Object.fromEntries([...numbered(keys).map((n) => [`k${n}`, 2]), [SHARED, slots]]);
    const claims = await claimsOver(open, { f: numbersOf });
    let score = 0;
    const enqueue = (n: number) =>
      claims.enqueue(`f k${n}:step`, [`k${n}`, SHARED], (score += 1), (score += 1));
    for (const n of numbered(keys)) await enqueue(n);
    const served = new Map<string, number[]>();
    for (let times = 0; served.size < keys; times += 1) {
      if (times > (4 * keys) / slots) throw new Error(`${keys - served.size} keys got nothing`);
      const leases = await claims.claim();
      for (const { lane, score: of } of leases) served.set(lane, [...(served.get(lane) ?? []), of]);
      await claims.release(...leases);
      // Those in front get more at once.
      for (const n of [0, 1, 2, 3]) await enqueue(n);
    }
    for (const scores of served.values()) expect(scores).toEqual(scores.toSorted((a, b) => a - b));
  });

  test("a throttle over many keys leaves no cell behind, and takes none that is still going", async () => {
    const claims = await claimsOver(open, {}, { everyMs: 10_000, aheadMs: 0 });
    const cell = (n: number) => `throttle:["f","event.data.k","${n}"]`;
    const start = (n: number) => claims.enqueue(`f ${cell(n)}:start`, [cell(n)], n);
    const all = numbered(230).map(cell);
    for (const n of numbered(230)) await start(n);
    expect(await claims.claimAll()).toHaveLength(230);
    expect(await claims.store.read.cells(all)).toHaveLength(230);
    await claims.pass(55_000);
    await start(7);
    expect(await claims.claimAll()).toHaveLength(1);
    await claims.pass(5000);
    await start(7);
    expect(await claims.claimAll()).toEqual([]);
    const left = await claims.store.read.cells(all);
    expect(left.map((row) => [row.cell, row.state])).toEqual([[cell(7), { v: 1, fullAt: 1_065_000 }]]);
    await claims.pass(5000);
    expect(await claims.claimAll()).toHaveLength(1);
    await claims.pass(60_000);
    await claims.claimAll();
    expect(await claims.store.read.cells(all)).toEqual([]);
    expect(await claims.store.read.nextDue()).toBe(null);
  });
}
