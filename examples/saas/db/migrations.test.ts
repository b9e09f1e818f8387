import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type OpenDatabase, openDatabase } from "./client.ts";
import { onPostgres } from "./dialect.ts";
import { openEmptyDatabase } from "./fixtures/empty-database.ts";
import * as schema from "./schema.ts";

const migrations = join(import.meta.dirname, "migrations");
const since = new Date("2026-01-05T09:00:00Z");

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "saas-migrations-"));
  file = join(folder, "saas.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The migrations as they were when the example was younger. */
function firstMigrationOnly(): string {
  const then = join(folder, "migrations", "sqlite");
  mkdirSync(join(then, "meta"), { recursive: true });
  const journal = JSON.parse(readFileSync(join(migrations, "sqlite/meta/_journal.json"), "utf8"));
  const entries = journal.entries.slice(0, 1);
  writeFileSync(join(then, "meta/_journal.json"), JSON.stringify({ ...journal, entries }));
  const name = `${entries[0].tag}.sql`;
  writeFileSync(join(then, name), readFileSync(join(migrations, "sqlite", name)));
  return join(folder, "migrations");
}

async function installThen() {
  const database = openDatabase(file, firstMigrationOnly());
  await database.migrate();
  await database.close();
  const sqlite = new Database(file);
  sqlite.exec(`
    insert into organizations values ('org_1', 'Northwind Tea', ${since.getTime()});
    insert into users (id, email, name, organization_id, organization_role, created_at)
      values ('usr_1', 'ada@northwind.example', 'Ada', 'org_1', 'admin', ${since.getTime()});
    insert into sessions values ('ses_1', 'usr_1', ${since.getTime()}, ${since.getTime()});
  `);
  sqlite.close();
}

describe.skipIf(onPostgres)("a database of the first version", () => {
  it("keeps its people, and lets them sign in anew", async () => {
    await installThen();
    const database = openDatabase(file, migrations);
    await database.migrate();
    expect(await database.db.select().from(schema.users)).toMatchObject([
      { id: "usr_1", createdAt: since, updatedAt: since, role: "user", emailVerified: false, image: null },
    ]);
    expect(await database.db.select().from(schema.sessions)).toEqual([]);
    await database.close();
  });
});

describe("the migrations together", () => {
  let database: OpenDatabase;
  beforeAll(async () => {
    database = await openEmptyDatabase();
  });
  afterAll(() => database.close());

  it.each(Object.keys(schema))("make the table %s as the schema says", async (name) => {
    const table = schema[name as keyof typeof schema];
    expect(await database.db.select().from(table)).toEqual([]);
  });

  it("change nothing the second time", async () => {
    await database.db.insert(schema.organizations).values({ id: "org_1", name: "Tea", createdAt: since });
    await database.migrate();
    expect(await database.db.select().from(schema.organizations)).toHaveLength(1);
  });
});
