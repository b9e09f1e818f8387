/** Typed rows out of a connection. */
import type { TableName, Tables } from "@stepwell/core";
import { columnsOf, decodeRow, type PayloadCodec, type SqlValue } from "@stepwell/store";
import type { SqliteDriver } from "./driver.ts";

/** A connection and the codec: what every read needs. */
export interface Source {
  readonly db: SqliteDriver;
  readonly codec: PayloadCodec;
}

/** All rows of a statement that selects the table's columns. */
export function rowsOf<T extends TableName>(
  { db, codec }: Source,
  table: T,
  sql: string,
  ...values: SqlValue[]
): Tables[T][] {
  return db.all(sql, ...values).map((raw) => decodeRow(table, raw, codec));
}

/** The first row, or null. */
export function rowOf<T extends TableName>(
  { db, codec }: Source,
  table: T,
  sql: string,
  ...values: SqlValue[]
): Tables[T] | null {
  const raw = db.get(sql, ...values);
  return raw === null ? null : decodeRow(table, raw, codec);
}

/** The columns of a table for a select list, each behind `alias.` if one is given. */
export function selectList(table: TableName, alias = ""): string {
  return columnsOf(table)
    .map(({ column }) => (alias === "" ? column : `${alias}.${column}`))
    .join(", ");
}
