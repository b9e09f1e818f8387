/**
 * What the guard and the hint must know of rows that a commit changes: whether a wake is queued, which pool
 * a lease is of. Nearly always the commit has seen the row; what it has not is asked for all at once.
 */
import type { Change, LeaseId, PoolId, WakeId } from "@stepwell/core";
import type { Ask, Seen } from "@stepwell/store";
import type { Link } from "./driver.ts";

const sql = {
  // index: primary key
  lanes: "select id, lane from {wakes} where id = any($1::text[])",
  // index: primary key
  pools: "select id, pool from {leases} where id = any($1::text[])",
} as const;

export interface Facts {
  isQueued(id: WakeId): boolean;
  poolOfLease(id: LeaseId): PoolId | null;
}

/** A commit that was decided. */
export interface Decided {
  ask: Ask;
  seen: Seen<Ask>;
  write: readonly Change[];
}

export async function readFacts(link: Link, commits: readonly Decided[]): Promise<Facts> {
  const lanes = new Map<WakeId, string | null>();
  const pools = new Map<LeaseId, PoolId>();
  for (const { seen, write } of commits) {
    for (const wake of [...(seen.run?.wakes ?? []), ...(seen.wake ? [seen.wake] : [])])
      lanes.set(wake.id, wake.lane);
    if (seen.lease) pools.set(seen.lease.id, seen.lease.pool);
    for (const change of write)
      if ("insert" in change && change.insert === "leases") pools.set(change.row.id, change.row.pool);
  }
  const changed = commits.filter(({ ask }) => ask.pool === undefined).flatMap(({ write }) => write);
  const wakes = changed.flatMap(wakeChanged).filter((id) => !lanes.has(id));
  const leases = commits.flatMap(({ write }) => write.flatMap(leaseFreed)).filter((id) => !pools.has(id));
  const [laneRows, poolRows] = await Promise.all([
    wakes.length === 0 ? [] : link.query(sql.lanes, wakes),
    leases.length === 0 ? [] : link.query(sql.pools, leases),
  ]);
  for (const row of laneRows) lanes.set(String(row["id"]), row["lane"] as string | null);
  for (const row of poolRows) pools.set(String(row["id"]), String(row["pool"]));
  return {
    isQueued: (id) => (lanes.get(id) ?? null) !== null,
    poolOfLease: (id) => pools.get(id) ?? null,
  };
}

function wakeChanged(change: Change): WakeId[] {
  if ("remove" in change && change.remove === "wakes") return [change.key.id];
  return "update" in change && change.update === "wakes" ? [change.key.id] : [];
}

function leaseFreed(change: Change): LeaseId[] {
  return "update" in change && change.update === "leases" && change.set.freed === true ? [change.key.id] : [];
}
