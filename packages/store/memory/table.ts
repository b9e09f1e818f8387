/** A table in memory: encoded rows by key, a few indexes, and a way to undo what a commit has written. */
import type { TableName } from "@stepwell/core";
import type { SqlRow, SqlValue } from "../rows.ts";
import { columnName, shapeOf } from "../schema.ts";

/** What must be done, last first, to take a commit back. */
export type Undo = (() => void)[];

export interface MemoryTable {
  get(key: string): SqlRow | undefined;
  /** Null removes the row. */
  set(key: string, row: SqlRow | null, undo: Undo): void;
  all(): Iterable<SqlRow>;
  /** Rows by an indexed column. */
  where(column: string, value: SqlValue): SqlRow[];
}
export type MemoryTables = { readonly [T in TableName]: MemoryTable };

const indexes: Partial<Record<TableName, readonly string[]>> = {
  functions: ["app_id"],
  runs: ["event_id"],
  steps: ["run_id"],
  history: ["run_id"],
  waits: ["run_id", "name"],
  waitPaths: ["name"],
  wakes: ["run_id", "lane"],
  lanes: ["pool", "blocked"],
  nudges: ["pool"],
  leases: ["pool", "run_id"],
  ticks: ["function_id"],
  outcomes: ["event_id"],
  signIns: ["user_id"],
  bulkItems: ["job_id"],
};

export function createTables(names: readonly TableName[]): MemoryTables {
  return Object.fromEntries(
    names.map((name) => [name, createTable(indexes[name] ?? [])]),
  ) as unknown as MemoryTables;
}

function createTable(indexed: readonly string[]): MemoryTable {
  const rows = new Map<string, SqlRow>();
  const byColumn = new Map(indexed.map((column) => [column, new Map<SqlValue, Map<string, SqlRow>>()]));

  function place(key: string, row: SqlRow | undefined): void {
    const old = rows.get(key);
    for (const [column, groups] of byColumn) {
      if (old !== undefined) groups.get(old[column] ?? null)?.delete(key);
      if (old !== undefined && groups.get(old[column] ?? null)?.size === 0)
        groups.delete(old[column] ?? null);
      if (row === undefined) continue;
      const value = row[column] ?? null;
      let group = groups.get(value);
      if (group === undefined) {
        group = new Map();
        groups.set(value, group);
      }
      group.set(key, row);
    }
    if (row === undefined) rows.delete(key);
    else rows.set(key, row);
  }

  return {
    get: (key) => rows.get(key),
    set(key, row, undo) {
      const old = rows.get(key);
      undo.push(() => place(key, old));
      place(key, row ?? undefined);
    },
    all: () => rows.values(),
    where(column, value) {
      const groups = byColumn.get(column);
      if (groups === undefined) throw new Error(`no index on ${column}`);
      return [...(groups.get(value)?.values() ?? [])];
    },
  };
}

/** The key of a row, or of a row to be found, as text. */
export function keyText(table: TableName, row: Readonly<Record<string, unknown>>): string {
  const { key } = shapeOf(table);
  return JSON.stringify(key.map((field) => row[field] ?? row[columnName(field)]));
}

/** Sorts by columns, the first one first; numbers by value, text by code units. */
export function sorted(rows: SqlRow[], ...columns: string[]): SqlRow[] {
  return rows.sort((a, b) => {
    for (const column of columns) {
      const x = a[column] ?? "";
      const y = b[column] ?? "";
      if (x !== y) return x < y ? -1 : 1;
    }
    return 0;
  });
}
