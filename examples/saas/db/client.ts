/**
 * Opens the database of an address. Everything that needs it gets it passed in; only
 * `services/index.ts` and the scripts call `openDatabase`.
 */
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import Database from "better-sqlite3";
import { sql } from "drizzle-orm";
import { type BetterSQLite3Database, drizzle as drizzleSqlite } from "drizzle-orm/better-sqlite3";
import { migrate as migrateSqlite } from "drizzle-orm/better-sqlite3/migrator";
import { drizzle as drizzlePostgres } from "drizzle-orm/node-postgres";
import { migrate as migratePostgres } from "drizzle-orm/node-postgres/migrator";
import { isPostgres, onPostgres } from "./dialect.ts";
import { plainErrorsOf, throwPlain } from "./plain-errors.ts";
import * as schema from "./schema.ts";

/**
 * For queries, which are awaited as they are (`await db.select()…`): `.all()`, `.get()`, `.run()` and
 * `.transaction()` are SQLite's alone.
 */
export type Db = Omit<BetterSQLite3Database<typeof schema>, "transaction" | "run" | "all" | "get" | "values">;

/** A write that has not begun. */
type Write = { run(): unknown };

export type OpenDatabase = {
  db: Db;
  /** Makes all of these writes or none. They are built without reading: what must not be there twice has a unique index. */
  atomically(build: (db: Db) => Write[]): Promise<void>;
  migrate(): Promise<void>;
  close(): Promise<void>;
};

/** `url` is a path, ":memory:", or postgres://…; the migrations are found from the working directory. */
export function openDatabase(url: string, migrations = resolve("db/migrations")): OpenDatabase {
  if (isPostgres(url) !== onPostgres) {
    throw new Error(
      "The tables were made for DATABASE_URL of the start, and this is another kind of database",
    );
  }
  return onPostgres ? openPostgres(url, migrations) : openSqlite(url, migrations);
}

function openSqlite(file: string, migrations: string): OpenDatabase {
  if (file !== ":memory:") mkdirSync(dirname(resolve(file)), { recursive: true });
  const sqlite = new Database(file, { timeout: 5_000 });
  sqlite.pragma("journal_mode = WAL");
  sqlite.pragma("foreign_keys = ON");
  const db = drizzleSqlite(sqlite, { schema });
  return {
    db,
    async atomically(build) {
      db.transaction((tx) => {
        for (const write of build(tx)) write.run();
      });
    },
    migrate: async () => migrateSqlite(db, { migrationsFolder: resolve(migrations, "sqlite") }),
    close: async () => void sqlite.close(),
  };
}

function openPostgres(url: string, migrations: string): OpenDatabase {
  const connection = {
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 10_000,
    query_timeout: 30_000,
  };
  const db = drizzlePostgres({ connection, schema });
  plainErrorsOf(db._.session);
  // A connection that breaks while nobody uses it: the pool opens another one.
  db.$client.on("error", (error) => console.error(`PostgreSQL: ${error.message}`));
  return {
    db: seenAsSqlite(db),
    async atomically(build) {
      const writeAll = async (tx: unknown) => {
        for (const write of build(seenAsSqlite(tx))) await write;
      };
      await db.transaction(writeAll).catch(throwPlain);
    },
    migrate: () => migrateAlone(url, resolve(migrations, "postgres")),
    close: () => db.$client.end(),
  };
}

/** Any number, but always the same one. */
const MIGRATION_LOCK = 7_224_601;

/** Of processes that start at once the first one migrates, and the others wait; the lock ends with the connection. */
async function migrateAlone(url: string, migrationsFolder: string): Promise<void> {
  const db = drizzlePostgres({
    connection: { connectionString: url, max: 1, connectionTimeoutMillis: 10_000 },
  });
  plainErrorsOf(db._.session);
  try {
    await db.execute(sql`select pg_advisory_lock(${MIGRATION_LOCK})`);
    await migratePostgres(db, { migrationsFolder });
  } finally {
    await db.$client.end();
  }
}

/** The same builders with the same words, for the queries that `Db` allows. */
function seenAsSqlite(db: unknown): Db {
  return db as Db;
}

const duplicates = ["23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"];

/** Whether a write failed because such a row is there already. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Error && "code" in error && duplicates.includes(String(error.code));
}
