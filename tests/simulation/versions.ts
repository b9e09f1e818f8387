/** Which configurations of a function an engine may go by: the stored one, and those it has not unlearned yet. */
import type { FunctionRow } from "@stepwell/core";
import type { Version } from "./gates.ts";
import type { RowChange, Shadow } from "./shadow.ts";

interface Old extends Version {
  /** When the last engine had heard of the next one; null: not yet. */
  goneAt: number | null;
}
export interface Versions {
  /** Engines that start with the clock set back are behind what is stored by so much. */
  readonly lagMs: number;
  /** @param since when the work that is done now can have begun; null: not known */
  known(fnId: string, since: number | null, now: number): Version[];
  /** All there have been. */
  all(fnId: string): Version[];
  afterCommit(changes: readonly RowChange[], now: number): void;
}

/** What is not known to have begun later began at most so long ago. */
const WORK_MS = 60_000;

/** @param inMotion is an engine between storing a change and hearing of it? */
export function createVersions(shadow: Shadow, inMotion: () => boolean, lagMs: number): Versions {
  const old = new Map<string, Old[]>();
  return {
    lagMs,
    known(fnId, since, now) {
      const row = shadow.rows.functions.get(fnId);
      const from = (since ?? now - WORK_MS) - lagMs;
      const before = (old.get(fnId) ?? []).filter(({ goneAt }) => goneAt === null || goneAt >= from);
      return row === undefined ? before : [row, ...before];
    },
    all(fnId) {
      const row = shadow.rows.functions.get(fnId);
      return [...(old.get(fnId) ?? []), ...(row === undefined ? [] : [row])];
    },
    afterCommit(changes, now) {
      if (!inMotion()) for (const one of [...old.values()].flat()) one.goneAt ??= now;
      for (const { table, key, before } of changes) {
        if (table !== "functions" || before === null) continue;
        const { config, mode } = before as unknown as FunctionRow;
        old.set(key, [...(old.get(key) ?? []), { config, mode, goneAt: null }]);
      }
    },
  };
}
