/**
 * Rows to columns and back, by the schema. A value that does not fit its column is a bug of the
 * decision and is refused here, before anything is written, in every store alike.
 */
import type { Json, TableName, Tables } from "@stepwell/core";
import type { PayloadCodec } from "./payload-codec.ts";
import { type ColumnKind, columnName, shapeOf } from "./schema.ts";

export type SqlValue = string | number | null | Uint8Array;
/** A row by column names, as a driver gives it. */
export type SqlRow = Record<string, SqlValue>;

export interface Column {
  readonly field: string;
  readonly column: string;
  readonly kind: ColumnKind;
}

const columnLists = new Map<TableName, readonly Column[]>();

/** The columns of a table, in the order of the schema. */
export function columnsOf(table: TableName): readonly Column[] {
  let columns = columnLists.get(table);
  if (columns === undefined) {
    columns = Object.entries(shapeOf(table).columns).map(([field, kind]) => ({
      field,
      column: columnName(field),
      kind,
    }));
    columnLists.set(table, columns);
  }
  return columns;
}

/** @throws TypeError when the value does not fit the column */
export function encodeField(table: TableName, column: Column, value: unknown, codec: PayloadCodec): SqlValue {
  const { kind } = column;
  if (kind === "payload" && value !== undefined) return codec.encode(value as Json);
  if (kind === "json" && value !== undefined) return JSON.stringify(value);
  if (kind === "bool" && typeof value === "boolean") return value ? 1 : 0;
  if (value === null && (kind === "text" || kind === "integer")) return null;
  if (kind === "text" && typeof value === "string") return value;
  if (kind === "integer" && Number.isSafeInteger(value)) return value as number;
  throw new TypeError(`${table}.${column.field} must be ${kind}, got ${shown(value)}`);
}

/** One row as its type says. */
export function decodeRow<T extends TableName>(table: T, raw: SqlRow, codec: PayloadCodec): Tables[T] {
  const row: Record<string, unknown> = {};
  for (const { field, column, kind } of columnsOf(table)) {
    const value = raw[column] ?? null;
    if (kind === "payload") row[field] = codec.decode(value as Uint8Array);
    else if (kind === "json") row[field] = JSON.parse(value as string);
    else if (kind === "bool") row[field] = value === 1;
    else row[field] = value;
  }
  return row as unknown as Tables[T];
}

function shown(value: unknown): string {
  return typeof value === "object" || typeof value === "undefined" ? String(value) : JSON.stringify(value);
}
