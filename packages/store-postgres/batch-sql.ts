/**
 * One batch → statements. Rows go in as arrays (`unnest`), keys as one array, never through a join: with a
 * table that the planner believes to be empty, a join may start from the wrong side (hard-parts.md §7).
 */
import { type Column, type SqlRow, type SqlValue, shapeOf } from "@stepwell/store";
import type { Link, Param } from "./driver.ts";
import { sqlType } from "./rows.ts";
import type { Places } from "./slices/pool.ts";
import { type Batch, type Encoded, insertColumns, keyColumns } from "./write.ts";

/** Bounds of one statement: the arrays are texts in memory, here and in the server. */
const MAX_ROWS = 2000;
const MAX_BYTES = 16 * 1024 * 1024;

export interface Statement {
  sql: string;
  values: Param[];
}

/** @param places where rows were read that nobody else changes: removed there, without a look by key */
export function statementsOf(batch: Batch, places: Places): Statement[] {
  const { kind, table, columns } = batch;
  const key = keyColumns(table);
  if (kind === "clear")
    return [
      { sql: "delete from {waits} where run_id = any($1::text[])", values: [firstKeys(batch.changes)] },
    ];
  if (kind === "remove")
    return key.length === 1
      ? removals(batch, places)
      : batch.changes.map((change) => removeOne(batch, change));
  if (kind === "update")
    return key.length === 1
      ? chunksOf(batch.changes).map((changes) => ({
          sql: updateSql(batch),
          values: [
            firstKeys(changes),
            ...columns.map((_, at) => changes.map(({ values }) => values[at] ?? null)),
          ],
        }))
      : batch.changes.map((change) => updateOne(batch, change));
  return chunksOf(sortedByKey(batch)).map((changes) => ({
    sql: insertSql(batch),
    values: insertValues(batch, changes),
  }));
}

/** Runs the removals that know their rows' places; those not found there are removed by their keys. */
export async function removePlaced(link: Link, batch: Batch, places: Places): Promise<void> {
  const { placed, at } = byPlace(batch, places);
  if (placed.length === 0) return;
  const { name } = shapeOf(batch.table);
  const gone: SqlRow[] = await link.query(
    `delete from {${name}} where ctid = any($1::tid[]) returning id`,
    at,
  );
  const found = new Set(gone.map((row) => String(row["id"])));
  const missed = placed.filter(({ key }) => !found.has(String(key?.[0])));
  if (missed.length > 0) await link.query(removeSql(batch), firstKeys(missed));
}

function byPlace(
  { kind, table, changes }: Batch,
  places: Places,
): { placed: Encoded[]; at: string[]; rest: readonly Encoded[] } {
  const known = places.get(table);
  if (kind !== "remove" || known === undefined) return { placed: [], at: [], rest: changes };
  const [placed, at, rest]: [Encoded[], string[], Encoded[]] = [[], [], []];
  for (const change of changes) {
    const place = known.get(String(change.key?.[0]));
    if (place === undefined) rest.push(change);
    else {
      placed.push(change);
      at.push(place);
    }
  }
  return { placed, at, rest };
}

function removals(batch: Batch, places: Places): Statement[] {
  const { rest } = byPlace(batch, places);
  return chunksOf(rest).map((changes) => ({ sql: removeSql(batch), values: [firstKeys(changes)] }));
}

function removeSql({ table }: Batch): string {
  const [key] = keyColumns(table) as [Column];
  return `delete from {${shapeOf(table).name}} where ${key.column} = any($1::${sqlType(key)}[])`;
}

function removeOne({ table }: Batch, { key }: Encoded): Statement {
  const where = keyColumns(table).map(({ column }, at) => `${column} = $${at + 1}`);
  return { sql: `delete from {${shapeOf(table).name}} where ${where.join(" and ")}`, values: key ?? [] };
}

function updateSql({ table, columns }: Batch): string {
  const [key] = keyColumns(table) as [Column];
  const keys = `$1::${sqlType(key)}[]`;
  const set = columns.map(
    (column, at) =>
      `${column.column} = ($${at + 2}::${sqlType(column)}[])[array_position(${keys}, ${key.column})]`,
  );
  return `update {${shapeOf(table).name}} set ${set.join(", ")} where ${key.column} = any(${keys})`;
}

