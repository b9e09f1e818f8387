/** What waits together shares one transaction and one notification, seen from the database and from another node. */
import type { Hint } from "@stepwell/store";
import { afterAll, afterEach, expect, inject, test } from "vitest";
import { createDatabase, until } from "./fixtures/database.ts";

const database = await createDatabase(inject("postgresUri"));
afterEach(() => database.closeStores());
afterAll(() => database.remove());

const NOW = 1_700_000_000_000;
const COMMITS = 60;

test("sixty commits that wait together are one transaction, and other nodes hear of them once", async () => {
  const schema = database.freshSchema();
  const store = await database.open({ schema, connections: 1 });
  await store.migrate();
  const other = await database.open({ schema });
  const heard: Hint[] = [];
  other.onHint((hint) => heard.push(hint));
  const own: Hint[] = [];
  store.onHint((hint) => own.push(hint));
  const pools = Array.from({ length: COMMITS }, (_, n) => `p${String(n).padStart(2, "0")}`);
  const event = { ts: NOW, receivedAt: NOW, name: "n", internal: false };
  const results = await Promise.allSettled(
    pools.map((pool, n) =>
      store.commit({ gates: [pool] }, NOW, () => {
        if (n === 7) throw new Error("not this one");
        return {
          write: [
            { insert: "events", row: { id: pool, externalId: pool, ...event } },
            { insert: "nudges", row: { pool, lane: null, cells: [], score: null, gone: null } },
          ],
          reply: null,
        };
      }),
    ),
  );
  expect(results.filter(({ status }) => status === "rejected")).toHaveLength(1);
  const rows = `select count(*)::int as rows, count(distinct tx)::int as transactions from ${schema}.events`;
  expect(await database.query(rows)).toEqual([{ rows: COMMITS - 1, transactions: 1 }]);
  await until("the hint", async () => (await other.read.readyPools()) && heard.length > 0);
  const all = [{ pools: pools.filter((_, n) => n !== 7), at: null }];
  expect(own).toEqual(all);
  expect(heard).toEqual(all);
});
