/** The slices of a commit, over tables in memory. */
import type { GateCellRow, RunStatus, StepRow, TableName, Tables } from "@stepwell/core";
import type { PayloadCodec } from "../payload-codec.ts";
import { type PoolRows, seePool } from "../pool-slice.ts";
import { decodeRow, type SqlRow } from "../rows.ts";
import { heldBy, type SliceReaders } from "../slices.ts";
import { keyText, type MemoryTables, sorted } from "./table.ts";

export function createSliceReaders(tables: MemoryTables, codec: PayloadCodec): SliceReaders {
  const one = <T extends TableName>(table: T, key: Record<string, unknown>): Tables[T] | null => {
    const raw = tables[table].get(keyText(table, key));
    return raw === undefined ? null : decodeRow(table, raw, codec);
  };
  const many = <T extends TableName>(table: T, raw: SqlRow[]): Tables[T][] =>
    raw.map((row) => decodeRow(table, row, codec));

  const poolRows: PoolRows = {
    freed: (pool) =>
      many(
        "leases",
        sorted(
          tables.leases.where("pool", pool).filter((row) => row["freed"] === 1),
          "id",
        ),
      ),
    nudges: (pool, limit) => many("nudges", sorted(tables.nudges.where("pool", pool), "id").slice(0, limit)),
    lane: (lane) => one("lanes", { lane }),
    open: (pool, limit) => {
      const open = tables.lanes.where("pool", pool).filter((row) => row["blocked"] === null);
      return many("lanes", sorted(open, "head", "lane").slice(0, limit));
    },
    blockedOn: (cell, limit) =>
      many(
        "lanes",
        sorted(tables.lanes.where("blocked", cell), "function_id", "head", "lane").slice(0, limit),
      ),
    functionsOn: (cell) => {
      const functions = tables.lanes.where("blocked", cell).map((row) => String(row["function_id"]));
      return [...new Set(functions)].sort();
    },
    blockedOf: (cell, functionId, limit) => {
      const blocked = tables.lanes.where("blocked", cell).filter((row) => row["function_id"] === functionId);
      return many("lanes", sorted(blocked, "head", "lane").slice(0, limit));
    },
    cell: (cell) => one("cells", { cell }),
    cellsBetween: (after, before, limit) => {
      const between = [...tables.cells.all()].filter(
        (row) => String(row["cell"]) > after && String(row["cell"]) < before,
      );
      return many("cells", sorted(between, "cell").slice(0, limit));
    },
    heads: (lane, low, limit) => {
      const queued = tables.wakes.where("lane", lane).filter((row) => Number(row["score"]) >= low);
      return many("wakes", sorted(queued, "score", "id").slice(0, limit));
    },
  };

  return {
    run({ runId, steps }) {
      const run = one("runs", { id: runId });
      if (run === null) return null;
      const stored = new Map<string, StepRow>();
      for (const id of steps) {
        const step = one("steps", { runId, id });
        if (step !== null) stored.set(id, step);
      }
      const wakes = many("wakes", sorted(tables.wakes.where("run_id", runId), "id"));
      return { run, state: one("runStates", { runId })?.state ?? null, steps: stored, wakes };
    },
    lease: (id) => one("leases", { id }),
    wake: (id) => one("wakes", { id }),
    tick: (key) => one("ticks", key),
    gates(keys) {
      const cells = new Map<string, GateCellRow>();
      for (const key of keys) {
        const cell = one("gateCells", { key });
        if (cell !== null) cells.set(key, cell);
      }
      return cells;
    },
    holders(keys) {
      const found = new Map<string, RunStatus>();
      for (const key of keys) {
        const runId = heldBy(one("gateCells", { key }));
        const run = runId === null ? null : one("runs", { id: runId });
        if (run !== null) found.set(key, run.status);
      }
      return found;
    },
    events: (ids) => new Set(ids.filter((id) => one("events", { id }) !== null)),
    app: (id) => ({
      app: one("apps", { id }),
      functions: many("functions", sorted(tables.functions.where("app_id", id), "id")),
    }),
    waits({ name, anchors, after, limit }) {
      const wanted = new Set<unknown>(anchors);
      const hits = tables.waits
        .where("name", name)
        .filter((row) => wanted.has(row["anchor"]) && (after === null || String(row["id"]) > after));
      return many("waits", sorted(hits, "id").slice(0, limit));
    },
    awaited: (names) => {
      const paths = names.map((name) => sorted(tables.waitPaths.where("name", name), "path"));
      const known = names.map(
        (name, at) => [name, (paths[at] ?? []).map((row) => String(row["path"]))] as const,
      );
      return new Map(known.filter(([, found]) => found.length > 0));
    },
    signals: (names) => {
      const waiting = names.map((name) => {
        const rows = tables.waits.where("name", name).filter((row) => row["kind"] === "signal");
        return [name, many("waits", sorted(rows, "seq"))] as const;
      });
      return new Map(waiting.filter(([, rows]) => rows.length > 0));
    },
    users: () => many("users", sorted([...tables.users.all()], "name", "id")),
    bulkJob({ id, most }) {
      const job = one("bulkJobs", { id });
      if (job === null) return null;
      const waiting = tables.bulkItems.where("job_id", id).filter((row) => row["outcome"] === "waiting");
      return { job, waiting: many("bulkItems", sorted(waiting, "ord").slice(0, most)) };
    },
    pool: (ask) => seePool(poolRows, ask),
  };
}
