/**
 * A queue of many calls in a real store, and claims from it with the backlog kept level: as many calls come
 * in as went, and those that went end a few claims later. Everything goes through the store's own commits.
 */
import {
  type Change,
  type ConcurrencyLimit,
  cellLimit,
  claim,
  concurrencyCells,
  type FunctionRow,
  type LeaseRow,
  type Limits,
  type Moment,
  SHARED_POOL,
} from "@stepwell/core";
import type { Store } from "@stepwell/store";
import type { Claims, Column } from "./claim-order.ts";

export const WANT = 50;
/** How many claims later a call ends. */
const HELD_FOR = 4;
/** What is in flight fills the shared counter: all that is not granted is blocked on it or on its own key. */
const SHARED = (HELD_FOR + 1) * WANT;
/** Claims before the measured ones: until as many calls are in flight as stay so. */
export const WARM = 20;
const ROWS_PER_COMMIT = 10_000;
const call = { target: null, attempt: 0, generation: 1 };

/** `limit 2 per key`, and a counter over all functions that name it, each with a number of its own. */
export function limitsOf(shared: number): ConcurrencyLimit[] {
  return [
    { limit: 2, scope: "fn", key: "event.data.user" },
    { limit: shared, scope: "env", key: '"all"' },
  ];
}
export const SHARING: Record<string, ConcurrencyLimit[]> = {
  mail: limitsOf(SHARED),
  reports: limitsOf(SHARED),
  imports: limitsOf(SHARED),
  // Its number is used up as long as the others run: it waits, and must not hold them up.
  strict: limitsOf(10),
};

interface Lane {
  lane: string;
  cells: string[];
}

export interface Queue {
  seed(say: (text: string) => void): Promise<void>;
  /** Claims until 50 calls are granted or nothing is left to claim, and what keeps the backlog level. */
  turn(): Promise<void>;
  /** Each key of the functions that have room had a call. */
  isServed(): boolean;
  readonly claims: Omit<Claims, "seedSeconds" | "released">;
  /** All calls in flight end. */
  endAll(): Promise<void>;
}

/** @param functions as synced, by slug */
export function createQueue(
  store: Store,
  functions: ReadonlyMap<string, FunctionRow>,
  column: Column,
): Queue {
  const { queued } = column;
  const claims: Queue["claims"] = {
    tookMs: [],
    cpuMs: [],
    granted: [],
    turns: 0,
    allServedAfter: null,
    outOfOrder: 0,
  };
  const waiting = new Set<string>();
  const latest = new Map<string, number>();
  let ids = 0;
  const moment: Moment = {
    now: Date.now(),
    id: () => `b${String((ids += 1)).padStart(10, "0")}`,
    roll: () => 0.5,
  };
  const byId = new Map([...functions.values()].map((fn) => [fn.id, fn]));
  const of = (cell: string, id: string): number => cellLimit(cell, id, (one) => byId.get(one)?.config);
  const limits: Limits = { of, pace: () => null, isPaused: () => false };
  const lanes = new Map<string, Lane>();
  const live: LeaseRow[][] = [];
  let score = 0;

  function laneOf(slug: string, key: number): Lane {
    let lane = lanes.get(`${slug} ${key}`);
    const fn = functions.get(slug);
    if (fn === undefined) throw new Error(`${slug} was not synced`);
    if (lane === undefined) {
      const cells = concurrencyCells(fn.id, fn.config, (source) =>
        source === '"all"' ? "all" : `user-${key}`,
      );
      lane = { lane: `${[fn.id, ...cells].join(" ")}:start`, cells };
      lanes.set(`${slug} ${key}`, lane);
    }
    return lane;
  }

  function wakeIn({ lane }: Lane): Change {
    score += 1;
    const id = moment.id();
    const row = { id, job: { kind: "call" as const, call }, runId: `r${id}`, lane, score, dueAt: moment.now };
    return { insert: "wakes", row };
  }
  const nudgeOf = ({ lane, cells }: Lane, at: number): Change => ({
    insert: "nudges",
    row: { pool: SHARED_POOL, lane, cells, score: at, gone: null },
  });
  const write = (changes: Change[]): Promise<null> =>
    store.commit({}, moment.now, () => ({ write: changes, reply: null }));

  function claimOnce(want: number): Promise<{ leases: LeaseRow[]; again: boolean; nudges: number }> {
    return store.commit({ pool: { pool: SHARED_POOL, want, limits: of } }, moment.now, (seen) => {
      if (seen.pool === "busy") throw new Error("nobody else claims here");
      const claimed = claim(SHARED_POOL, seen.pool, want, limits, "bench", moment);
      return { write: claimed.write, reply: { ...claimed, nudges: seen.pool.nudges.length } };
    });
  }

  /** As many come in as went, and the oldest calls end. */
  async function keepLevel(leases: LeaseRow[]): Promise<void> {
    live.push(leases);
    const ended = live.length > HELD_FOR ? (live.shift() ?? []) : [];
    await write([
      ...leases.flatMap((lease) => [wakeIn(lease), nudgeOf(lease, score)]),
      ...ended.map(({ id }): Change => ({ update: "leases", key: { id }, set: { freed: true } })),
    ]);
  }

  return {
    claims,
    isServed: () => waiting.size === 0,
    async seed(say) {
      const known = new Set<Lane>();
      for (let at = 0; at < queued; at += ROWS_PER_COMMIT) {
        const changes: Change[] = [];
        for (let n = at; n < Math.min(queued, at + ROWS_PER_COMMIT); n += 1) {
          const [slug, key] = ownerOf(n, column);
          const lane = laneOf(slug, key);
          changes.push(wakeIn(lane));
          if (!known.has(lane)) changes.push(nudgeOf(lane, score));
          known.add(lane);
          if (slug !== "strict") waiting.add(lane.lane);
        }
        await write(changes);
        if (at % 100_000 === 0) say(`${at} of ${queued} calls`);
      }
      // Each of these takes in some of the nudges, and grants nothing.
      while ((await claimOnce(0)).nudges > 0);
    },
    async turn() {
      claims.turns += 1;
      const granted: LeaseRow[] = [];
      for (let again = true; again && granted.length < WANT; ) {
        const [began, busy] = [performance.now(), process.cpuUsage()];
        const claimed = await claimOnce(WANT - granted.length);
        const [took, { user, system }] = [performance.now() - began, process.cpuUsage(busy)];
        again = claimed.again;
        granted.push(...claimed.leases);
        if (claims.turns <= WARM) continue;
        claims.tookMs.push(took);
        claims.cpuMs.push((user + system) / 1000);
        claims.granted.push(claimed.leases.length);
      }
      for (const { lane, score: of } of granted) {
        if (of < (latest.get(lane) ?? 0)) claims.outOfOrder += 1;
        latest.set(lane, of);
        waiting.delete(lane);
      }
      if (waiting.size === 0) claims.allServedAfter ??= claims.turns;
      await keepLevel(granted);
    },
    async endAll() {
      const ended = live.splice(0).flat();
      await write(ended.map(({ id }): Change => ({ update: "leases", key: { id }, set: { freed: true } })));
    },
  };
}

/** Whose the n-th call of a queue is: function and key. Those with a lower number came earlier. */
function ownerOf(n: number, { queued, keys, front, strict }: Column): [slug: string, key: number] {
  if (n < queued * front) return ["mail", 0];
  if (n < queued * strict) return ["strict", n % keys];
  const key = n % keys;
  return [["mail", "reports", "imports"][key % 3] ?? "mail", key];
}
