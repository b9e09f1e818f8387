/**
 * A bulk rerun on PostgreSQL with two runners at work, and the database away in the middle of it: commits whose
 * answer is lost may be written or not. Each run has exactly one rerun in the end (issue E §3).
 */
import type { BulkJob, BulkPreview } from "@stepwell/api/dashboard";
import { startBulkRunner } from "@stepwell/server";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createDatabase } from "../../packages/store-postgres/fixtures/database.ts";
import { startServer, type TestServer } from "../../packages/store-postgres/fixtures/test-server.ts";
import { openWorld, until, type World } from "../protocol/world.ts";

const RUNS = 80;
const AWAY_MS = 1_500;

let postgres: TestServer;
let world: World | null = null;
let stopSecond: (() => Promise<void>) | null = null;
beforeAll(async () => {
  postgres = await startServer();
});
afterAll(() => postgres.stop());
afterEach(async () => {
  await stopSecond?.();
  await world?.close();
  [world, stopSecond] = [null, null];
});

test("two runners and an outage: each run is run again once, and the counts are exact", async () => {
  const { uri: postgresUri } = await createDatabase(postgres.uri);
  const own = await openWorld({
    functions: (client) => [
      client.createFunction({ id: "go", triggers: [{ event: "go" }] }, ({ event }) => event.data),
    ],
    server: { postgresUri },
  });
  world = own;
  await own.sync();
  await own.send(Array.from({ length: RUNS }, (_, n) => ({ name: "go", data: { n } })));
  const { engine, url } = own.server;
  const completed = () => engine.read.countRuns({ status: ["completed"] }, 1_000);
  await until("all runs", async () => (await completed()) === RUNS);

  const api = async <T>(path: string, body: object): Promise<T> => {
    const headers = { "content-type": "application/json", "x-stepwell-csrf": "dev" };
    const response = await fetch(`${url}/api/stepwell/v1${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
    return ((await response.json()) as { data: T }).data;
  };
  const { token } = await api<BulkPreview>("/bulk/preview", { action: "rerun", q: "status:completed" });
  const { id } = await api<BulkJob>("/bulk", { token, rate: 25 });
  const trouble: string[] = [];
  stopSecond = startBulkRunner(engine, ({ event }) => void trouble.push(event));
  const look = async () => (await engine.read.bulkJob(id)) ?? expect.unreachable("the job is gone");

  await until("ten of them", async () => (await look()).done >= 10);
  await postgres.halt();
  const back = Date.now() + AWAY_MS;
  await until("the time is over", () => Date.now() > back);
  expect(trouble).toContain("bulk.trouble");
  await postgres.resume();
  const job = await until(
    "the end of the job",
    async () => {
      const now = await look().catch(() => null);
      return now === null || now.endedAt === null ? null : now;
    },
    60_000,
  );
  expect(job).toMatchObject({ status: "done", total: RUNS, done: RUNS, skipped: 0, failed: 0, errors: [] });
  await until("all reruns", async () => (await completed()) === 2 * RUNS);
  const { rows } = await engine.read.runs({ limit: 400 });
  const originals = rows.filter(({ originalRunId }) => originalRunId === null).map((run) => run.id);
  const repeated = rows.flatMap(({ originalRunId }) => originalRunId ?? []);
  expect(repeated.sort()).toEqual(originals.sort());
});
