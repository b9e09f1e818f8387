/**
 * A database that cannot write refuses with `store_full`, keeps reading, and goes on by itself once there
 * is room. The page limit of the connection makes SQLite refuse as it does on a full disk.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Store } from "@stepwell/store";
import { afterAll, expect, test } from "vitest";
import { openSqliteStore } from "./open-store.ts";

const folder = mkdtempSync(join(tmpdir(), "stepwell-full-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const connections = new Set<DatabaseSync>();
const original = DatabaseSync.prototype.prepare;
DatabaseSync.prototype.prepare = function (this: DatabaseSync, ...args) {
  connections.add(this);
  return original.apply(this, args);
};
function limitPages(pages: number): void {
  for (const db of connections) if (db.isOpen) original.call(db, `pragma max_page_count = ${pages}`).get();
}

const put = (store: Store, owner: string, bytes: number) =>
  store.commit({}, 1, () => ({
    write: [{ insert: "payloads", row: { owner, name: "output", value: "x".repeat(bytes) } }],
    reply: owner,
  }));

test("large commits are refused, small ones and reads go on, and nothing needs a restart", async () => {
  const store = await openSqliteStore({ file: join(folder, "a.db"), durability: "full" });
  await store.migrate();
  await put(store, "before", 10);
  limitPages(1);
  const full = await Promise.allSettled([
    put(store, "big-1", 400_000),
    put(store, "small", 10),
    put(store, "big-2", 400_000),
  ]);
  expect(full.map((one) => one.status)).toEqual(["rejected", "fulfilled", "rejected"]);
  expect(full[0]).toMatchObject({
    reason: { name: "StoreError", code: "store_full", message: expect.stringMatching(/full/) },
  });
  expect((full[0] as PromiseRejectedResult).reason.cause).toBeInstanceOf(Error);
  expect(await store.read.output("before")).toBe("x".repeat(10));
  expect(await store.read.output("small")).toBe("x".repeat(10));
  expect(await store.read.output("big-1")).toBeNull();
  await expect(put(store, "big-3", 400_000)).rejects.toMatchObject({ code: "store_full" });
  limitPages(4_294_967_294);
  await put(store, "big-1", 400_000);
  expect(await store.read.output("big-1")).toHaveLength(400_000);
  await store.close();
});
