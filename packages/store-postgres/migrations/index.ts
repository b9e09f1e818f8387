/** All migrations, in order, and how this store goes through them: one transaction each, one node at a time. */
import { type AppliedMigration, type Migration, migrationChecksum, pendingMigrations } from "@stepwell/store";
import { escapeIdentifier } from "pg";
import type { Link } from "../driver.ts";
import { lockHash, MIGRATION_LOCK } from "../locks.ts";
import { firstSchema } from "./0001-first-schema.ts";
import { ticksAndMovedClock } from "./0002-ticks-and-moved-clock.ts";
import { functionMode } from "./0003-function-mode.ts";
import { outcomes } from "./0004-outcomes.ts";
import { lanesByFunction } from "./0005-lanes-by-function.ts";
import { dashboard } from "./0006-dashboard.ts";

export const migrations: readonly Migration[] = [
  firstSchema,
  ticksAndMovedClock,
  functionMode,
  outcomes,
  lanesByFunction,
  dashboard,
];

const sql = {
  lock: "select pg_advisory_xact_lock($1, $2)",
  tables: "select 1 from pg_catalog.pg_namespace where nspname = $1",
  table:
    "create table if not exists {migrations} (number integer primary key, name text not null, checksum text not null)",
  applied: "select number, name, checksum from {migrations} order by number",
  add: "insert into {migrations} (number, name, checksum) values ($1, $2, $3)",
  // Of connections that are gone; the highest stays, and a live one writes its own again.
  foldFloors: "delete from {floors} where floor < (select max(floor) from {floors})",
} as const;

/**
 * Several nodes may start at once: each transaction takes the lock and looks again at what is left to do.
 * @throws StoreError `store_newer` when a newer release has written the data
 */
export async function migrate(
  link: Link,
  schema: string,
  known: readonly Migration[] = migrations,
): Promise<void> {
  while (await migrateOnce(link, schema, known));
}

/** @returns whether one was applied, so that more may follow */
async function migrateOnce(link: Link, schema: string, known: readonly Migration[]): Promise<boolean> {
  await link.exec("begin isolation level read committed");
  try {
    await link.once(sql.lock, MIGRATION_LOCK, lockHash(schema, "migrations"));
    // Asked first, since a user of an existing schema may not be allowed to create one.
    const existing = await link.once(sql.tables, schema);
    if (existing.length === 0) await link.exec(`create schema ${escapeIdentifier(schema)}`);
    await link.exec(sql.table);
    const applied = (await link.once(sql.applied)) as unknown as AppliedMigration[];
    const next = pendingMigrations(known, applied)[0];
    if (next !== undefined) {
      await link.exec(next.statements.join(";\n"));
      await link.once(sql.add, next.number, next.name, migrationChecksum(next));
    } else await link.once(sql.foldFloors);
    await link.exec("commit");
    return next !== undefined;
  } catch (error) {
    await link.exec("rollback").catch(() => {});
    throw error;
  }
}
