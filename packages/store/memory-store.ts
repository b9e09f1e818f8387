/**
 * A store that lives as long as the process: for tests, for trying out, and as the plainest statement
 * of what a store does. Rows are kept encoded, so that nothing is shared with the caller and what
 * does not survive a database does not survive here.
 */
import type { DurationMs, Instant, TableName } from "@stepwell/core";
import { createGathering, type GroupResult, type Outcome, type Waiting } from "./gather.ts";
import { checkWriters } from "./guard.ts";
import { createHintSum } from "./hints.ts";
import { createReads } from "./memory/reads.ts";
import { createSliceReaders } from "./memory/slices.ts";
import { createTables, keyText } from "./memory/table.ts";
import { type Counters, writeChanges } from "./memory/write.ts";
import { identityCodec, type PayloadCodec } from "./payload-codec.ts";
import type { Store } from "./port.ts";
import { schema } from "./schema.ts";
import { seeSlices } from "./slices.ts";

export interface MemoryStoreOptions {
  codec?: PayloadCodec;
  /** Commits that may wait; one more is refused. */
  maxPending?: number;
}

/**
 * A store in memory.
 * @example
 * const store = createMemoryStore();
 * await store.migrate();
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): Store {
  const { codec = identityCodec, maxPending } = options;
  const tables = createTables(Object.keys(schema) as TableName[]);
  const readers = createSliceReaders(tables, codec);
  const counters: Counters = { sequence: 0, insertion: 0 };
  let floor: Instant = 0;
  let movedMs: DurationMs = 0;

  const rawOf = (table: "wakes" | "leases", id: string) => tables[table].get(keyText(table, { id }));

  function run(group: readonly Waiting[]): GroupResult {
    const hints = createHintSum();
    const outcomes = group.map(({ ask, now, decide }): Outcome => {
      floor = Math.max(floor, now);
      try {
        const { write, reply } = decide(seeSlices(readers, ask));
        checkWriters(write, ask.pool !== undefined, (id) => (rawOf("wakes", id)?.["lane"] ?? null) !== null);
        writeChanges(tables, write, codec, counters);
        hints.add(write, (id) => (rawOf("leases", id)?.["pool"] as string | undefined) ?? null);
        return { reply };
      } catch (error) {
        return { error };
      }
    });
    return { outcomes, hint: hints.total() };
  }

  const gathering = createGathering(run, maxPending === undefined ? {} : { maxPending });
  return {
    exclusive: true,
    commit: gathering.commit,
    onHint: gathering.onHint,
    read: createReads(tables, codec),
    clock: async () => ({ offsetMs: 0, floor, movedMs }),
    async moveClock(ms) {
      movedMs = Math.max(movedMs, ms);
    },
    migrate: async () => {},
    close: gathering.close,
  };
}
