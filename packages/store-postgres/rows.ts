/** Typed rows out of a connection, and how columns are written in SQL. */
import type { TableName, Tables } from "@stepwell/core";
import { type Column, columnsOf, decodeRow, type PayloadCodec } from "@stepwell/store";
import type { Link, Param } from "./driver.ts";

/** A connection and the codec: what every look needs. */
export interface Source {
  readonly link: Link;
  readonly codec: PayloadCodec;
}

/** All rows of a kept statement that selects the table's columns. */
export async function rowsOf<T extends TableName>(
  { link, codec }: Source,
  table: T,
  sql: string,
  ...values: Param[]
): Promise<Tables[T][]> {
  const rows = await link.query(sql, ...values);
  return rows.map((raw) => decodeRow(table, raw, codec));
}

/**
 * The columns of a table for a select list, each behind `alias.` if one is given. Never `*`: a migration
 * by a newer node would make kept statements fail.
 */
export function selectList(table: TableName, alias = ""): string {
  return columnsOf(table)
    .map(({ column }) => (alias === "" ? column : `${alias}.${column}`))
    .join(", ");
}

const typeOf = {
  text: "text",
  json: "text",
  integer: "bigint",
  bool: "boolean",
  payload: "bytea",
} as const satisfies Record<Column["kind"], string>;

/** The type of a column in PostgreSQL. */
export function sqlType(column: Column): string {
  return typeOf[column.kind];
}