function updateOne({ table, columns }: Batch, { key, values }: Encoded): Statement {
  const set = columns.map(({ column }, at) => `${column} = $${at + 1}`);
  const where = keyColumns(table).map(({ column }, at) => `${column} = $${columns.length + at + 1}`);
  const sql = `update {${shapeOf(table).name}} set ${set.join(", ")} where ${where.join(" and ")}`;
  return { sql, values: [...values, ...(key ?? [])] };
}

/**
 * Payloads are one array of bytes from which each row takes its part: as an array of values they would have
 * to be written out in hexadecimal.
 */
function insertSql({ kind, table }: Batch): string {
  const columns = insertColumns(table);
  const tagged = shapeOf(table).assigned?.from === "sequence";
  const names = columns.map(({ column }) => column);
  const arrays: string[] = [];
  const aliases: string[] = [];
  const taken = columns.map((column) => {
    if (column.kind !== "payload") {
      arrays.push(`$${arrays.length + 1}::${sqlType(column)}[]`);
      aliases.push(column.column);
      return `r.${column.column}`;
    }
    arrays.push(`$${arrays.length + 1}::int[]`, `$${arrays.length + 2}::int[]`);
    aliases.push("starts", "length");
    return "substring($BYTES::bytea from r.starts for r.length)";
  });
  const from = `unnest(${arrays.join(", ")}) with ordinality r (${aliases.join(", ")}, nth)`;
  const bytes = `$${arrays.length + 1}`;
  const target = `insert into {${shapeOf(table).name}} (${[...names, ...(tagged ? ["tx"] : [])].join(", ")})`;
  const select = `select ${[...taken, ...(tagged ? ["pg_current_xact_id()"] : [])].join(", ")} from ${from} order by r.nth`;
  return `${target} ${select}${conflictSql(kind, table)}`.replace("$BYTES", () => bytes);
}

function conflictSql(kind: Batch["kind"], table: Batch["table"]): string {
  const key = keyColumns(table).map(({ column }) => column);
  if (kind === "ignore") return ` on conflict (${key.join(", ")}) do nothing`;
  if (kind !== "put") return "";
  const rest = insertColumns(table).filter(({ column }) => !key.includes(column));
  return ` on conflict (${key.join(", ")}) do update set ${rest.map(({ column }) => `${column} = excluded.${column}`).join(", ")}`;
}

function insertValues({ table }: Batch, changes: readonly Encoded[]): Param[] {
  const parts: Uint8Array[] = [];
  const values = insertColumns(table).flatMap((column, at): Param[] => {
    const inColumn = changes.map((change) => change.values[at] ?? null);
    if (column.kind !== "payload") return [inColumn];
    let next = 1;
    const starts: number[] = [];
    const lengths: number[] = [];
    for (const bytes of inColumn as Uint8Array[]) {
      starts.push(next);
      lengths.push(bytes.length);
      parts.push(bytes);
      next += bytes.length;
    }
    return [starts, lengths];
  });
  return parts.length === 0 ? values : [...values, Buffer.concat(parts)];
}

/** Rows that others may insert at the same time are inserted in one order; numbered ones in the order of the changes. */
function sortedByKey({ changes }: Batch): Encoded[] {
  if (changes.some(({ key }) => key === null)) return changes;
  const text = new Map(changes.map((change) => [change, JSON.stringify(change.key)]));
  return changes.toSorted((a, b) => ((text.get(a) ?? "") < (text.get(b) ?? "") ? -1 : 1));
}

function chunksOf(changes: readonly Encoded[]): Encoded[][] {
  const chunks: Encoded[][] = [];
  let bytes = 0;
  for (const change of changes) {
    const size = change.values.reduce<number>((sum, value) => sum + sizeOf(value), 0);
    const chunk = chunks.at(-1);
    if (chunk === undefined || chunk.length >= MAX_ROWS || bytes + size > MAX_BYTES) {
      chunks.push([change]);
      bytes = size;
    } else {
      chunk.push(change);
      bytes += size;
    }
  }
  return chunks;
}

function sizeOf(value: SqlValue): number {
  return typeof value === "object" ? (value?.length ?? 0) : typeof value === "string" ? value.length : 8;
}

function firstKeys(changes: readonly Encoded[]): SqlValue[] {
  return changes.map(({ key }) => key?.[0] ?? null);
}
