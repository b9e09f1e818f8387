/** What the commits of a group may have made possible, summed up into one hint. */
import type { Change, Instant, LeaseId, PoolId } from "@stepwell/core";
import type { Hint } from "./port.ts";

export interface HintSum {
  /** @param poolOfLease the pool of a stored lease; null: there is no such lease */
  add(changes: readonly Change[], poolOfLease: (id: LeaseId) => PoolId | null): void;
  /** Null: nothing to tell. */
  total(): Hint | null;
}

export function createHintSum(): HintSum {
  const pools = new Set<PoolId>();
  let at: Instant | null = null;
  const later = (dueAt: Instant): void => {
    at = at === null ? dueAt : Math.min(at, dueAt);
  };
  return {
    add(changes, poolOfLease) {
      for (const change of changes) {
        if ("insert" in change && change.insert === "nudges") pools.add(change.row.pool);
        if ("insert" in change && change.insert === "wakes" && change.row.lane === null)
          later(change.row.dueAt);
        if ("update" in change && change.update === "wakes" && change.set.dueAt !== undefined)
          later(change.set.dueAt);
        if ("update" in change && change.update === "leases" && change.set.freed === true) {
          const pool = poolOfLease(change.key.id);
          if (pool !== null) pools.add(pool);
        }
      }
    },
    total: () => (pools.size === 0 && at === null ? null : { pools: [...pools], at }),
  };
}

/** The hints of several groups as one; null: nothing to tell. */
export function joinHints(hints: readonly (Hint | null)[]): Hint | null {
  const told = hints.filter((hint) => hint !== null);
  if (told.length === 0) return null;
  const times = told.map((hint) => hint.at).filter((at) => at !== null);
  return {
    pools: [...new Set(told.flatMap((hint) => hint.pools))],
    at: times.length === 0 ? null : Math.min(...times),
  };
}
