/** The schema that migrations make, that released ones stay as they are, and files of other releases. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TableName } from "@stepwell/core";
import { columnsOf, migrationChecksum, schema } from "@stepwell/store";
import { afterAll, expect, test } from "vitest";
import { openConnection } from "../driver.ts";
import { openSqliteStore } from "../open-store.ts";
import { migrate, migrations } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "stepwell-migrations-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Frozen with the first release: a red line here means a new migration, not a new checksum. */
const frozen: Record<number, string> = {};

const migrated = () => {
  const db = openConnection(":memory:", { timeoutMs: 0 });
  migrate(db);
  return db;
};

test("released migrations are as they were", () => {
  for (const [number, checksum] of Object.entries(frozen))
    expect(migrationChecksum(migrations[Number(number) - 1] as never)).toBe(checksum);
});

test("the resulting schema is the committed one", async () => {
  const rows = migrated().all(
    "select sql from sqlite_schema where sql is not null order by type desc, tbl_name, name",
  );
  const text = rows.map((row) => String(row["sql"]).replace(/\s+/g, " ")).join(";\n");
  await expect(`${text};\n`).toMatchFileSnapshot("./schema.snapshot.sql");
});

test("every table has the columns of the schema, and no others", () => {
  const db = migrated();
  for (const table of Object.keys(schema) as TableName[]) {
    const { name } = schema[table];
    const columns = db.all("select name from pragma_table_info(?)", name).map((row) => String(row["name"]));
    expect([name, ...columns.sort()]).toEqual([
      name,
      ...columnsOf(table)
        .map(({ column }) => column)
        .sort(),
    ]);
  }
});

test("a file that a newer release has written is refused and left alone", async () => {
  const file = join(folder, "newer.db");
  const store = await openSqliteStore({ file, durability: "normal" });
  await store.migrate();
  await store.close();
  const db = openConnection(file, { timeoutMs: 0 });
  db.run("insert into migrations (number, name, checksum) values (99, 'from-the-future', 'x')");
  db.close();
  const again = await openSqliteStore({ file, durability: "normal" });
  await expect(again.migrate()).rejects.toMatchObject({ name: "StoreError", code: "store_newer" });
  await again.close();
});

test("a migration that fails leaves the file as it was", () => {
  const db = migrated();
  const broken = {
    number: migrations.length + 1,
    name: "broken",
    statements: ["create table extra (a integer)", "no sql"],
  };
  expect(() => migrate(db, [...migrations, broken])).toThrow(/syntax error/);
  expect(db.get("select 1 from sqlite_schema where name = 'extra'")).toBeNull();
  expect(db.all("select number from migrations")).toHaveLength(migrations.length);
  const fixed = { ...broken, statements: ["create table extra (a integer)"] };
  migrate(db, [...migrations, fixed]);
  expect(db.all("select number from migrations")).toHaveLength(migrations.length + 1);
});
