/** A page of runs is a few statements, and as many of them over a thousand runs as over ten. */
import type { RunStatus } from "@stepwell/core";
import { identityCodec, MOST_BRANCHES, type RunFilter } from "@stepwell/store";
import { expect, test } from "vitest";
import { openConnection, type SqliteDriver } from "../driver.ts";
import { migrate } from "../migrations/index.ts";
import { countRuns, readRuns } from "./run-pages.ts";

const statuses: RunStatus[] = ["queued", "running", "completed", "failed", "cancelled", "skipped"];

/** A file with so many runs of seven functions of two apps, and what has been asked of it. */
function counted(runs: number): { db: SqliteDriver; taken: () => number } {
  const db = openConnection(":memory:", { timeoutMs: 0 });
  migrate(db);
  for (let n = 0; n < 7; n += 1)
    db.run("insert into functions values (?, ?, 's', 1, '{}', 0, 'active')", `f${n}`, `a${n % 2}`);
  for (let n = 0; n < runs; n += 1)
    db.run(
      `insert into runs (id, function_id, app_id, function_version, event_id, event_ids, event_name, status, queued_at)
        values (?, ?, ?, 1, 'e', '["e"]', 'x', ?, ?)`,
      `r${n}`,
      `f${n % 7}`,
      `a${(n % 7) % 2}`,
      statuses[n % 5] ?? "queued",
      n,
    );
  let asked = 0;
  const counting: SqliteDriver = {
    ...db,
    get inTransaction() {
      return db.inTransaction;
    },
    all: (...args) => {
      asked += 1;
      return db.all(...args);
    },
    get: (...args) => {
      asked += 1;
      return db.get(...args);
    },
  };
  return {
    db: counting,
    taken() {
      const sum = asked;
      asked = 0;
      return sum;
    },
  };
}

const filters: [Omit<RunFilter, "limit">, number][] = [
  [{}, 1],
  [{ status: ["failed"] }, 1],
  [{ status: statuses, functionIds: ["f1", "f2", "f3"] }, 1],
  [{ appIds: ["a0", "a1"], status: ["failed", "queued"] }, 2],
  [{ appIds: ["a1"], cursor: "r9" }, 3],
  [{ timeField: "startedAt", status: ["failed"] }, 1],
];
test.each(filters)("%j: as many statements over many runs", (filter, statements) => {
  for (const runs of [10, 1000]) {
    const { db, taken } = counted(runs);
    readRuns({ db, codec: identityCodec }, { ...filter, limit: 50 });
    expect([runs, taken()]).toEqual([runs, statements]);
  }
});

test("more functions than can be merged are walked over, with the same result", () => {
  const { db } = counted(100);
  const source = { db, codec: identityCodec };
  const others = Array.from({ length: MOST_BRANCHES }, (_, n) => `none${n}`);
  const [few, many] = [
    ["f1", "f2"],
    ["f1", "f2", ...others],
  ].map((functionIds) => ({
    page: readRuns(source, { functionIds, limit: 20 }),
    count: countRuns(source, { functionIds }, 20),
  }));
  expect(many).toEqual(few);
  expect(few?.page.rows).toHaveLength(20);
});
