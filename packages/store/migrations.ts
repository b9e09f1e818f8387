/**
 * The contract of migrations: numbered from 1 without gaps, the same numbers and names in every store,
 * forward only, one transaction each. A released one never changes again; its checksum is stored with
 * it. A file that a newer release has written is refused, never guessed at (ADR 0011).
 */
import { createHash } from "node:crypto";
import { StoreError } from "./port.ts";

export interface Migration {
  readonly number: number;
  readonly name: string;
  /** SQL of this store, one statement each. */
  readonly statements: readonly string[];
}
/** A migration that a store has gone through. */
export interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

/** Of the statements, without regard to the space between words. */
export function migrationChecksum(migration: Migration): string {
  const text = migration.statements.map((statement) => statement.replace(/\s+/g, " ").trim()).join(";\n");
  return createHash("sha256").update(text).digest("hex");
}

/**
 * Those that still have to run, in order.
 * @throws StoreError `store_newer` for a file of a newer release, `store_failed` for one whose history
 * is not ours
 */
export function pendingMigrations(
  known: readonly Migration[],
  applied: readonly AppliedMigration[],
): Migration[] {
  known.forEach((migration, index) => {
    if (migration.number !== index + 1)
      throw new Error(`migration ${migration.name} must have number ${index + 1}`);
  });
  const newest = applied.reduce((max, { number }) => Math.max(max, number), 0);
  if (newest > known.length)
    throw new StoreError(
      "store_newer",
      `the data was written by a newer version of Stepwell (schema ${newest}, this version knows ${known.length}); install that version or a newer one`,
    );
  const byNumber = new Map(applied.map((migration) => [migration.number, migration]));
  for (const migration of known.slice(0, newest)) {
    const done = byNumber.get(migration.number);
    if (done?.checksum !== migrationChecksum(migration))
      throw new StoreError(
        "store_failed",
        `migration ${migration.number} (${migration.name}) is not the one that this data went through (${done?.name ?? "none"})`,
      );
  }
  return known.slice(newest);
}
