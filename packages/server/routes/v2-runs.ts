/** The run list, one run, its trace and its cancellation by REST v2 (wire.md §10.2, semantics §10.3). */
import type { RunStatus } from "@stepwell/core";
import type { RunFilter } from "@stepwell/store";
import type { Hono } from "hono";
import type { ServerOptions } from "../context.ts";
import { readFlag, readLimit, readList, readTime, readUlid, readWord, wrong } from "../query.ts";
import { traceOf } from "../render/trace.ts";
import { bareOutput } from "../render/v1.ts";
import { functionRun, readNames } from "../render/v2.ts";
import { dataReply } from "../reply.ts";
import { noRun } from "./v1-runs.ts";

export function v2Runs(app: Hono, { engine }: ServerOptions): void {
  const { read } = engine;
  for (const base of ["/v2", "/api/v2"]) {
    app.get(`${base}/runs`, async (c) => {
      const params = new URL(c.req.url).searchParams;
      const names = await readNames(read);
      const limit = readLimit(params, 20, 400);
      const filter = runFilter(params, limit, await idsOf(params, read));
      const page = filter === null ? { rows: [], cursor: null } : await read.runs(filter);
      return dataReply(
        engine,
        page.rows.map((run) => functionRun(run, names)),
        { cursor: page.cursor, hasMore: page.cursor !== null, limit },
      );
    });

    app.get(`${base}/runs/:id`, async (c) => {
      const run = await read.run(readUlid(c.req.param("id")));
      if (run === null) throw noRun();
      const shown = functionRun(run, await readNames(read));
      if (!wantsOutput(c.req.url)) return dataReply(engine, shown);
      return dataReply(engine, { ...shown, output: bareOutput(await read.output(run.id)) });
    });

    app.get(`${base}/runs/:id/trace`, async (c) => {
      const id = readUlid(c.req.param("id"));
      const [found, history, output] = await Promise.all([
        read.callContext(id),
        read.history(id),
        read.output(id),
      ]);
      if (found === null) throw noRun();
      return dataReply(engine, traceOf(found, history, wantsOutput(c.req.url) ? { output } : null));
    });

    app.post(`${base}/runs/:id/cancel`, async (c) => {
      const id = readUlid(c.req.param("id"));
      if ((await engine.cancel(id)) === "unknown") throw noRun();
      const run = await read.run(id);
      if (run === null) throw noRun();
      return dataReply(engine, functionRun(run, await readNames(read)));
    });
  }
}

function wantsOutput(url: string): boolean {
  return readFlag(new URL(url).searchParams, "includeOutput") === true;
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
async function idsOf(params: URLSearchParams, read: ServerOptions["engine"]["read"]): Promise<Ids> {
  const apps = readList(params, "appId");
  const functions = readList(params, "functionId");
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
function runFilter(params: URLSearchParams, limit: number, { functionIds, appIds }: Ids): RunFilter | null {
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
  const cursor = params.get("cursor");
  if (functionIds?.length === 0 || appIds?.length === 0 || readFlag(params, "isDeferred") === true)
    return null;
  return {
    limit,
    ...(status.length > 0 ? { status } : {}),
    ...(functionIds === null ? {} : { functionIds }),
    ...(appIds === null ? {} : { appIds }),
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
    ...(timeField === undefined ? {} : { timeField }),
    ...(order === undefined ? {} : { order }),
    ...(cursor ? { cursor } : {}),
  };
}
