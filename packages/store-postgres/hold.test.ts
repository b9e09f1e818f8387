/** One engine per schema: who is refused, what happens when the lock is lost, and a network that goes silent. */
import { connect, createServer, type Socket } from "node:net";
import { type Store, StoreError } from "@stepwell/store";
import { afterAll, afterEach, expect, inject, onTestFinished, test } from "vitest";
import { createDatabase, until } from "./fixtures/database.ts";
import { lookAtDatabase } from "./look.ts";
import { checkVersion, openPostgresStore } from "./open-store.ts";

const database = await createDatabase(inject("postgresUri"));
afterEach(() => database.closeStores());
afterAll(() => database.remove());

const NOW = 1_700_000_000_000;
const put = (store: Store, key: string) =>
  store.commit({ gates: [key] }, NOW, () => ({
    write: [{ put: "gateCells", row: { key, state: 1, expiresAt: null } }],
    reply: key,
  }));
const isTaken = (store: Store, key: string): Promise<boolean> =>
  put(store, key).then(
    () => true,
    () => false,
  );
const HOLD = { patienceMs: 300, beatMs: 300 };
/** The backend that holds the lock of a schema's engine; one schema at a time has one here. */
const holder = async (): Promise<number | undefined> => {
  const [row] = await database.query(`select pid from pg_locks where locktype = 'advisory' and objsubid = 2
    and classid = 1400335364 and database = (select oid from pg_database where datname = current_database())`);
  return row?.["pid"] as number | undefined;
};

test("the second one is refused and told who is first; other schemas, and stores that only look, are not", async () => {
  const [schema, elsewhere] = [database.freshSchema(), database.freshSchema()];
  const first = await openPostgresStore({ uri: database.uri, schema, hold: HOLD });
  first.describe({ url: "http://127.0.0.1:8288" });
  expect(first.exclusive).toBe(true);
  expect((await database.open({ schema })).exclusive).toBe(false);
  await database.open({ schema: elsewhere, hold: HOLD });
  const error = await openPostgresStore({ uri: database.uri, schema, hold: HOLD }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StoreError);
  expect(error).toMatchObject({
    code: "store_locked",
    message: expect.stringContaining(`another Stepwell (pid ${process.pid}, http://127.0.0.1:8288`),
  });
  expect(await lookAtDatabase(database.uri, schema)).toMatchObject({
    isMade: false,
    holder: expect.stringContaining(`pid ${process.pid}`),
  });
  await first.close();
  const next = await database.open({ schema, hold: HOLD });
  await next.migrate();
  expect(await lookAtDatabase(database.uri, schema)).toMatchObject({ isMade: true, appUrls: [] });
});

test("a lost lock: nothing is written until it is held again and everybody has read again what they keep", async () => {
  const store = await database.open({ schema: database.freshSchema(), hold: HOLD });
  await store.migrate();
  await put(store, "before");
  let read: () => void = () => {};
  let asked = 0;
  store.onRegained?.(() => {
    asked += 1;
    return new Promise((resolve) => {
      read = resolve;
    });
  });
  await database.query("select pg_terminate_backend($1)", [await holder()]);
  await until("the lock is held again", async () => (await holder()) !== undefined && asked === 1);
  await expect(put(store, "meanwhile")).rejects.toMatchObject({
    code: "store_failed",
    message: /nothing is written/,
  });
  read();
  await until("a commit is taken", () => isTaken(store, "after"));
  const seen = await store.commit({ gates: ["before", "meanwhile", "after"] }, NOW, ({ gates }) => ({
    write: [],
    reply: [...gates.keys()].toSorted(),
  }));
  expect(seen).toEqual(["after", "before"]);
});

test("a network that goes silent is noticed, what hangs is cut off, and the own dead session is ended", async () => {
  const network = await openNetwork();
  const store = await openPostgresStore({ uri: network.uri, schema: database.freshSchema(), hold: HOLD });
  try {
    await store.migrate();
    await put(store, "before");
    const first = await holder();
    network.silence();
    const hanging = put(store, "hanging");
    await expect(hanging).rejects.toMatchObject({ code: "store_failed" });
    await until("a commit is taken", () => isTaken(store, "after"));
    expect(await holder()).not.toBe(first);
    expect(await database.query("select 1 from pg_stat_activity where pid = $1", [first])).toEqual([]);
  } finally {
    await store.close();
  }
});

test("a server that is too old is refused with what it is and what to do", async () => {
  const of = (number: number, version: string) => checkVersion({ once: async () => [{ number, version }] });
  await expect(of(140_011, "14.11")).rejects.toThrow(/PostgreSQL 15 or newer is needed, this is 14.11. Move/);
  await expect(of(150_000, "15.0")).resolves.toBeUndefined();
});

/** A way to the server on which all connections can fall silent; later ones get through. */
async function openNetwork(): Promise<{ uri: string; silence(): void }> {
  const to = new URL(database.uri);
  const sockets = new Set<Socket>();
  const proxy = createServer((near) => {
    const far = connect(Number(to.port === "" ? 5432 : to.port), to.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
    }
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  const address = proxy.address();
  const uri = new URL(database.uri);
  uri.host = `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  return {
    uri: uri.href,
    silence() {
      for (const socket of sockets) {
        socket.unpipe();
        socket.removeAllListeners("end").removeAllListeners("close").pause();
      }
    },
  };
}
