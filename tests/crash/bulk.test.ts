/**
 * `kill -9` in the middle of a bulk rerun (issue E §3): the real command line on SQLite, a hundred runs at a hundred
 * a second. The server dies once when the job is confirmed and at up to three seeded moments of the work, and is
 * started again on the same data. In the end each run has exactly one rerun, and the job's counts say so.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { BulkJob, BulkPreview } from "@stepwell/api/dashboard";
import { Inngest } from "inngest";
import { serve } from "inngest/node";
import { afterEach, expect, test } from "vitest";
import { until } from "../protocol/world.ts";
import { type Child, ended, freePort, killAll, ready, stepwell } from "./cli.ts";
import { createDice } from "./seeded.ts";

const RUNS = 100;
const RATE = 100;

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await killAll();
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

interface Place {
  file: string;
  start(): Promise<Child>;
  send(count: number): Promise<void>;
  /** `data` of an answer of the dashboard's API. */
  api<T>(method: "GET" | "POST", path: string, body?: object): Promise<T>;
}

async function makePlace(): Promise<Place> {
  const dir = await mkdtemp(join(tmpdir(), "stepwell-bulk-"));
  cleanups.push(() => rm(dir, { recursive: true, force: true }));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  return {
    file: join(dir, "data", "main.db"),
    async start() {
      const flags = [
        "--port",
        String(port),
        "--sqlite-dir",
        join(dir, "data"),
        "--no-discovery",
        "--no-poll",
      ];
      const env = { NODE_COMPILE_CACHE: join(tmpdir(), "stepwell-crash-compiled") };
      const child = stepwell(["dev", ...flags], { cwd: dir, env });
      await ready(child, `${url}/health`);
      return child;
    },
    async send(count) {
      const events = Array.from({ length: count }, (_, n) => ({ name: "bulk/go", data: { n } }));
      const sent = await fetch(`${url}/e/any`, { method: "POST", body: JSON.stringify(events) });
      expect(sent.status).toBe(200);
    },
    async api<T>(method: string, path: string, body?: object): Promise<T> {
      const response = await fetch(`${url}/api/stepwell/v1${path}`, {
        method,
        headers: { "content-type": "application/json", "x-stepwell-csrf": "dev" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
      return (JSON.parse(text) as { data: T }).data;
    },
  };
}

/** An app that outlives the server. @returns its address */
async function startApp(): Promise<string> {
  const quiet = { info() {}, warn() {}, error() {}, debug() {} };
  const client = new Inngest({ id: "bulk", isDev: true, logger: quiet });
  const go = client.createFunction({ id: "go", triggers: [{ event: "bulk/go" }] }, ({ event }) => event.data);
  const server: Server = createServer(serve({ client, functions: [go] }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/inngest`;
}

test("kill -9 in the middle of a bulk rerun: after all restarts each run has exactly one rerun", async () => {
  const dice = createDice();
  console.log(`bulk crash test: SEED=${dice.seed}`);
  const place = await makePlace();
  let server = await place.start();
  await place.api("POST", "/apps", { url: await startApp() });
  await place.send(RUNS);
  await completed(place, RUNS);

  const preview = await place.api<BulkPreview>("POST", "/bulk/preview", {
    action: "rerun",
    q: "function:go",
  });
  expect(preview.total).toEqual({ count: RUNS, capped: false });
  const { id } = await place.api<BulkJob>("POST", "/bulk", { token: preview.token, rate: RATE });
  const look = (): Promise<BulkJob> => place.api<BulkJob>("GET", `/bulk/${id}`);

  const restart = async (): Promise<BulkJob> => {
    server.kill("SIGKILL");
    await server.exited;
    server = await place.start();
    return look();
  };
  // What was confirmed is durable; a slow start may take longer than the undo window.
  expect(await restart()).toMatchObject({ id, total: RUNS, endedAt: null });

  const told: string[] = [];
  for (const least of [dice.whole(1, 12), dice.whole(30, 45), dice.whole(65, 80)]) {
    const before = await until(`${least} runs`, async () => {
      const job = await look();
      return job.done >= least ? job : null;
    });
    // On a busy machine a look may come after the end.
    if (before.status !== "running") break;
    const after = await restart();
    told.push(`killed at ${before.done}, found ${after.done}`);
    expect(after.done).toBeGreaterThanOrEqual(before.done);
  }
  console.log(`bulk crash test: ${told.join("; ")}`);
  expect(told.length).toBeGreaterThanOrEqual(1);

  const job = await until("the job's end", async () => {
    const now = await look();
    return now.endedAt === null ? null : now;
  });
  expect(job).toMatchObject({ status: "done", total: RUNS, done: RUNS, skipped: 0, failed: 0, errors: [] });
  await completed(place, 2 * RUNS);
  server.kill("SIGTERM");
  const { code, said } = await ended(server);
  expect(code, said).toBe(0);
  lookIntoFile(place.file, id);
});

async function completed(place: Place, count: number): Promise<void> {
  await until(`${count} completed runs`, async () => {
    const found = await place.api<{ count: number }>("GET", "/runs/count?q=status:completed");
    return found.count >= count ? found : null;
  });
}

/** What is in the data file, whatever the server says. */
function lookIntoFile(file: string, jobId: string): void {
  const db = new DatabaseSync(file, { readOnly: true });
  const all = (sql: string, ...values: string[]) => db.prepare(sql).all(...values);
  try {
    const originals = all("select id from runs where original_run_id is null");
    expect(originals).toHaveLength(RUNS);
    const reruns = all(
      "select original_run_id as id, count(*) as n from runs where original_run_id is not null group by 1",
    );
    expect(reruns).toHaveLength(RUNS);
    expect(reruns.filter(({ n }) => n !== 1)).toEqual([]);
    const items = all(
      `select i.outcome, r.original_run_id = i.run_id as fits from bulk_items i
       left join runs r on r.id = i.new_run_id where i.job_id = ?`,
      jobId,
    );
    expect(items).toHaveLength(RUNS);
    expect(items.filter((item) => item["outcome"] !== "done" || item["fits"] !== 1)).toEqual([]);
  } finally {
    db.close();
  }
}
