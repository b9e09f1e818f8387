/** Connections that are lost, in the middle of a commit, of a read, or while listening. */
import { type Hint, type Store, StoreError } from "@stepwell/store";
import { afterAll, afterEach, expect, inject, test } from "vitest";
import { createDatabase, until } from "./fixtures/database.ts";
import { openPostgresStore } from "./open-store.ts";

const database = await createDatabase(inject("postgresUri"));
afterEach(() => database.closeStores());
afterAll(() => database.remove());

const NOW = 1_700_000_000_000;
const put = (store: Store, key: string) =>
  store.commit({ gates: [key] }, NOW, () => ({
    write: [{ put: "gateCells", row: { key, state: 1, expiresAt: null } }],
    reply: key,
  }));
const nudge = (store: Store, ...pools: string[]) =>
  store.commit({}, NOW, () => ({
    write: pools.map((pool) => ({
      insert: "nudges",
      row: { pool, lane: null, cells: [], score: null, gone: null },
    })),
    reply: null,
  }));
const stored = async (store: Store, keys: string[]) =>
  store.commit({ gates: keys }, NOW, ({ gates }) => ({ write: [], reply: [...gates.keys()].sort() }));

/** Ends the backends of ours that match; true when there was one. */
const kill = async (condition: string): Promise<boolean> => {
  const rows = await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'stepwell' and ${condition}`,
  );
  return rows.length > 0;
};

async function fresh(): Promise<{ store: Store; schema: string }> {
  const schema = database.freshSchema();
  const store = await database.open({ schema });
  await store.migrate();
  return { store, schema };
}

test("a backend that is killed in mid-commit: its commits fail as a whole, and the store goes on", async () => {
  const { store, schema } = await fresh();
  await put(store, "before");
  await database.query("begin");
  await database.query(`lock table ${schema}.gate_cells in access exclusive mode`);
  const caught = Promise.allSettled([put(store, "a"), put(store, "b")]);
  await until("a commit that waits", () => kill("wait_event_type = 'Lock'"));
  const outcomes = await caught;
  await database.query("rollback");
  for (const outcome of outcomes) {
    expect(outcome.status).toBe("rejected");
    expect(outcome).toMatchObject({ reason: { name: "StoreError", code: "store_failed" } });
  }
  expect(await Promise.all([put(store, "c"), put(store, "d")])).toEqual(["c", "d"]);
  expect(await stored(store, ["before", "a", "b", "c", "d"])).toEqual(["before", "c", "d"]);
});

test("all connections killed at once: at most what was under way fails", async () => {
  const { store } = await fresh();
  await put(store, "before");
  expect(await store.read.readyPools()).toEqual([]);
  await kill("true");
  await until("a commit that succeeds", () =>
    put(store, "after").then(
      () => true,
      () => false,
    ),
  );
  await until("a read that succeeds", () =>
    store.read.readyPools().then(
      () => true,
      () => false,
    ),
  );
  expect(await stored(store, ["before", "after"])).toEqual(["after", "before"]);
});

test("a lock that somebody else holds for too long is an error of the commits that want it", async () => {
  const schema = database.freshSchema();
  const store = await database.open({ schema, lockTimeoutMs: 200 });
  await store.migrate();
  await database.query("begin");
  await database.query(`lock table ${schema}.gate_cells in access exclusive mode`);
  const waiting = put(store, "a");
  await expect(waiting).rejects.toMatchObject({
    code: "store_failed",
    message: expect.stringContaining("too long"),
  });
  await database.query("rollback");
  expect(await put(store, "b")).toBe("b");
});

test("hints reach the other nodes, once, and not the own one twice", async () => {
  const { store, schema } = await fresh();
  const other = await database.open({ schema });
  const [own, heard]: [Hint[], Hint[]] = [[], []];
  store.onHint((hint) => own.push(hint));
  other.onHint((hint) => heard.push(hint));
  await nudge(store, "a", "b");
  await until("the hint", async () => (await store.read.readyPools()) && heard.length > 0);
  await nudge(store, "c");
  await until("the second hint", async () => (await store.read.readyPools()) && heard.length > 1);
  expect(heard).toEqual([
    { pools: ["a", "b"], at: null },
    { pools: ["c"], at: null },
  ]);
  expect(own).toEqual(heard);
});

test("a hint that is too long to be told is looked for in the tables", async () => {
  const { store, schema } = await fresh();
  const other = await database.open({ schema });
  const heard: Hint[] = [];
  other.onHint((hint) => heard.push(hint));
  const pools = Array.from(
    { length: 1000 },
    (_, n) => `a pool with a long name ${String(n).padStart(4, "0")}`,
  );
  await nudge(store, ...pools);
  await until("the hint", async () => (await store.read.readyPools()) && heard.length > 0);
  expect(heard).toEqual([{ pools, at: null }]);
});

test("a listener that was cut off listens again, and looks for what it missed", async () => {
  const { store, schema } = await fresh();
  const other = await database.open({ schema });
  const heard: Hint[] = [];
  other.onHint((hint) => heard.push(hint));
  await kill("query like 'listen%'");
  await nudge(store, "missed");
  await until("what was missed", async () => (await store.read.readyPools()) && heard.length > 0);
  expect(heard[0]?.pools).toEqual(["missed"]);
  const before = heard.length;
  await until("a new hint", async () => {
    await nudge(store, "new");
    return heard.slice(before).some(({ pools }) => pools.includes("new"));
  });
});

test("without listening, hints of the own commits are told all the same", async () => {
  const schema = database.freshSchema();
  const store = await database.open({ schema, listen: false, prepare: false });
  await store.migrate();
  const heard: Hint[] = [];
  store.onHint((hint) => heard.push(hint));
  await nudge(store, "a");
  await put(store, "b");
  expect(heard).toEqual([{ pools: ["a"], at: null }]);
});

const refused: [string, (uri: URL) => string, RegExp][] = [
  ["no URI at all", () => "not a uri with s3cret", /is not one: expected postgres:/],
  ["another protocol", (uri) => uri.href.replace(/^postgres/, "mysql"), /is not one: expected postgres:/],
  [
    "an unwritten @ in the password",
    (uri) => uri.href.replace("s3cret", "s3cret/#?["),
    /is not one|cannot be made|refused/,
  ],
  ["a wrong password", (uri) => uri.href, /password authentication failed|does not exist|refused/],
  [
    "a port where nobody listens",
    (uri) => Object.assign(uri, { port: "1" }).href,
    /cannot be made \(.*ECONNREFUSED/,
  ],
  [
    "a host that is not there",
    (uri) => Object.assign(uri, { hostname: "nobody.invalid" }).href,
    /cannot be made/,
  ],
];
test.each(refused)("%s: a StoreError that does not tell the password", async (_, change, says) => {
  const uri = new URL(database.uri);
  uri.password = "s3cret";
  uri.username = "nobody";
  const error = await openPostgresStore({ uri: change(uri) }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StoreError);
  const told: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) told.push(at.message, JSON.stringify(at));
  expect(told[0]).toMatch(says);
  expect(told.join()).not.toContain("s3cret");
});
