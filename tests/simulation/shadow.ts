/**
 * A copy of every row, fed by the changes that commits wrote. The store itself shows rows only
 * through slices and reads; the invariants want to look at all of them after each commit.
 */
import { type Change, type TableName, type Tables } from "@stepwell/core";
import { schema, shapeOf } from "@stepwell/store";

export type Rows = { readonly [T in TableName]: ReadonlyMap<string, Tables[T]> };

/** One row before and after a commit; null: not there. */
export interface RowChange {
  table: TableName;
  key: string;
  before: Readonly<Record<string, unknown>> | null;
  after: Readonly<Record<string, unknown>> | null;
}
export interface Shadow {
  readonly rows: Rows;
  /** Takes in what a commit wrote. */
  apply(changes: readonly Change[]): RowChange[];
  /** Takes note of what a commit wanted to write when the store undid it. */
  skip(changes: readonly Change[]): void;
}

type Row = Record<string, unknown>;

export function createShadow(): Shadow {
  const rows = Object.fromEntries(
    Object.keys(schema).map((table) => [table, new Map<string, Row>()]),
  ) as Record<TableName, Map<string, Row>>;
  /** The numbers that the store gives out, counted as the memory store counts them. */
  const assigned = { sequence: 0, insertion: 0 };

  function change(table: TableName, key: string, after: Row | null): RowChange {
    const before = rows[table].get(key) ?? null;
    if (after === null) rows[table].delete(key);
    else rows[table].set(key, after);
    return { table, key, before, after };
  }

  function numbered(table: TableName, row: Row): Row {
    const { assigned: by } = shapeOf(table);
    if (by === undefined) return row;
    assigned[by.from] += 1;
    return { ...row, [by.field]: assigned[by.from] };
  }

  /** A commit that was undone because a row was there already: its numbers are used up all the same. */
  function skip(changes: readonly Change[]): void {
    for (const one of changes) {
      if (!("insert" in one || "put" in one)) continue;
      const table = "insert" in one ? one.insert : one.put;
      const row = numbered(table, one.row as unknown as Row);
      if ("insert" in one && one.orIgnore !== true && rows[table].has(keyOf(table, row))) return;
    }
  }

  function applyOne(one: Change): RowChange[] {
    if ("clear" in one)
      return [...rows.waits].flatMap(([key, row]) =>
        row["runId"] === one.runId ? [change("waits", key, null)] : [],
      );
    if ("remove" in one) {
      const key = keyOf(one.remove, one.key);
      return rows[one.remove].has(key) ? [change(one.remove, key, null)] : [];
    }
    if ("update" in one) {
      const key = keyOf(one.update, one.key);
      const old = rows[one.update].get(key);
      return old === undefined ? [] : [change(one.update, key, frozen({ ...old, ...one.set }))];
    }
    const table = "insert" in one ? one.insert : one.put;
    const row = numbered(table, one.row as unknown as Row);
    const key = keyOf(table, row);
    if ("insert" in one && rows[table].has(key)) return [];
    return [change(table, key, frozen(row))];
  }

  return {
    rows: rows as unknown as Rows,
    apply: (changes) => changes.flatMap(applyOne),
    skip,
  };
}

export function keyOf(table: TableName, row: object): string {
  return shapeOf(table)
    .key.map((field) => String((row as Row)[field]))
    .join("|");
}

/** Nothing is shared with the engine: it could change its own objects later. */
function frozen(row: Row): Row {
  return JSON.parse(JSON.stringify(row)) as Row;
}
