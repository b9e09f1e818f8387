/** A store that tells what it is doing: how many commits wait, and which runs have been written since. */
import type { Change } from "@stepwell/core";
import type { Store } from "@stepwell/store";

export interface WatchedStore extends Store {
  /** Commits that are not written yet. */
  pending(): number;
  /** Commits so far. */
  commits(): number;
  /** The runs that were written since the last time this was asked, in the order of their first write. */
  touched(): string[];
}

/** Watches `store`; nothing else about it changes. */
export function watchStore(store: Store): WatchedStore {
  const runs = new Set<string>();
  let pending = 0;
  let commits = 0;
  return {
    ...store,
    async commit(ask, now, decide) {
      pending += 1;
      try {
        return await store.commit(ask, now, (seen) => {
          const decision = decide(seen);
          for (const change of decision.write) note(change, runs);
          return decision;
        });
      } finally {
        pending -= 1;
        commits += 1;
      }
    },
    pending: () => pending,
    commits: () => commits,
    touched() {
      const list = [...runs];
      runs.clear();
      return list;
    },
  };
}

function note(change: Change, runs: Set<string>): void {
  if ("insert" in change) {
    if (change.insert === "runs") runs.add(change.row.id);
    else if (change.insert === "history" || change.insert === "steps") runs.add(change.row.runId);
  } else if ("update" in change && change.update === "runs") runs.add(change.key.id);
}
