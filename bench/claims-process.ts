/** The bench of claims, in a process of its own. Argument: an `Order` as JSON. Progress, then `Claims[]` as its last line. */
import { join } from "node:path";
import type { Store } from "@stepwell/store";
import { openSqliteStore } from "@stepwell/store-sqlite";
import { createDatabase } from "../packages/store-postgres/fixtures/database.ts";
import { startServer } from "../packages/store-postgres/fixtures/test-server.ts";
import type { Claims, Column, Order, Released } from "./claim-order.ts";
import { createQueue, type Queue, WANT, WARM } from "./claim-queue.ts";
import { openShop } from "./claim-release.ts";

const order = JSON.parse(process.argv[2] ?? "") as Order;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** A database of its own on that server, which goes with it; `embedded` is a server of its own, too. */
async function openPostgres(uri: string) {
  const server = uri === "embedded" ? await startServer(["fsync=on"]) : { uri, stop: async () => {} };
  const database = await createDatabase(server.uri);
  return {
    open: () => database.open({ schema: database.freshSchema(), listen: false }),
    async remove() {
      await database.remove();
      await server.stop();
    },
  };
}
const postgres = order.postgresUri === null ? null : await openPostgres(order.postgresUri);

async function open(at: number): Promise<Store> {
  const file = join(order.dir, `claims-${at}.db`);
  const store =
    postgres === null ? await openSqliteStore({ file, durability: "full" }) : await postgres.open();
  await store.migrate();
  return store;
}

interface Opened {
  what: Column;
  store: Store;
  queue: Queue;
  seedSeconds: number;
}

async function seeded(what: Column, at: number): Promise<Opened> {
  const store = await open(at);
  const shop = await openShop(store);
  await shop.engine.stop(0);
  const queue = createQueue(store, shop.functions, what);
  const began = performance.now();
  await queue.seed((text) => say(`${what.name}: ${text}`));
  return { what, store, queue, seedSeconds: (performance.now() - began) / 1000 };
}

/** The functions of the seeded calls are paused: their lanes stay where they are, and only the probe's runs go. */
async function released({ store, queue }: Opened): Promise<Released> {
  await queue.endAll();
  for (const { id, slug } of await store.read.functions())
    if (!slug.endsWith("probe"))
      await store.commit({}, Date.now(), () => ({
        write: [{ update: "functions", key: { id }, set: { mode: "paused" } }],
        reply: null,
      }));
  const shop = await openShop(store);
  const done = await shop.release(order.releases);
  await shop.engine.stop(0);
  return done;
}

const columns: Opened[] = [];
const results: Claims[] = [];
try {
  await measure();
} finally {
  await postgres?.remove();
}
process.stdout.write(JSON.stringify(results));
process.exit(0);

async function measure(): Promise<void> {
  for (const [at, what] of order.columns.entries()) columns.push(await seeded(what, at));
  // They take turns, so that whatever else the machine does falls on all of them.
  for (let turn = 0; turn < WARM + order.claims; turn += 1) {
    for (const { queue } of columns) await queue.turn();
    if (turn % 100 === 0) say(`claim ${turn} of ${WARM + order.claims}`);
  }
  for (const { what, queue } of columns) {
    const most = Math.max(WARM + order.claims, (8 * what.keys) / WANT);
    while (!queue.isServed() && queue.claims.turns < most) await queue.turn();
  }
  for (const opened of columns) {
    const { what, queue, seedSeconds, store } = opened;
    say(`${what.name}: releasing`);
    const plain = what.strict === 0 && what.front === 0;
    results.push({ seedSeconds, ...queue.claims, released: plain ? await released(opened) : null });
    await store.close();
  }
}
