/** What the API and the pump read, over tables in memory. */
import type { Json, TableName, Tables } from "@stepwell/core";
import type { PayloadCodec } from "../payload-codec.ts";
import type { EventFilter, Page, Reads, RunFilter, StoredEvent } from "../port.ts";
import { decodeRow, type SqlRow } from "../rows.ts";
import { columnName } from "../schema.ts";
import { createDashboardReads } from "./dashboard-reads.ts";
import { keyText, type MemoryTables, sorted } from "./table.ts";

export function createReads(tables: MemoryTables, codec: PayloadCodec): Reads {
  const one = <T extends TableName>(table: T, key: Record<string, unknown>): Tables[T] | null => {
    const raw = tables[table].get(keyText(table, key));
    return raw === undefined ? null : decodeRow(table, raw, codec);
  };
  const many = <T extends TableName>(table: T, raw: Iterable<SqlRow>): Tables[T][] =>
    [...raw].map((row) => decodeRow(table, row, codec));
  const payload = (owner: string, name: string): Json => one("payloads", { owner, name })?.value ?? null;
  const event = (id: string): StoredEvent | null => {
    const row = one("events", { id });
    return row === null ? null : { row, body: payload(id, "event") };
  };
  const ticksOf = (functionId: string, cron: string): SqlRow[] =>
    tables.ticks.where("function_id", functionId).filter((row) => row["cron"] === cron);
  const later = (): SqlRow[] => sorted(tables.wakes.where("lane", null), "due_at", "id");

  return {
    apps: async () => many("apps", sorted([...tables.apps.all()], "name", "id")),
    functions: async () => many("functions", sorted([...tables.functions.all()], "app_id", "slug", "id")),
    event: async (id) => event(id),
    events: async (filter) => {
      const page = eventPage(tables, filter);
      return { ...page, rows: page.rows.map((row) => event(String(row["id"])) as StoredEvent) };
    },
    run: async (id) => one("runs", { id }),
    runs: async (filter) => {
      const page = runPage(tables, filter);
      return { ...page, rows: many("runs", page.rows) };
    },
    eventRuns: async (id) => many("runs", sorted(tables.runs.where("event_id", id), "seq")),
    output: async (id) => payload(id, "output"),
    async callContext(id) {
      const run = one("runs", { id });
      if (run === null) return null;
      const steps = many("steps", sorted(tables.steps.where("run_id", id), "ord"));
      return {
        run,
        state: one("runStates", { runId: id })?.state ?? null,
        events: run.eventIds.map(event).filter((found) => found !== null),
        steps: steps.map((row) => ({ row, result: payload(id, `step:${row.id}`) })),
      };
    },
    runState: async (id) => one("runStates", { runId: id })?.state ?? null,
    gateCell: async (key) => one("gateCells", { key }),
    payload: async (owner, name) => payload(owner, name),
    waitPaths: async (name) =>
      tables.waitPaths
        .where("name", name)
        .map((row) => String(row["path"]))
        .sort(),
    waits: async ({ name, anchors, after, limit }) => {
      const hits = tables.waits
        .where("name", name)
        .filter(
          (row) => anchors.includes(String(row["anchor"])) && (after === null || String(row["id"]) > after),
        );
      return many("waits", sorted(hits, "id").slice(0, limit));
    },
    history: async (id) => many("history", sorted(tables.history.where("run_id", id), "id")),
    dueWakes: async (now, limit) =>
      many(
        "wakes",
        later()
          .filter((row) => Number(row["due_at"]) <= now)
          .slice(0, limit),
      ),
    nextDue: async (after = Number.NEGATIVE_INFINITY) => {
      const first = later().find((row) => Number(row["due_at"]) > after);
      return first === undefined ? null : Number(first["due_at"]);
    },
    readyPools: async () => {
      const pools = new Set<string>();
      for (const row of tables.nudges.all()) pools.add(String(row["pool"]));
      for (const row of tables.leases.all()) if (row["freed"] === 1) pools.add(String(row["pool"]));
      for (const row of tables.lanes.all()) if (row["blocked"] === null) pools.add(String(row["pool"]));
      return [...pools].sort();
    },
    blockedCells: async (pool) => {
      const blocked = tables.lanes.where("pool", pool).map((row) => row["blocked"] ?? null);
      return [...new Set(blocked.filter((cell) => cell !== null).map(String))].sort();
    },
    foreignLeases: async (node, limit) => {
      const foreign = [...tables.leases.all()].filter(
        (row) => row["freed"] === 0 && row["node"] !== node && row["node"] !== "",
      );
      return many("leases", sorted(foreign, "node", "id").slice(0, limit));
    },
    runLeases: async (id) =>
      many(
        "leases",
        sorted(
          tables.leases.where("run_id", id).filter((row) => row["freed"] === 0),
          "id",
        ),
      ),
    runWakes: async (id) => many("wakes", sorted(tables.wakes.where("run_id", id), "due_at", "id")),
    lanes: async (ids) => ids.map((lane) => one("lanes", { lane })).filter((row) => row !== null),
    queuedBefore: async ({ id, lane, score }, most) => {
      const before = tables.wakes
        .where("lane", lane)
        .filter((row) => Number(row["score"]) < score || (row["score"] === score && String(row["id"]) < id));
      return Math.min(most, before.length);
    },
    cells: async (keys) => keys.map((cell) => one("cells", { cell })).filter((row) => row !== null),
    holders: async (cell, ofRuns, limit) => {
      const live = [...tables.leases.all()].filter(
        (row) => row["freed"] === 0 && (row["node"] === "") === ofRuns,
      );
      const hits = many("leases", sorted(live, "node", "id")).filter((row) => row.cells.includes(cell));
      return hits.slice(0, limit);
    },
    outcomes: async (id) => many("outcomes", sorted(tables.outcomes.where("event_id", id), "function_id")),
    wake: async (id) => one("wakes", { id }),
    ticks: async ({ functionId, cron, outcome, before, limit }) => {
      const hits = ticksOf(functionId, cron).filter(
        (row) =>
          (outcome === undefined || row["outcome"] === outcome) &&
          (before === undefined || Number(row["scheduled_at"]) < before),
      );
      return many("ticks", sorted(hits, "scheduled_at").reverse().slice(0, limit));
    },
    countMissed: async (functionId, cron, most) =>
      Math.min(most, ticksOf(functionId, cron).filter((row) => row["outcome"] === "missed").length),
    countRuns: async (filter, most) => Math.min(most, runsLike(tables, filter).length),
    ...createDashboardReads(tables, codec),
  };
}

