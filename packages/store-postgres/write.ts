/**
 * Changes → statements, by the schema; nothing here knows what a table means. Values are encoded commit by
 * commit, so one that does not fit fails its own commit only. Then the changes of all commits of a round
 * become one statement per table and kind; a row that is written twice is written in order.
 */
import type { Change, TableName } from "@stepwell/core";
import {
  type Column,
  columnName,
  columnsOf,
  encodeField,
  type PayloadCodec,
  type SqlValue,
  shapeOf,
} from "@stepwell/store";

/** One change with its values encoded. */
export interface Encoded {
  kind: "insert" | "ignore" | "put" | "update" | "remove" | "clear";
  table: TableName;
  /** Of an update: what is set. Else of an insert: what is filled. */
  columns: readonly Column[];
  values: SqlValue[];
  /** The row's key; null where the store assigns it. */
  key: SqlValue[] | null;
}

/** @throws TypeError for a value that does not fit its column */
export function encodeChanges(changes: readonly Change[], codec: PayloadCodec): Encoded[] {
  return changes.flatMap((change): Encoded[] => {
    if ("clear" in change)
      return [{ kind: "clear", table: "waits", columns: [], values: [], key: [change.runId] }];
    if ("remove" in change) {
      const key = keyValues(change.remove, change.key, codec);
      return [{ kind: "remove", table: change.remove, columns: [], values: [], key }];
    }
    if ("update" in change) {
      const columns = columnsOf(change.update).filter(({ field }) => Object.hasOwn(change.set, field));
      const values = columns.map((column) => encoded(change.update, column, change.set, codec));
      const key = keyValues(change.update, change.key, codec);
      return columns.length === 0 ? [] : [{ kind: "update", table: change.update, columns, values, key }];
    }
    const [table, kind] =
      "put" in change
        ? ([change.put, "put"] as const)
        : ([change.insert, change.orIgnore === true ? "ignore" : "insert"] as const);
    return [encodeRow(table, kind, change.row, codec)];
  });
}

function encodeRow(
  table: TableName,
  kind: "insert" | "ignore" | "put",
  row: object,
  codec: PayloadCodec,
): Encoded {
  const { assigned } = shapeOf(table);
  const columns = insertColumns(table);
  const values = columns.map((column) =>
    // Filled in when the numbers are taken, right before the writing.
    column.field === assigned?.field ? null : encoded(table, column, row, codec),
  );
  return {
    kind,
    table,
    columns,
    values,
    key: assigned?.from === "insertion" ? null : keyValues(table, row, codec),
  };
}

/** Columns that an insert fills: all but one that the table itself numbers in order of insertion. */
export function insertColumns(table: TableName): readonly Column[] {
  const { assigned } = shapeOf(table);
  if (assigned?.from !== "insertion") return columnsOf(table);
  return columnsOf(table).filter((column) => column.field !== assigned.field);
}

function encoded(table: TableName, column: Column, row: object, codec: PayloadCodec): SqlValue {
  return encodeField(table, column, (row as Record<string, unknown>)[column.field], codec);
}

export function keyColumns(table: TableName): Column[] {
  return shapeOf(table).key.map((field) => {
    const column = columnsOf(table).find((one) => one.field === field);
    if (column === undefined) throw new Error(`${table} has no column ${field}`);
    return column;
  });
}

function keyValues(table: TableName, key: object, codec: PayloadCodec): SqlValue[] {
  return keyColumns(table).map((column) => encoded(table, column, key, codec));
}

/** How many numbers of the one sequence the changes need. */
export function countNumbers(changes: readonly Encoded[]): number {
  return changes.filter(needsNumber).length;
}

/** Gives the numbers out in the order of the changes. */
export function giveNumbers(changes: readonly Encoded[], numbers: readonly SqlValue[]): void {
  let next = 0;
  for (const change of changes) {
    if (!needsNumber(change)) continue;
    const at = change.columns.findIndex(({ field }) => field === shapeOf(change.table).assigned?.field);
    change.values[at] = numbers[next] ?? null;
    next += 1;
  }
}

function needsNumber({ kind, table }: Encoded): boolean {
  const isNew = kind === "insert" || kind === "ignore" || kind === "put";
  return isNew && shapeOf(table).assigned?.from === "sequence";
}

/** Changes of one kind to different rows of one table: one statement. */
export interface Batch {
  kind: Encoded["kind"];
  table: TableName;
  columns: readonly Column[];
  changes: Encoded[];
}

/** In the order of writing: table by table, and within a table so that no row's later change comes first. */
export function planBatches(changes: readonly Encoded[]): Batch[] {
  const byTable = Map.groupBy(changes, ({ table }) => table);
  // The same order in every node, so that two that write the same new keys do not wait for each other crosswise.
  const tables = [...byTable.keys()].sort();
  return tables.flatMap((table) => batchesOf(table, byTable.get(table) ?? []));
}

function batchesOf(table: TableName, changes: readonly Encoded[]): Batch[] {
  const batches: { signature: string; batch: Batch }[] = [];
  const lastOf = new Map<string, number>();
  for (const change of changes) {
    const rows = rowsTouched(change);
    const after = Math.max(-1, ...rows.map((row) => lastOf.get(row) ?? -1));
    const signature = `${change.kind} ${change.columns.map(columnNameOf).join()}`;
    let at = batches.findIndex((one, index) => index > after && one.signature === signature);
    if (at === -1) {
      at = batches.length;
      const { kind, columns } = change;
      batches.push({ signature, batch: { kind, table, columns, changes: [] } });
    }
    batches[at]?.batch.changes.push(change);
    for (const row of rows) lastOf.set(row, at);
  }
  return batches.map(({ batch }) => batch);
}

const columnNameOf = ({ column }: Column): string => column;

/** A wait is also one of its run's, which may be cleared. */
function rowsTouched({ kind, table, key, columns, values }: Encoded): string[] {
  if (kind === "clear") return [`of run ${String(key?.[0])}`];
  const rows = key === null ? [] : [`row ${JSON.stringify(key)}`];
  const runId = table === "waits" ? columns.findIndex(({ column }) => column === columnName("runId")) : -1;
  return runId === -1 ? rows : [...rows, `of run ${String(values[runId])}`];
}
