/**
 * The two databases the example runs on, seen as one: PostgreSQL where DATABASE_URL is the address of
 * one, else a SQLite file. Tables and queries are written once, with SQLite's types; what differs is
 * the column types below, the driver (`client.ts`), and the full text search.
 */
import * as pg from "drizzle-orm/pg-core";
import * as sqlite from "drizzle-orm/sqlite-core";

export function isPostgres(url: string | undefined): boolean {
  return /^postgres(ql)?:\/\//i.test(url ?? "");
}

/** Read once, because a table belongs to one database for as long as the process lives. */
export const onPostgres = isPostgres(process.env.DATABASE_URL);

const choose = <T>(ofSqlite: T, ofPostgres: unknown): T => (onPostgres ? (ofPostgres as T) : ofSqlite);

export const table = choose(sqlite.sqliteTable, pg.pgTable);
export const index = choose(sqlite.index, pg.index);
export const uniqueIndex = choose(sqlite.uniqueIndex, pg.uniqueIndex);
export const primaryKey = choose(sqlite.primaryKey, pg.primaryKey);
export const text = choose(sqlite.text, pg.text);
export const whole = choose((name: string) => sqlite.integer(name), pg.integer);
/** A `Date`; to the millisecond in both. */
export const instant = choose(
  (name: string) => sqlite.integer(name, { mode: "timestamp_ms" }),
  (name: string) => pg.timestamp(name, { mode: "date", precision: 3, withTimezone: true }),
);
export const yesOrNo = choose((name: string) => sqlite.integer(name, { mode: "boolean" }), pg.boolean);
