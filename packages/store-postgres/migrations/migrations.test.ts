/** The schema that migrations make, that released ones stay as they are, nodes that migrate at once, and data of other releases. */
import type { TableName } from "@stepwell/core";
import { columnsOf, migrationChecksum, schema } from "@stepwell/store";
import { afterAll, afterEach, expect, inject, test } from "vitest";
import { migrations as ofSqlite } from "../../store-sqlite/migrations/index.ts";
import { type Link, openLink } from "../driver.ts";
import { createDatabase } from "../fixtures/database.ts";
import { migrate, migrations } from "./index.ts";

const database = await createDatabase(inject("postgresUri"));
const links: Link[] = [];
afterEach(async () => {
  for (const link of links.splice(0)) await link.close();
});
afterAll(() => database.remove());

async function openIn(schema: string): Promise<Link> {
  const link = await openLink({ config: { connectionString: database.uri }, schema, prepare: true });
  links.push(link);
  return link;
}
async function migrated(): Promise<{ link: Link; schema: string }> {
  const schema = database.freshSchema();
  const link = await openIn(schema);
  await migrate(link, schema);
  return { link, schema };
}

/** Frozen with the first release: a red line here means a new migration, not a new checksum. */
const frozen: Record<number, string> = {};

test("released migrations are as they were", () => {
  for (const [number, checksum] of Object.entries(frozen))
    expect(migrationChecksum(migrations[Number(number) - 1] as never)).toBe(checksum);
});

test("numbers and names are those of the SQLite store", () => {
  const names = (list: readonly { number: number; name: string }[]) =>
    list.map(({ number, name }) => `${number} ${name}`);
  expect(names(migrations)).toEqual(names(ofSqlite));
});

test("the resulting schema is the committed one", async () => {
  const { schema } = await migrated();
  const columns = await database.query(
    `select c.relname as table, string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
        || case when a.attcollation <> 0 then ' collate ' || quote_ident(l.collname) else '' end
        || case when a.attnotnull then ' not null' else '' end
        || case a.attidentity when 'a' then ' identity' else '' end, ', ' order by a.attnum)
        || coalesce(' with ' || array_to_string(c.reloptions, ', '), '') as columns
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
      left join pg_collation l on l.oid = a.attcollation
      where c.relnamespace = $1::regnamespace and c.relkind = 'r' group by c.oid, c.relname, c.reloptions
      order by c.relname collate "C"`,
    [schema],
  );
  const rest = await database.query(
    `select replace(indexdef, schemaname || '.', '') as line from pg_indexes where schemaname = $1
      union all select 'SEQUENCE ' || sequencename from pg_sequences where schemaname = $1
      union all select 'CHECK ' || conrelid::regclass::text || ' ' || pg_get_constraintdef(oid) from pg_constraint
        where connamespace = $1::regnamespace and contype = 'c' order by 1`,
    [schema],
  );
  const text = [
    ...columns.map((row) => `TABLE ${row["table"]}: ${row["columns"]}`),
    ...rest.map((row) => String(row["line"]).replaceAll(`${schema}.`, "")),
  ].sort();
  await expect(`${text.join(";\n")};\n`).toMatchFileSnapshot("./schema.snapshot.sql");
});

test("every table has the columns of the schema; `tx` is the only other one", async () => {
  const { schema: own } = await migrated();
  for (const table of Object.keys(schema) as TableName[]) {
    const { name } = schema[table];
    const rows = await database.query(
      "select column_name from information_schema.columns where table_schema = $1 and table_name = $2",
      [own, name],
    );
    const tagged = ["events", "runs", "waits"].includes(table) ? ["tx"] : [];
    expect([name, ...rows.map((row) => String(row["column_name"])).sort()]).toEqual([
      name,
      ...[...columnsOf(table).map(({ column }) => column), ...tagged].sort(),
    ]);
  }
});

test("five nodes that migrate at once: each migration is gone through once, and nobody fails", async () => {
  const schema = database.freshSchema();
  const all = await Promise.all(Array.from({ length: 5 }, () => openIn(schema)));
  await Promise.all(all.map((link) => migrate(link, schema)));
  const rows = await database.query(`select number from ${schema}.migrations order by number`);
  expect(rows.map((row) => row["number"])).toEqual(migrations.map(({ number }) => number));
});

test("data that a newer release has written is refused and left alone", async () => {
  const { link, schema } = await migrated();
  await database.query(`insert into ${schema}.migrations values (99, 'from-the-future', 'x')`);
  await expect(migrate(link, schema)).rejects.toMatchObject({ name: "StoreError", code: "store_newer" });
});

test("a migration that fails leaves everything as it was", async () => {
  const { link, schema } = await migrated();
  const broken = {
    number: migrations.length + 1,
    name: "broken",
    statements: ["create table {extra} (a integer)", "no sql"],
  };
  await expect(migrate(link, schema, [...migrations, broken])).rejects.toThrow(/syntax error/);
  const tables = () =>
    database.query("select 1 from pg_tables where schemaname = $1 and tablename = 'extra'", [schema]);
  expect(await tables()).toEqual([]);
  const fixed = { ...broken, statements: ["create table {extra} (a integer)"] };
  await migrate(link, schema, [...migrations, fixed]);
  expect(await tables()).toHaveLength(1);
});

test("what earlier connections left of the floor is folded into one row", async () => {
  const schema = database.freshSchema();
  for (const at of [5, 9, 7]) {
    const store = await database.open({ schema });
    await store.migrate();
    await store.commit({}, at, () => ({
      write: [{ put: "nodes", row: { id: `n${at}`, startedAt: at, aliveUntil: null } }],
      reply: null,
    }));
    await store.close();
  }
  const store = await database.open({ schema });
  await store.migrate();
  expect(await database.query(`select floor::int from ${schema}.floors`)).toEqual([{ floor: 9 }]);
  expect((await store.clock()).floor).toBe(9);
});
