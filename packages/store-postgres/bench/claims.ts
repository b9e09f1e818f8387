/**
 * What a claim of 50 costs with few and with many queued (hard-parts.md §1), and what gathering gains (§4).
 * `node --conditions=stepwell-source packages/store-postgres/bench/claims.ts [1000 1000000 …]`; against
 * TEST_POSTGRES_URI, or a server of its own with fsync on.
 */
import { type Change, claim, type Moment } from "@stepwell/core";
import type { Store } from "@stepwell/store";
import pg from "pg";
import { createDatabase } from "../fixtures/database.ts";
import { startServer } from "../fixtures/test-server.ts";

const KEYS = 10_000;
const LIVE = 300;
const CLAIMS = 200;
/** How many claims later a call ends. */
const HELD_FOR = 4;
const limits = (cell: string): number => (cell === "shared" ? LIVE : 2);
let ids = 0;
const moment: Moment = { now: 1, id: () => `id${String((ids += 1)).padStart(9, "0")}`, roll: () => 0.5 };
const call = { target: null, attempt: 0, generation: 1 };

const sizes = process.argv.slice(2).map(Number);
const given = process.env["TEST_POSTGRES_URI"];
const server = given === undefined ? await startServer(["fsync=on"]) : { uri: given, stop: async () => {} };
const database = await createDatabase(server.uri);
try {
  for (const queued of sizes.length > 0 ? sizes : [1000, 100_000, 1_000_000])
    for (const front of [0, 0.9]) await claims(queued, front);
  for (const connections of [1, 2]) for (const flying of [1, 4, 64]) await gathered(connections, flying);
} finally {
  await database.remove();
  await server.stop();
}

function report(what: string, ms: number[], extra = ""): void {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (part: number): string => (sorted[Math.floor(sorted.length * part)] ?? 0).toFixed(1);
  console.log(`${what}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms ${extra}`);
}

/** @param front how much of the queue is one key's, in front of all others */
async function claims(queued: number, front: number): Promise<void> {
  const schema = database.freshSchema();
  const store = await database.open({ schema, listen: false });
  await store.migrate();
  const client = new pg.Client({ connectionString: database.uri });
  await client.connect();
  const keys = Math.min(KEYS, queued);
  const key = `case when n <= ${Math.floor(queued * front)} then 0 else n % ${keys} end`;
  await client.query(`insert into ${schema}.wakes select 'w' || lpad(n::text, 9, '0'),
    '${JSON.stringify({ kind: "call", call })}', 'r' || n, 'lane' || ${key}, n, 1 from generate_series(1, ${queued}) n`);
  await client.query(`insert into ${schema}.lanes select lane, 'p', '["key' || substr(lane, 5) || '","shared"]', min(score), null
    from ${schema}.wakes group by lane`);
  await client.query(`vacuum analyze ${schema}.wakes, ${schema}.lanes`);
  await client.end();
  const live: string[][] = [];
  const took: number[] = [];
  let [granted, score, own] = [0, queued, 0];
  for (let count = 0; count < CLAIMS; count += 1) {
    const before = performance.now();
    const busy = process.cpuUsage();
    const leases = await store.commit({ pool: { pool: "p", want: 50, limits } }, 1, (seen) => {
      if (seen.pool === "busy") throw new Error("busy");
      const claimed = claim(
        "p",
        seen.pool,
        50,
        { of: limits, pace: () => null, isPaused: () => false },
        "n",
        moment,
      );
      return { write: claimed.write, reply: claimed.leases };
    });
    took.push(performance.now() - before);
    const { user, system } = process.cpuUsage(busy);
    own += user + system;
    granted += leases.length;
    live.push(leases.map((lease) => lease.id));
    // The backlog stays level: as many come in as went, and the oldest calls end.
    const write: Change[] = leases.flatMap(({ lane, cells }): Change[] => {
      score += 1;
      const row = {
        id: moment.id(),
        job: { kind: "call", call },
        runId: "r",
        lane,
        score,
        dueAt: 1,
      } as const;
      return [
        { insert: "wakes", row },
        { insert: "nudges", row: { pool: "p", lane, cells, score, gone: null } },
      ];
    });
    const ended = live.length > HELD_FOR ? (live.shift() ?? []) : [];
    for (const id of ended) write.push({ update: "leases", key: { id }, set: { freed: true } });
    await store.commit({}, 1, () => ({ write, reply: null }));
  }
  report(
    `${queued.toLocaleString("en")} queued, ${front * 100} % one key in front`,
    took.slice(20),
    `(${granted} granted, ${(own / CLAIMS / 1000).toFixed(1)} ms of our own CPU each)`,
  );
  await database.closeStores();
}

/** Step, history, run, lease, wake and nudge each, like the settling of a step. */
async function gathered(connections: number, flying: number): Promise<void> {
  const schema = database.freshSchema();
  const store = await database.open({ schema, listen: false, connections });
  await store.migrate();
  await store.commit({}, 1, () => ({ write: [], reply: null }));
  const took: number[] = [];
  const end = performance.now() + 4000;
  await Promise.all(
    Array.from({ length: flying }, async (_, n) => {
      for (let at = 0; performance.now() < end; at += 1) {
        const before = performance.now();
        await settle(store, `r${n}`, `s${at}`);
        took.push(performance.now() - before);
      }
    }),
  );
  report(
    `${flying} in flight, ${connections} connections`,
    took,
    `(${Math.round(took.length / 4)} commits/s)`,
  );
  await database.closeStores();
}

function settle(store: Store, runId: string, step: string): Promise<null> {
  const id = moment.id();
  return store.commit({ run: { runId, steps: [step] }, lease: id }, 1, () => ({
    write: [
      {
        insert: "steps",
        row: {
          runId,
          id: step,
          ord: 1,
          op: "StepRun",
          name: "n",
          userlandId: null,
          userlandIndex: null,
          status: "completed",
          attempts: 1,
          queuedAt: 1,
          startedAt: 1,
          endedAt: 1,
        },
      },
      { insert: "history", row: { runId, at: 1, kind: "step.planned", step, data: {} } as never },
      { insert: "payloads", row: { owner: runId, name: `step:${step}`, value: { data: 1 } } },
      { update: "leases", key: { id }, set: { freed: true } },
      { insert: "wakes", row: { id, job: { kind: "call", call }, runId, lane: "l", score: 1, dueAt: 1 } },
      { insert: "nudges", row: { pool: "p", lane: "l", cells: [], score: 1, gone: null } },
    ],
    reply: null,
  }));
}
