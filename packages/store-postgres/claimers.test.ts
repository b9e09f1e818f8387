/** Three engines that claim from one database for some seconds: no limit of any kind is exceeded. */
import { afterAll, afterEach, expect, inject, test } from "vitest";
import {
  type App,
  fn,
  named,
  type Opened,
  open,
  planned,
  returned,
  stopEngines,
} from "../engine/fixtures/small-world.ts";
import { createDatabase, until } from "./fixtures/database.ts";

const database = await createDatabase(inject("postgresUri"));
afterEach(async () => {
  await stopEngines();
  await database.closeStores();
});
afterAll(() => database.remove());

const FOR_MS = 8_000;
const KEYS = 5;
const [OF_KEY, OF_ALL, OF_RUNS] = [2, 6, 3];
const shared = { limit: OF_ALL, scope: "env", key: "'all'" } as const;
const functions = [
  fn("keyed", { concurrency: [{ limit: OF_KEY, scope: "fn", key: "event.data.k" }, shared] }),
  fn("other", { concurrency: [shared] }),
  fn("long", { concurrency: [{ limit: OF_RUNS, scope: "fn", level: "run" }] }),
];

test("for eight seconds: a key, a counter that two functions share, and a limit on whole runs", {
  timeout: 180_000,
}, async () => {
  const schema = database.freshSchema();
  const inFlight = new Map<string, number>();
  const most = new Map<string, number>();
  const calls = [0, 0, 0];
  const change = (cell: string, by: number): void => {
    const now = (inFlight.get(cell) ?? 0) + by;
    inFlight.set(cell, now);
    most.set(cell, Math.max(most.get(cell) ?? 0, now));
  };
  const during = async (cells: string[], node: number): Promise<void> => {
    calls[node] = (calls[node] ?? 0) + 1;
    for (const cell of cells) change(cell, 1);
    for (let turn = 0; turn < 20; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
    for (const cell of cells) change(cell, -1);
  };
  const keyOf = (body: object): number => (body as { event: { data: { k: number } } }).event.data.k;
  const appOf = (node: number): App => ({
    keyed: async (body) => {
      await during([`key ${keyOf(body)}`, "all"], node);
      return returned(null);
    },
    other: async () => {
      await during(["all"], node);
      return returned(null);
    },
    // Three calls; from the first to the end of the last one it is one of the runs that go on.
    long: async ({ steps }) => {
      if (steps["a"] === undefined) change("runs", 1);
      await during([], node);
      const next = ["a", "b"].find((id) => steps[id] === undefined);
      if (next !== undefined) return planned({ ...named(next), op: "StepRun", data: next });
      change("runs", -1);
      return returned(null);
    },
  });
  const stores = [];
  for (let node = 0; node < 3; node += 1) stores.push(await database.open({ schema }));
  await stores[0]?.migrate();
  const nodes: Opened[] = [];
  for (const [node, store] of stores.entries())
    nodes.push(await open({ store, app: appOf(node), functions, node: `node-${node}`, queueWorkers: 20 }));

  const end = performance.now() + FOR_MS;
  const wrong: unknown[] = [];
  let sent = 0;
  let audits = 0;
  const runs = async (): Promise<{ open: number; completed: number }> => {
    const [row] = await database.query(`select count(*) filter (where ended_at is null)::int as open,
      count(*) filter (where status = 'completed')::int as completed from ${schema}.runs`);
    return row as never;
  };
  const feed = async (): Promise<void> => {
    while (performance.now() < end) {
      if ((await runs()).open > 150) continue;
      const names = Array.from({ length: 30 }, (_, n) => ["keyed", "keyed", "other", "long"][n % 4] ?? "");
      await Promise.all(names.map((name, n) => nodes[n % 3]?.send(name, { k: n % KEYS })));
      sent += names.length;
    }
  };
  const audit = async (): Promise<void> => {
    while (performance.now() < end) {
      wrong.push(...(await overOrAdrift(schema)));
      audits += 1;
    }
  };
  await Promise.all([feed(), audit()]);
  await until("every run completes", async () => (await runs()).completed === sent, 120_000);
  console.log(
    `three claimers: ${sent} runs, calls ${calls.join("/")}, ${audits} audits, most ${JSON.stringify([...most])}`,
  );
  expect(wrong).toEqual([]);
  // Reached, so that they limit something, and never passed.
  expect({ all: most.get("all"), runs: most.get("runs") }).toEqual({ all: OF_ALL, runs: OF_RUNS });
  const ofKeys = Array.from({ length: KEYS }, (_, k) => most.get(`key ${k}`) ?? 0);
  expect({ ofKeys, most: Math.max(...ofKeys) }).toEqual({ ofKeys, most: OF_KEY });
  for (const count of calls) expect(count).toBeGreaterThan(sent / 20);
  expect(audits).toBeGreaterThan(20);
  // What the last ones freed is collected by the next claim, if any comes: counted and named are the same.
  expect(await overOrAdrift(schema)).toEqual([]);
});

/** Cells whose count is not that of the leases that name them, or is over the limit. */
function overOrAdrift(schema: string): Promise<unknown[]> {
  return database.query(`select c.cell, n.cell as named, c.used::int, n.live::int from ${schema}.cells c
    full join (select cell, count(*) as live from ${schema}.leases, json_array_elements_text(cells::json) cell
      group by cell) n on n.cell = c.cell
    where coalesce(c.used, 0) <> coalesce(n.live, 0) or coalesce(n.live, 0) >
      case when c.cell like 'run:%' then ${OF_RUNS} when c.cell like '%all%' then ${OF_ALL} else ${OF_KEY} end`);
}
