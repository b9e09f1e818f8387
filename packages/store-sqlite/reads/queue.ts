/** What the pump asks for: due wakes, pools with work, blocked cells, leases. */
import type { CellKey, Instant, LeaseRow, NodeId, PoolId, RunId, WakeRow } from "@stepwell/core";
import { rowsOf, type Source } from "../rows.ts";

/** Each pool once, by jumping from one to the next in the index: its cost is the pools, not the rows. */
const pools = (table: string, condition: string): string => `
  with recursive found(pool) as (
    select min(pool) from ${table} where ${condition}
    union all
    select (select min(pool) from ${table} where ${condition} and pool > found.pool)
    from found where found.pool is not null
  )
  select pool from found where pool is not null`;

export const queueSql: Readonly<
  Record<
    | "due"
    | "nextDue"
    | "nudgedPools"
    | "freedPools"
    | "openPools"
    | "blockedCells"
    | "foreignLeases"
    | "runLeases",
    string
  >
> = {
  // index: wakes_due
  due: "select * from wakes where lane is null and due_at <= ? order by due_at, id limit ?",
  // index: wakes_due
  nextDue: "select min(due_at) as due_at from wakes where lane is null and due_at > ?",
  // index: nudges_pool
  nudgedPools: pools("nudges", "true"),
  // index: leases_freed
  freedPools: pools("leases", "freed = 1"),
  // index: lanes_open
  openPools: pools("lanes", "blocked is null"),
  // index: lanes_blocked, from one cell to the next
  blockedCells: `
    with recursive found(cell) as (
      select min(blocked) from lanes where blocked is not null
      union all
      select (select min(blocked) from lanes where blocked > found.cell)
      from found where found.cell is not null
    )
    select cell from found where cell is not null
      and exists (select 1 from lanes where blocked = found.cell and pool = ?)`,
  // index: leases_node, on both sides of the own node
  foreignLeases: `
    select * from (select * from leases where freed = 0 and node > '' and node < ?1 order by node, id limit ?2)
    union all
    select * from (select * from leases where freed = 0 and node > ?1 order by node, id limit ?2)`,
  // index: leases_run
  runLeases: "select * from leases where run_id = ? and +freed = 0 order by id",
};

export function readDueWakes(source: Source, now: Instant, limit: number): WakeRow[] {
  return rowsOf(source, "wakes", queueSql.due, now, limit);
}

export function readNextDue({ db }: Source, after: Instant = Number.MIN_SAFE_INTEGER): Instant | null {
  const dueAt = db.get(queueSql.nextDue, after)?.["due_at"] ?? null;
  return dueAt === null ? null : Number(dueAt);
}

export function readReadyPools({ db }: Source): PoolId[] {
  const found = [queueSql.nudgedPools, queueSql.freedPools, queueSql.openPools].flatMap((sql) => db.all(sql));
  return [...new Set(found.map((row) => String(row["pool"])))].sort();
}

export function readBlockedCells({ db }: Source, pool: PoolId): CellKey[] {
  return db.all(queueSql.blockedCells, pool).map((row) => String(row["cell"]));
}

export function readForeignLeases(source: Source, node: NodeId, limit: number): LeaseRow[] {
  return rowsOf(source, "leases", queueSql.foreignLeases, node, limit).slice(0, limit);
}

export function readRunLeases(source: Source, id: RunId): LeaseRow[] {
  return rowsOf(source, "leases", queueSql.runLeases, id);
}
