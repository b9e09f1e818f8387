/**
 * Changes → statements, by the schema; nothing here knows what a table means. All values are encoded
 * before the first statement runs, so a value that does not fit fails its own commit only.
 */
import type { Change, TableName } from "@stepwell/core";
import {
  columnName,
  columnsOf,
  encodeField,
  type PayloadCodec,
  type SqlValue,
  shapeOf,
} from "@stepwell/store";
import type { SqliteDriver } from "./driver.ts";

export interface Statement {
  sql: string;
  values: SqlValue[];
}

/** @param nextSequence the next number of the one sequence of events, runs and waits */
export function statementsOf(
  changes: readonly Change[],
  codec: PayloadCodec,
  nextSequence: () => number,
): Statement[] {
  return changes.map((change) => {
    if ("clear" in change) return { sql: "delete from waits where run_id = ?", values: [change.runId] };
    if ("remove" in change) return removal(change.remove, change.key, codec);
    if ("update" in change) return updating(change.update, change.key, change.set, codec);
    if ("put" in change)
      return { sql: putSql(change.put), values: newValues(change.put, change.row, codec, nextSequence) };
    const values = newValues(change.insert, change.row, codec, nextSequence);
    return { sql: insertSql(change.insert, change.orIgnore === true), values };
  });
}

export function runStatements(db: SqliteDriver, statements: readonly Statement[]): void {
  for (const { sql, values } of statements) db.run(sql, ...values);
}

const texts = new Map<string, string>();
function kept(name: string, make: () => string): string {
  let text = texts.get(name);
  if (text === undefined) {
    text = make();
    texts.set(name, text);
  }
  return text;
}

/** Columns that an insert fills: all but one that is filled in order of insertion, which is the row id. */
function insertColumns(table: TableName): ReturnType<typeof columnsOf> {
  const { assigned } = shapeOf(table);
  if (assigned?.from !== "insertion") return columnsOf(table);
  return columnsOf(table).filter((column) => column.field !== assigned.field);
}

function keyColumns(table: TableName): string[] {
  return shapeOf(table).key.map(columnName);
}

function insertSql(table: TableName, orIgnore: boolean): string {
  return kept(`insert ${table} ${orIgnore}`, () => {
    const columns = insertColumns(table).map(({ column }) => column);
    const marks = columns.map(() => "?").join(", ");
    const ignore = orIgnore ? ` on conflict (${keyColumns(table).join(", ")}) do nothing` : "";
    return `insert into ${shapeOf(table).name} (${columns.join(", ")}) values (${marks})${ignore}`;
  });
}

function putSql(table: TableName): string {
  return kept(`put ${table}`, () => {
    const key = keyColumns(table);
    const rest = insertColumns(table).filter(({ column }) => !key.includes(column));
    const set = rest.map(({ column }) => `${column} = excluded.${column}`).join(", ");
    return `${insertSql(table, false)} on conflict (${key.join(", ")}) do update set ${set}`;
  });
}

function newValues(
  table: TableName,
  row: object,
  codec: PayloadCodec,
  nextSequence: () => number,
): SqlValue[] {
  const { assigned } = shapeOf(table);
  return insertColumns(table).map((column) =>
    column.field === assigned?.field
      ? nextSequence()
      : encodeField(table, column, (row as Record<string, unknown>)[column.field], codec),
  );
}

function keyValues(table: TableName, key: object, codec: PayloadCodec): SqlValue[] {
  return shapeOf(table).key.map((field) => {
    const column = columnsOf(table).find((one) => one.field === field);
    if (column === undefined) throw new Error(`${table} has no column ${field}`);
    return encodeField(table, column, (key as Record<string, unknown>)[field], codec);
  });
}

const byKey = (table: TableName): string =>
  keyColumns(table)
    .map((column) => `${column} = ?`)
    .join(" and ");

function removal(table: TableName, key: object, codec: PayloadCodec): Statement {
  const sql = kept(`remove ${table}`, () => `delete from ${shapeOf(table).name} where ${byKey(table)}`);
  return { sql, values: keyValues(table, key, codec) };
}

function updating(table: TableName, key: object, set: object, codec: PayloadCodec): Statement {
  const columns = columnsOf(table).filter(({ field }) => Object.hasOwn(set, field));
  const values = columns.map((column) =>
    encodeField(table, column, (set as Record<string, unknown>)[column.field], codec),
  );
  const names = columns.map(({ column }) => column).join(", ");
  // An empty set still names a row; it changes nothing.
  const assignments =
    columns.map(({ column }) => `${column} = ?`).join(", ") ||
    `${keyColumns(table)[0]} = ${keyColumns(table)[0]}`;
  const sql = kept(
    `update ${table} ${names}`,
    () => `update ${shapeOf(table).name} set ${assignments} where ${byKey(table)}`,
  );
  return { sql, values: [...values, ...keyValues(table, key, codec)] };
}
