/** What the pump asks for: due wakes, pools with work, blocked cells, leases. */
import type { CellKey, Instant, LeaseRow, NodeId, PoolId, RunId, WakeRow } from "@stepwell/core";
import { rowsOf, type Source, selectList } from "../rows.ts";

/** Each value once, by jumping from one to the next in the index: its cost is the values, not the rows. */
const jumps = (column: string, table: string, condition: string): string => `
  with recursive found(one) as (
    (select ${column} from {${table}} where ${condition} order by ${column} limit 1)
    union all
    select (select ${column} from {${table}} where ${condition} and ${column} > found.one order by ${column} limit 1)
    from found where found.one is not null
  )
  select one from found where one is not null`;

const wakes = selectList("wakes");
const leases = selectList("leases");

export const queueSql: Readonly<
  Record<"due" | "nextDue" | "readyPools" | "blockedCells" | "foreignLeases" | "runLeases", string>
> = {
  // index: wakes_due
  due: `select ${wakes} from {wakes} where lane is null and due_at <= $1 order by due_at, id limit $2`,
  // index: wakes_due
  nextDue: "select due_at from {wakes} where lane is null and due_at > $1 order by due_at limit 1",
  // index: nudges_pool, leases_freed, lanes_open
  readyPools: `select one as pool from (${jumps("pool", "nudges", "pool >= ''")}) nudged
    union select one from (${jumps("pool", "leases", "freed")}) freed
    union select one from (${jumps("pool", "lanes", "blocked is null")}) opened order by 1`,
  // index: lanes_blocked, from one cell to the next
  blockedCells: `select one as cell from (${jumps("blocked", "lanes", "blocked is not null")}) found
    where exists (select 1 from {lanes} where blocked = found.one and pool = $1)`,
  // index: leases_node, on both sides of the own node
  foreignLeases: `(select ${leases} from {leases} where not freed and node > '' and node < $1 order by node, id limit $2)
    union all
    (select ${leases} from {leases} where not freed and node > $1 order by node, id limit $2)`,
  // index: leases_run; sorted below, or the planner might walk the primary key for its order
  runLeases: `select ${leases} from {leases} where run_id = $1 and not freed`,
};

export function readDueWakes(source: Source, now: Instant, limit: number): Promise<WakeRow[]> {
  return rowsOf(source, "wakes", queueSql.due, now, limit);
}

export async function readNextDue(
  { link }: Source,
  after: Instant = Number.MIN_SAFE_INTEGER,
): Promise<Instant | null> {
  const [row] = await link.query(queueSql.nextDue, after);
  return row === undefined ? null : Number(row["due_at"]);
}

export async function readReadyPools({ link }: Source): Promise<PoolId[]> {
  return (await link.query(queueSql.readyPools)).map((row) => String(row["pool"]));
}

export async function readBlockedCells({ link }: Source, pool: PoolId): Promise<CellKey[]> {
  return (await link.query(queueSql.blockedCells, pool)).map((row) => String(row["cell"]));
}

export async function readForeignLeases(source: Source, node: NodeId, limit: number): Promise<LeaseRow[]> {
  return (await rowsOf(source, "leases", queueSql.foreignLeases, node, limit)).slice(0, limit);
}

export async function readRunLeases(source: Source, id: RunId): Promise<LeaseRow[]> {
  const rows = await rowsOf(source, "leases", queueSql.runLeases, id);
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
}
