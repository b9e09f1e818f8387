/** All migrations, in order, and how this store goes through them: one transaction each. */
import { type AppliedMigration, type Migration, migrationChecksum, pendingMigrations } from "@stepwell/store";
import type { SqliteDriver } from "../driver.ts";
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

/** @throws StoreError `store_newer` when a newer release has written the file */
export function migrate(db: SqliteDriver, known: readonly Migration[] = migrations): void {
  db.exec(
    "create table if not exists migrations (number integer primary key, name text not null, checksum text not null) strict",
  );
  const applied = db.all("select number, name, checksum from migrations") as unknown as AppliedMigration[];
  for (const migration of pendingMigrations(known, applied)) apply(db, migration);
}

function apply(db: SqliteDriver, migration: Migration): void {
  db.exec("begin immediate");
  try {
    for (const statement of migration.statements) db.exec(statement);
    db.run(
      "insert into migrations (number, name, checksum) values (?, ?, ?)",
      migration.number,
      migration.name,
      migrationChecksum(migration),
    );
    db.exec("commit");
  } catch (error) {
    if (db.inTransaction) db.exec("rollback");
    throw error;
  }
}
