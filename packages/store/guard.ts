/**
 * Single writers, checked (hard-parts.md §1): only the pool commit removes queued wakes, freed leases and
 * nudges, and only it writes lanes and cells. Everybody else may insert beside them.
 */
import type { Change, WakeId } from "@stepwell/core";

/** Why a commit that is no pool commit may not write this; null: it may. */
function forbidden(change: Change, isQueued: (id: WakeId) => boolean): string | null {
  if ("clear" in change) return null;
  if ("insert" in change || "put" in change) {
    const table = "insert" in change ? change.insert : change.put;
    return table === "lanes" || table === "cells" ? `only a pool commit writes ${table}` : null;
  }
  const table = "remove" in change ? change.remove : change.update;
  if (table === "lanes" || table === "cells") return `only a pool commit writes ${table}`;
  if (table === "nudges") return "only a pool commit changes or removes nudges";
  if ("remove" in change && change.remove === "leases") return "only a pool commit removes leases";
  const wakeId =
    "remove" in change && change.remove === "wakes"
      ? change.key.id
      : "update" in change && change.update === "wakes"
        ? change.key.id
        : null;
  if (wakeId !== null && isQueued(wakeId)) return "only a pool commit changes or removes a queued wake";
  return null;
}

/** @throws Error for the first change that only a pool commit may make */
export function checkWriters(
  changes: readonly Change[],
  isPool: boolean,
  isQueued: (id: WakeId) => boolean,
): void {
  if (isPool) return;
  for (const change of changes) {
    const why = forbidden(change, isQueued);
    if (why !== null) throw new Error(why);
  }
}