function runPage(tables: MemoryTables, filter: RunFilter): Page<SqlRow> {
  const time = columnName(filter.timeField ?? "queuedAt");
  const order = filter.order ?? "desc";
  const last = tables.runs.get(keyText("runs", { id: filter.cursor }));
  return pageOf(runsLike(tables, filter), last, time, order, filter);
}

function runsLike(tables: MemoryTables, filter: Omit<RunFilter, "cursor" | "limit">): SqlRow[] {
  const time = columnName(filter.timeField ?? "queuedAt");
  const { status, functionIds, appIds, from, until } = filter;
  return [...tables.runs.all()].filter((row) => {
    const at = Number(row[time]);
    if (row[time] === null || (from !== undefined && at < from) || (until !== undefined && at >= until))
      return false;
    return (
      isAmong(status, row["status"]) &&
      isAmong(functionIds, row["function_id"]) &&
      isAmong(appIds, row["app_id"])
    );
  });
}

function eventPage(tables: MemoryTables, filter: EventFilter): Page<SqlRow> {
  const { name, receivedAfter, receivedBefore, includeInternal, afterSeq } = filter;
  const hits = [...tables.events.all()].filter((row) => {
    const at = Number(row["received_at"]);
    if (receivedAfter !== undefined && at <= receivedAfter) return false;
    if (receivedBefore !== undefined && at >= receivedBefore) return false;
    if (afterSeq !== undefined && Number(row["seq"]) <= afterSeq) return false;
    return (
      (name === undefined || row["name"] === name) && (includeInternal === true || row["internal"] === 0)
    );
  });
  const last = tables.events.get(keyText("events", { id: filter.cursor }));
  return pageOf(hits, last, "received_at", "desc", filter);
}

function isAmong(wanted: readonly unknown[] | undefined, value: unknown): boolean {
  return wanted === undefined || wanted.includes(value);
}

/** Ordered by (time, seq); what follows the cursor's row. A cursor that is not stored is followed by nothing. */
function pageOf(
  hits: SqlRow[],
  last: SqlRow | undefined,
  time: string,
  order: "asc" | "desc",
  { cursor, limit }: { cursor?: string; limit: number },
): Page<SqlRow> {
  let rows = sorted(hits, time, "seq");
  if (order === "desc") rows.reverse();
  if (cursor !== undefined)
    rows = last === undefined ? [] : rows.filter((row) => isPast(row, last, time, order));
  const page = rows.slice(0, limit);
  return { rows: page, cursor: rows.length > limit ? String(page.at(-1)?.["id"]) : null };
}

function isPast(row: SqlRow, last: SqlRow, time: string, order: "asc" | "desc"): boolean {
  if (last[time] === null) return false;
  const ahead = Number(row[time]) - Number(last[time]) || Number(row["seq"]) - Number(last["seq"]);
  return order === "desc" ? ahead < 0 : ahead > 0;
}
