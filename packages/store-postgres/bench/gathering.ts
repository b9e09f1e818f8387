/**
 * What gathering gains (hard-parts.md §4): commits a second with one and with many waiting together.
 * `node --conditions=stepwell-source packages/store-postgres/bench/gathering.ts`; against TEST_POSTGRES_URI,
 * or a server of its own with fsync on. Claims: `npm run bench -- claims --postgres-uri URI`.
 */
import type { Store } from "@stepwell/store";
import { createDatabase } from "../fixtures/database.ts";
import { startServer } from "../fixtures/test-server.ts";

let ids = 0;
const nextId = (): string => `id${String((ids += 1)).padStart(9, "0")}`;
const call = { target: null, attempt: 0, generation: 1 };

const given = process.env["TEST_POSTGRES_URI"];
const server = given === undefined ? await startServer(["fsync=on"]) : { uri: given, stop: async () => {} };
const database = await createDatabase(server.uri);
try {
  for (const connections of [1, 2]) for (const flying of [1, 4, 64]) await gathered(connections, flying);
} finally {
  await database.remove();
  await server.stop();
}

function report(what: string, ms: number[], extra: string): void {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (part: number): string => (sorted[Math.floor(sorted.length * part)] ?? 0).toFixed(1);
  console.log(`${what}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms ${extra}`);
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
  const id = nextId();
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
