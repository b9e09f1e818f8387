/** What only the dashboard reads: counts, who may use it and what they did, bulk jobs, statistics. */
import type { TableName, Tables } from "@stepwell/core";
import type { PayloadCodec } from "../payload-codec.ts";
import type { AuditFilter, BacklogLine, Page, Reads, StatisticFilter } from "../port.ts";
import { decodeRow, type SqlRow } from "../rows.ts";
import { keyText, type MemoryTables, sorted } from "./table.ts";

type DashboardReads = Pick<
  Reads,
  | "backlog"
  | "reruns"
  | "eventNames"
  | "cellsFrom"
  | "gateCellsFrom"
  | "statistics"
  | "lastStatistic"
  | "users"
  | "signIn"
  | "signInsOf"
  | "expiredSignIns"
  | "apiKeys"
  | "audit"
  | "bulkJob"
  | "bulkJobs"
  | "openBulkJobs"
  | "bytes"
>;

export function createDashboardReads(tables: MemoryTables, codec: PayloadCodec): DashboardReads {
  const one = <T extends TableName>(table: T, key: Record<string, unknown>): Tables[T] | null => {
    const raw = tables[table].get(keyText(table, key));
    return raw === undefined ? null : decodeRow(table, raw, codec);
  };
  const many = <T extends TableName>(table: T, raw: Iterable<SqlRow>): Tables[T][] =>
    [...raw].map((row) => decodeRow(table, row, codec));
  const all = (table: TableName): SqlRow[] => [...tables[table].all()];
  const page = <T extends "audit" | "bulkJobs">(
    table: T,
    rows: SqlRow[],
    { cursor, limit }: { cursor?: string; limit: number },
  ): Page<Tables[T]> => {
    const following = rows.filter((row) => cursor === undefined || String(row["id"]) < cursor);
    const shown = many(table, sorted(following, "id").reverse().slice(0, limit));
    return { rows: shown, cursor: following.length > limit ? (shown.at(-1)?.id ?? null) : null };
  };

  return {
    backlog: async (most) => backlogOf(all("runs"), most),
    reruns: async (id, limit) => {
      const hits = all("runs").filter((row) => row["original_run_id"] === id);
      return many("runs", sorted(hits, "seq").reverse().slice(0, limit));
    },
    eventNames: async (most) => newestByName(all("events")).slice(0, most),
    cellsFrom: async (prefix, limit) =>
      many("cells", beginning(all("cells"), "cell", prefix).slice(0, limit)),
    gateCellsFrom: async (prefix, limit) =>
      many("gateCells", beginning(all("gateCells"), "key", prefix).slice(0, limit)),
    statistics: async (filter) => {
      const hits = all("statistics").filter((row) => isWanted(row, filter));
      return many("statistics", sorted(hits, "at", "function_id"));
    },
    lastStatistic: async (widthMs) => {
      const ofWidth = all("statistics").filter((row) => row["width_ms"] === widthMs);
      const last = sorted(ofWidth, "at").at(-1);
      return last === undefined ? null : Number(last["at"]);
    },
    users: async () => many("users", sorted(all("users"), "name", "id")),
    signIn: async (id) => one("signIns", { id }),
    signInsOf: async (userId) =>
      many("signIns", sorted(tables.signIns.where("user_id", userId), "created_at", "id").reverse()),
    expiredSignIns: async (before, limit) => {
      const expired = all("signIns").filter((row) => Number(row["expires_at"]) < before);
      return many("signIns", sorted(expired, "expires_at", "id").slice(0, limit));
    },
    apiKeys: async () => many("apiKeys", sorted(all("apiKeys"), "created_at", "id").reverse()),
    audit: async (filter) =>
      page(
        "audit",
        all("audit").filter((row) => isLike(row, filter)),
        filter,
      ),
    bulkJob: async (id) => one("bulkJobs", { id }),
    bulkJobs: async (filter) => page("bulkJobs", all("bulkJobs"), filter),
    openBulkJobs: async () => {
      const open = all("bulkJobs").filter((row) => row["ended_at"] === null);
      return many("bulkJobs", sorted(open, "id"));
    },
    bytes: async () => null,
  };
}

function backlogOf(runs: SqlRow[], most: number): BacklogLine[] {
  const queued = runs.filter((row) => row["status"] === "queued");
  const lines = new Map<string, BacklogLine>();
  for (const row of sorted(queued, "queued_at", "seq").slice(0, most)) {
    const functionId = String(row["function_id"]);
    const line = lines.get(functionId);
    if (line !== undefined) line.count += 1;
    else {
      const oldest = { oldestAt: Number(row["queued_at"]), oldestRunId: String(row["id"]) };
      lines.set(functionId, { functionId, count: 1, ...oldest });
    }
  }
  return [...lines.values()];
}

function newestByName(events: SqlRow[]): { name: string; lastAt: number }[] {
  const newest = new Map<string, number>();
  for (const row of events) {
    const name = String(row["name"]);
    const at = Number(row["received_at"]);
    if (row["internal"] === 0) newest.set(name, Math.max(newest.get(name) ?? at, at));
  }
  const names = [...newest].map(([name, lastAt]) => ({ name, lastAt }));
  return names.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function beginning(rows: SqlRow[], column: string, prefix: string): SqlRow[] {
  return sorted(
    rows.filter((row) => String(row[column]).startsWith(prefix)),
    column,
  );
}

function isWanted(row: SqlRow, { widthMs, from, until, functionIds }: StatisticFilter): boolean {
  const at = Number(row["at"]);
  if (row["width_ms"] !== widthMs || at < from || at >= until) return false;
  return functionIds === undefined || functionIds.includes(String(row["function_id"]));
}

function isLike(row: SqlRow, { actor, action }: AuditFilter): boolean {
  return (
    (actor === undefined || row["actor"] === actor) && (action === undefined || row["action"] === action)
  );
}
