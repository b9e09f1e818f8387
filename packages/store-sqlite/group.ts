/**
 * One group of commits in one transaction (hard-parts.md §8). Each in turn sees, decides, writes; later
 * ones see what earlier ones wrote. A decision that throws has written nothing and leaves the group
 * alone. An error of the database takes the whole group back; then each is tried by itself.
 */
import type { DurationMs, Instant } from "@stepwell/core";
import {
  checkWriters,
  createHintSum,
  type GroupResult,
  type HintSum,
  joinHints,
  type Outcome,
  type SliceReaders,
  seeSlices,
  type Waiting,
} from "@stepwell/store";
import type { Source } from "./rows.ts";
import { createSliceReaders } from "./slices/index.ts";
import { asStoreError, sqliteCode } from "./sqlite-error.ts";
import { runStatements, statementsOf } from "./write.ts";

export interface Grouping {
  run(group: readonly Waiting[]): GroupResult;
  /** The store's time has been at least `floor`, and has been moved by so much. */
  clock(): { floor: Instant; movedMs: DurationMs };
  /** Keeps a larger `movedMs`, in a transaction of its own. */
  move(movedMs: DurationMs): void;
}

/** The one row of the store: read and written once per group. */
interface Marks {
  sequence: number;
  floor: Instant;
  wrote: boolean;
}

const sql = {
  marks: "select sequence, floor, moved from store where id = 1",
  keepMarks: "update store set sequence = ?, floor = ? where id = 1",
  keepMoved: "update store set moved = max(moved, ?) where id = 1",
  isQueued: "select 1 from wakes where id = ? and lane is not null",
  poolOfLease: "select pool from leases where id = ?",
} as const;

export function createGrouping(source: Source): Grouping {
  const { db } = source;
  const readers = createSliceReaders(source);
  let floor: Instant = 0;

  function run(group: readonly Waiting[]): GroupResult {
    for (const { now } of group) floor = Math.max(floor, now);
    try {
      return together(group);
    } catch (error) {
      rollBack();
      if (group.length === 1) return { outcomes: [{ error: asStoreError(error) }], hint: null };
    }
    const results = group.map((one) => run([one]));
    return {
      outcomes: results.flatMap((result) => result.outcomes),
      hint: joinHints(results.map(({ hint }) => hint)),
    };
  }

  /** @throws what the database throws; the caller rolls back */
  function together(group: readonly Waiting[]): GroupResult {
    const hints = createHintSum();
    rollBack();
    db.exec("begin immediate");
    const marks = readMarks();
    const outcomes = group.map((one) => commitOne(source, readers, one, marks, hints));
    if (marks.wrote) db.run(sql.keepMarks, marks.sequence, marks.floor);
    db.exec("commit");
    return { outcomes, hint: hints.total() };
  }

  function readMarks(): Marks {
    const row = db.get(sql.marks);
    floor = Math.max(floor, Number(row?.["floor"] ?? 0));
    return { sequence: Number(row?.["sequence"] ?? 0), floor, wrote: false };
  }

  function rollBack(): void {
    try {
      if (db.inTransaction) db.exec("rollback");
    } catch {
      // The next group tries again; SQLite has ended the transaction itself when the disk is the cause.
    }
  }

  return {
    run,
    clock() {
      const row = db.get(sql.marks);
      floor = Math.max(floor, Number(row?.["floor"] ?? 0));
      return { floor, movedMs: Number(row?.["moved"] ?? 0) };
    },
    move(movedMs) {
      // What a failed group left open would take this with it.
      rollBack();
      db.run(sql.keepMoved, movedMs);
    },
  };
}

/** @throws errors of the database only */
function commitOne(
  source: Source,
  readers: SliceReaders,
  { ask, decide }: Waiting,
  marks: Marks,
  hints: HintSum,
): Outcome {
  const { db, codec } = source;
  try {
    const { write, reply } = decide(seeSlices(readers, ask));
    checkWriters(write, ask.pool !== undefined, (id) => db.get(sql.isQueued, id) !== null);
    const statements = statementsOf(write, codec, () => {
      marks.sequence += 1;
      return marks.sequence;
    });
    if (statements.length > 0) marks.wrote = true;
    runStatements(db, statements);
    hints.add(write, (id) => (db.get(sql.poolOfLease, id)?.["pool"] as string | undefined) ?? null);
    return { reply };
  } catch (error) {
    if (sqliteCode(error) !== null) throw error;
    return { error };
  }
}
