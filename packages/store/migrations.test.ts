import { expect, test } from "vitest";
import { type Migration, migrationChecksum, pendingMigrations } from "./migrations.ts";

const one: Migration = { number: 1, name: "one", statements: ["create table a (b text)"] };
const two: Migration = { number: 2, name: "two", statements: ["create table c (d text)"] };
const applied = (migration: Migration) => ({ ...migration, checksum: migrationChecksum(migration) });

test("what has not run yet is pending, in order", () => {
  expect(pendingMigrations([one, two], [])).toEqual([one, two]);
  expect(pendingMigrations([one, two], [applied(one)])).toEqual([two]);
  expect(pendingMigrations([one, two], [applied(two), applied(one)])).toEqual([]);
});

test("data of a newer release is refused", () => {
  expect(() => pendingMigrations([one], [applied(one), applied(two)])).toThrow(
    expect.objectContaining({ code: "store_newer", message: expect.stringMatching(/schema 2, .* knows 1/) }),
  );
});

test("a released migration that was changed, or another one of its number, is refused", () => {
  const changed = { ...one, statements: ["create table a (b integer)"] };
  expect(() => pendingMigrations([changed], [applied(one)])).toThrow(/migration 1 \(one\) is not the one/);
  expect(() => pendingMigrations([one, two], [applied(two)])).toThrow(/migration 1/);
});

test("numbers have no gaps, and space between words does not count", () => {
  expect(() => pendingMigrations([two], [])).toThrow(/must have number 1/);
  const spaced = { ...one, statements: ["create  table a\n (b text)"] };
  expect(migrationChecksum(spaced)).toBe(migrationChecksum(one));
});
