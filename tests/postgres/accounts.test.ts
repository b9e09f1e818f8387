/** Accounts with two servers' connections to one database at work at once: one first admin, and always a last one. */
import { createChance } from "@stepwell/engine";
import type { Store } from "@stepwell/store";
import { afterAll, afterEach, expect, inject, test } from "vitest";
import {
  type AccessStore,
  addFirstAdmin,
  addUser,
  changeUser,
  removeUser,
} from "../../packages/server/dashboard/access/accounts.ts";
import { createDatabase } from "../../packages/store-postgres/fixtures/database.ts";

const NOW = 1_700_000_000_000;
const password = "correct horse battery";
const database = await createDatabase(inject("postgresUri"));
afterEach(() => database.closeStores());
afterAll(() => database.remove());

function accessOf(store: Store): AccessStore {
  const chance = createChance();
  return {
    read: store.read,
    now: () => NOW,
    newId: () => chance.id(NOW),
    commit: (ask, decide) =>
      store.commit(ask, NOW, (seen) =>
        decide(seen, { now: NOW, id: () => chance.id(NOW), roll: () => chance.roll() }),
      ),
  };
}

async function openTwo(): Promise<[AccessStore, AccessStore]> {
  const schema = database.freshSchema();
  const one = await database.open({ schema });
  await one.migrate();
  return [accessOf(one), accessOf(await database.open({ schema }))];
}

const codes = async (acts: Promise<unknown>[]): Promise<string[]> => {
  const told = await Promise.allSettled(acts);
  return told.map((one) => (one.status === "fulfilled" ? "done" : String(one.reason.code))).toSorted();
};

test("of many set-ups at once one makes the first admin", async () => {
  const [one, other] = await openTwo();
  const acts = [one, other, one, other].map((store, n) =>
    addFirstAdmin(store, { name: `ana ${n}`, password }),
  );
  expect(await codes(acts)).toEqual(["done", "setup_done", "setup_done", "setup_done"]);
  expect(await one.read.users()).toMatchObject([{ role: "admin", disabled: false }]);
});

test("of one name at once one is made, in whatever case", async () => {
  const [one, other] = await openTwo();
  const acts = [one, other].map((store, n) =>
    addUser(store, { name: n === 0 ? "Ana" : "ANA", role: "viewer", password }),
  );
  expect(await codes(acts)).toEqual(["done", "name_taken"]);
});

test.each<[string, (store: AccessStore, id: string) => Promise<unknown>]>([
  ["made a viewer", (store, id) => changeUser(store, id, { role: "viewer" }, null)],
  ["disabled", (store, id) => changeUser(store, id, { disabled: true }, null)],
  ["removed", (store, id) => removeUser(store, id, null)],
])("of two admins that are %s at once, one stays", async (_, act) => {
  const [one, other] = await openTwo();
  const ana = await addUser(one, { name: "ana", role: "admin", password });
  const bob = await addUser(one, { name: "bob", role: "admin", password });
  expect(await codes([act(one, ana.id), act(other, bob.id)])).toEqual(["done", "last_admin"]);
  const left = (await one.read.users()).filter(({ role, disabled }) => role === "admin" && !disabled);
  expect(left).toHaveLength(1);
});
