/**
 * A full disk (issue A, F.5): ingest answers 503 with its cause, reads go on, and the server recovers
 * without a restart. SQLite itself is made to refuse: the page limit of the open connection is what
 * `SQLITE_FULL` comes from on a full disk as well.
 */
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, test } from "vitest";
import { EVENT_KEY, openWorld, until, type World } from "../protocol/world.ts";

const connections = new Set<DatabaseSync>();
for (const name of ["exec", "prepare"] as const) {
  const original = DatabaseSync.prototype[name] as (this: DatabaseSync, sql: string) => never;
  DatabaseSync.prototype[name] = function (this: DatabaseSync, sql: string): never {
    connections.add(this);
    return original.call(this, sql);
  };
}

/** Limits every connection to the world's file: to the pages it has now, or not at all. */
function limitPages(world: World, full: boolean): void {
  const ours = [...connections].filter(
    (db) =>
      db.isOpen && db.location()?.startsWith(`${world.dir}/main.db`) && !db.location()?.endsWith(".engine"),
  );
  expect(ours.length).toBeGreaterThan(0);
  for (const db of ours) db.prepare(`PRAGMA max_page_count = ${full ? 1 : 4294967294}`).get();
}

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

/** Too large for what is left free inside the pages that there are. */
const bulk = (n: number): object => ({ name: "bulk", data: { n, text: "x".repeat(400_000) } });

async function post(world: World, event: object): Promise<Response> {
  return fetch(`${world.server.url}/e/${EVENT_KEY}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify([event]),
  });
}

test("a full disk makes ingest answer 503 with its cause, reads go on, and it recovers without a restart", async () => {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const logged: string[] = [];
  const world = await openWorld({
    server: { log: ({ event }: { event: string }) => logged.push(event) },
    functions: (client) => [
      client.createFunction(
        { id: "good", retries: 0, triggers: [{ event: "good" }] },
        ({ event }) => event.data,
      ),
      client.createFunction({ id: "slow", retries: 0, triggers: [{ event: "slow" }] }, async () => {
        await held;
        return "y".repeat(400_000);
      }),
      client.createFunction(
        { id: "bulk", retries: 0, triggers: [{ event: "bulk" }] },
        ({ event }) => event.data.n,
      ),
    ],
  });
  worlds.push(world);
  await world.sync();
  const [before = ""] = await world.send({ name: "good", data: { n: 1 } });
  const { run_id: runBefore } = await world.ended((await world.runOf(before)).run_id);
  const [slow = ""] = await world.send({ name: "slow" });
  const { run_id: slowRun } = await world.runOf(slow);
  await until("the slow call is out", () => world.app.calls("app-slow").length === 1);
  await until("its start is stored", async () => (await world.run(slowRun)).status === "Running");

  limitPages(world, true);
  const refused = await until("the disk is full", async () => {
    const response = await post(world, bulk(0));
    return response.status !== 200 && response;
  });
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  const body = (await refused.json()) as { error: string; status: number; code: string };
  expect(body).toMatchObject({ status: 503, code: "store_unavailable" });
  expect(body.error).toMatch(/full/i);
  expect(logged).toContain("store.refused");

  // Reads go on, and say what is wrong; an answer that cannot be stored now is kept.
  release();
  await until("the app has answered", () => world.app.calls("app-slow")[0]?.status !== undefined);
  for (const path of ["/v1/events", `/v1/runs/${runBefore}`, "/v2/runs", `/v1/events/${before}/runs`])
    expect((await world.fetch(path)).status).toBe(200);
  expect((await world.run(runBefore)).output).toEqual({ n: 1 });
  expect((await world.json("/health")).data).toMatchObject({ status: "degraded" });
  expect((await post(world, bulk(1))).status).toBe(503);
  expect((await world.run(slowRun)).status).toBe("Running");

  limitPages(world, false);
  const [after = ""] = await world.send(bulk(2));
  expect((await world.ended((await world.runOf(after)).run_id)).output).toBe(2);
  const kept = await world.ended(slowRun, 15_000);
  expect(kept.status).toBe("Completed");
  expect((kept.output as string).length).toBe(400_000);
  expect(world.app.calls("app-slow")).toHaveLength(1);
  expect((await world.json("/health")).data).toMatchObject({ status: "ok" });
  expect(logged).toContain("store.recovered");
  // What was refused is not there.
  const stored = (await world.json("/v1/events?name=bulk&limit=100")).data as { data: { n: number } }[];
  expect(stored.map((event) => event.data.n).filter((n) => n === 1)).toEqual([]);
});
