/** Changes applied to tables in memory, one after the other; the first that cannot be undoes those before it. */
import type { Change, TableName } from "@stepwell/core";
import type { PayloadCodec } from "../payload-codec.ts";
import { StoreError } from "../port.ts";
import { columnsOf, encodeField, type SqlRow } from "../rows.ts";
import { columnName, shapeOf } from "../schema.ts";
import { keyText, type MemoryTables, type Undo } from "./table.ts";

/** The numbers that the store gives out. */
export interface Counters {
  sequence: number;
  insertion: number;
}

/** @throws StoreError for the insert of a key that exists; then nothing is written */
export function writeChanges(
  tables: MemoryTables,
  changes: readonly Change[],
  codec: PayloadCodec,
  counters: Counters,
): void {
  const undo: Undo = [];
  try {
    for (const change of changes) writeOne(tables, change, codec, counters, undo);
  } catch (error) {
    for (const back of undo.reverse()) back();
    throw error;
  }
}

function writeOne(
  tables: MemoryTables,
  change: Change,
  codec: PayloadCodec,
  counters: Counters,
  undo: Undo,
): void {
  if ("clear" in change) {
    for (const row of tables.waits.where("run_id", change.runId))
      tables.waits.set(keyText("waits", row), null, undo);
  } else if ("remove" in change) {
    tables[change.remove].set(keyText(change.remove, change.key), null, undo);
  } else if ("update" in change) {
    const table = tables[change.update];
    const key = keyText(change.update, change.key);
    const old = table.get(key);
    const set = encodeSome(change.update, change.set, codec);
    if (old !== undefined) setUnique(tables, change.update, key, { ...old, ...set }, undo);
  } else {
    const name = "insert" in change ? change.insert : change.put;
    const row = encodeNew(name, change.row, codec, counters);
    const key = keyText(name, row);
    if ("insert" in change && tables[name].get(key) !== undefined) {
      if (change.orIgnore === true) return;
      throw new StoreError("store_failed", `${shapeOf(name).name} has a row ${key} already`);
    }
    setUnique(tables, name, key, row, undo);
  }
}

/** @throws StoreError when another row has the value that must be unique */
function setUnique(tables: MemoryTables, table: TableName, key: string, row: SqlRow, undo: Undo): void {
  const { name, unique } = shapeOf(table);
  if (unique !== undefined) {
    const value = (of: SqlRow): string => {
      const text = String(of[columnName(unique.field)]);
      return unique.anyCase === true ? text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : text;
    };
    for (const other of tables[table].all())
      if (value(other) === value(row) && keyText(table, other) !== key)
        throw new StoreError("store_failed", `${name} has another row of this ${unique.field}`);
  }
  tables[table].set(key, row, undo);
}

function encodeNew(table: TableName, row: object, codec: PayloadCodec, counters: Counters): SqlRow {
  const { assigned } = shapeOf(table);
  const encoded: SqlRow = {};
  for (const column of columnsOf(table)) {
    if (column.field === assigned?.field) {
      counters[assigned.from] += 1;
      encoded[column.column] = counters[assigned.from];
    } else {
      const value = (row as Record<string, unknown>)[column.field];
      encoded[column.column] = encodeField(table, column, value, codec);
    }
  }
  return encoded;
}

function encodeSome(table: TableName, set: object, codec: PayloadCodec): SqlRow {
  const encoded: SqlRow = {};
  for (const column of columnsOf(table))
    if (Object.hasOwn(set, column.field))
      encoded[columnName(column.field)] = encodeField(
        table,
        column,
        (set as Record<string, unknown>)[column.field],
        codec,
      );
  return encoded;
}
