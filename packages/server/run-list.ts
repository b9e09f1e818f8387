/** The run list: its filters as people write them, its pages and its total (semantics §10.3). */
import type { ListPage } from "@stepwell/api";
import type { RunRow, RunStatus, Search } from "@stepwell/core";
import type { Page, Reads, RunFilter } from "@stepwell/store";
import { readFlag, readLimit, readList, readTime, readWord, wrong } from "./query.ts";
import {
  COUNT_BOUND,
  countList,
  type Listed,
  readSearch,
  runMatches,
  SEARCH_BOUND,
  searchList,
} from "./search.ts";

const PAGE = 20;
const LARGEST_PAGE = 400;

/** One page of the run list. @throws StepwellError `query_invalid` */
export async function listRuns(
  params: URLSearchParams,
  read: Reads,
): Promise<{ rows: RunRow[]; page: ListPage }> {
  const limit = readLimit(params, PAGE, LARGEST_PAGE);
  const search = readSearch(params, ["event", "output", "error"]);
  const withTotal = readFlag(params, "includeTotal") === true;
  const filter = runFilter(params, await idsOf(params, read));
  const cursor = params.get("cursor") || undefined;
  if (filter === null)
    return {
      rows: [],
      page: { cursor: null, hasMore: false, limit, ...(withTotal ? { total: 0, totalExact: true } : {}) },
    };
  const list: Listed<RunRow> = {
    page: (after, size) => read.runs(pageOf(filter, after, size)),
    idOf: (run) => run.id,
    matches: (run) => search === undefined || runMatches(read, search, run),
  };
  const found: Page<RunRow> =
    search === undefined
      ? await read.runs(pageOf(filter, cursor, limit))
      : await searchList(list, cursor, limit);
  return {
    rows: found.rows,
    page: {
      cursor: found.cursor,
      hasMore: found.cursor !== null,
      limit,
      ...(withTotal ? await totalOf(list, search) : {}),
    },
  };
}

async function totalOf(
  list: Listed<RunRow>,
  search: Search | undefined,
): Promise<Pick<ListPage, "total" | "totalExact">> {
  const { total, totalExact } = await countList(list, boundOf(search));
  return { total, totalExact };
}

function pageOf(filter: Omit<RunFilter, "limit">, cursor: string | undefined, limit: number): RunFilter {
  return { ...filter, limit, ...(cursor === undefined ? {} : { cursor }) };
}

function boundOf(search: Search | undefined): typeof SEARCH_BOUND {
  return search === undefined ? COUNT_BOUND : SEARCH_BOUND;
}

const statuses: Record<string, RunStatus> = {
  queued: "queued",
  scheduled: "queued",
  running: "running",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
  skipped: "skipped",
};
const timeFields = {
  queued_at: "queuedAt",
  queuedat: "queuedAt",
  started_at: "startedAt",
  startedat: "startedAt",
  ended_at: "endedAt",
  endedat: "endedAt",
} as const;

interface Ids {
  functionIds: string[] | null;
  appIds: string[] | null;
}

/** Apps may be named by id or name, functions by id or slug; null: not filtered by. */
async function idsOf(params: URLSearchParams, read: Reads): Promise<Ids> {
  const apps = [...readList(params, "appId"), ...readList(params, "appIDs")];
  const functions = [...readList(params, "functionId"), ...readList(params, "functionIDs")];
  const ids: Ids = { functionIds: null, appIds: null };
  if (apps.length > 0)
    ids.appIds = (await read.apps())
      .filter((app) => apps.includes(app.id) || apps.includes(app.name))
      .map((app) => app.id);
  if (functions.length > 0)
    ids.functionIds = (await read.functions())
      .filter((fn) => functions.includes(fn.id) || functions.includes(fn.slug))
      .map((fn) => fn.id);
  return ids;
}

/** Null: nothing can match, because an app or function is unknown, or only deferred runs are asked for. */
function runFilter(params: URLSearchParams, { functionIds, appIds }: Ids): Omit<RunFilter, "limit"> | null {
  const status = readList(params, "status").map((word) => {
    const found = statuses[word.toLowerCase()];
    if (found === undefined)
      throw wrong(`status "${word}" is not one of ${Object.keys(statuses).join(", ")}`);
    return found;
  });
  const from = readTime(params, "from");
  const until = readTime(params, "until");
  const timeField = readWord(params, "timeField", timeFields);
  const order = readWord(params, "order", { asc: "asc", desc: "desc" } as const);
  if (functionIds?.length === 0 || appIds?.length === 0 || readFlag(params, "isDeferred") === true)
    return null;
  return {
    ...(status.length > 0 ? { status } : {}),
    ...(functionIds === null ? {} : { functionIds }),
    ...(appIds === null ? {} : { appIds }),
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
    ...(timeField === undefined ? {} : { timeField }),
    ...(order === undefined ? {} : { order }),
  };
}
