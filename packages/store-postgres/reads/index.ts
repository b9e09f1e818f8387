/**
 * Reads never lock. Each is one flight on a connection of its own kind: a transaction that sees one moment,
 * with a bound on its time, so that none holds back the cleaning of queue tables for long (hard-parts.md §7).
 */
import type { PayloadCodec, Reads } from "@stepwell/store";
import type { Links } from "../links.ts";
import { asStoreError, isLost } from "../postgres-error.ts";
import { rowsOf, type Source, selectList } from "../rows.ts";
import { readGateCell, seeWakes } from "../slices/single.ts";
import { readWaitPaths, seeWaits } from "../slices/waits.ts";
import {
  readApiKeys,
  readAudit,
  readExpiredSignIns,
  readSignIn,
  readSignInsOf,
  readUsers,
} from "./access.ts";
import { readBulkJob, readBulkJobs, readOpenBulkJobs } from "./bulk.ts";
import { readEvent, readEventNames, readEvents } from "./events.ts";
import {
  readBlockedCells,
  readDueWakes,
  readForeignLeases,
  readNextDue,
  readReadyPools,
  readRunLeases,
} from "./queue.ts";
import { countRuns, readBacklog, readReruns, readRuns } from "./run-pages.ts";
import { readCallContext, readEventRuns, readHistory, readPayload, readRun, readRunState } from "./runs.ts";
import { readBytes, readLastStatistic, readStatistics } from "./statistics.ts";
import { countMissed, readTicks } from "./ticks.ts";
import {
  countQueuedBefore,
  readCells,
  readCellsFrom,
  readGateCellsFrom,
  readHolders,
  readLanes,
  readOutcomes,
  readRunWakes,
} from "./waiting.ts";

/** Without bitmaps: what a planner that knows nothing of a table reads by one, it sorts, and a page of it is all. */
export const PLANNING = "set local enable_seqscan = off; set local enable_bitmapscan = off";
const BEGIN = `begin isolation level repeatable read read only; ${PLANNING};
  set local statement_timeout = '5s'`;
const sql = {
  // All rows: there are tens of apps and hundreds of functions.
  apps: `select ${selectList("apps")} from {apps} order by name, id`,
  functions: `select ${selectList("functions")} from {functions} order by app_id, slug, id`,
} as const;

export function createReads(links: Links, codec: PayloadCodec, schema: string): Reads {
  /** @param look sends all its statements at once: the end of the transaction is sent right behind them */
  const read = async <R>(look: (source: Source) => Promise<R>): Promise<R> => {
    try {
      return await links.use(async (link) => {
        try {
          const begun = link.exec(BEGIN);
          const found = look({ link, codec });
          const [result] = await Promise.all([found, begun, link.exec("commit")]);
          return result;
        } catch (error) {
          if (isLost(error)) void link.close();
          throw error;
        }
      });
    } catch (error) {
      throw asStoreError(error);
    }
  };
  return {
    apps: () => read((source) => rowsOf(source, "apps", sql.apps)),
    functions: () => read((source) => rowsOf(source, "functions", sql.functions)),
    event: (id) => read((source) => readEvent(source, id)),
    events: (filter) => read((source) => readEvents(source, filter)),
    run: (id) => read((source) => readRun(source, id)),
    runs: (filter) => read((source) => readRuns(source, filter)),
    eventRuns: (id) => read((source) => readEventRuns(source, id)),
    output: (id) => read((source) => readPayload(source, id, "output")),
    callContext: (id) => read((source) => readCallContext(source, id)),
    payload: (owner, name) => read((source) => readPayload(source, owner, name)),
    waitPaths: (name) => read(async (source) => (await readWaitPaths(source, [name])).get(name) ?? []),
    waits: (ask) => read(async (source) => (await seeWaits(source, [ask]))[0] ?? []),
    runState: (id) => read((source) => readRunState(source, id)),
    gateCell: (key) => read((source) => readGateCell(source, key)),
    history: (id) => read((source) => readHistory(source, id)),
    dueWakes: (now, limit) => read((source) => readDueWakes(source, now, limit)),
    nextDue: (after) => read((source) => readNextDue(source, after)),
    readyPools: () => read((source) => readReadyPools(source)),
    blockedCells: (pool) => read((source) => readBlockedCells(source, pool)),
    foreignLeases: (node, limit) => read((source) => readForeignLeases(source, node, limit)),
    runLeases: (id) => read((source) => readRunLeases(source, id)),
    runWakes: (id) => read((source) => readRunWakes(source, id)),
    lanes: (ids) => read((source) => readLanes(source, ids)),
    queuedBefore: (wake, most) => read((source) => countQueuedBefore(source, wake, most)),
    cells: (keys) => read((source) => readCells(source, keys)),
    holders: (cell, ofRuns, limit) => read((source) => readHolders(source, cell, ofRuns, limit)),
    outcomes: (id) => read((source) => readOutcomes(source, id)),
    wake: (id) => read(async (source) => (await seeWakes(source, [id]))[0] ?? null),
    ticks: (filter) => read((source) => readTicks(source, filter)),
    countMissed: (functionId, cron, most) => read((source) => countMissed(source, functionId, cron, most)),
    countRuns: (filter, most) => read((source) => countRuns(source, filter, most)),
    backlog: (most) => read((source) => readBacklog(source, most)),
    reruns: (id, limit) => read((source) => readReruns(source, id, limit)),
    eventNames: (most) => read((source) => readEventNames(source, most)),
    cellsFrom: (prefix, limit) => read((source) => readCellsFrom(source, prefix, limit)),
    gateCellsFrom: (prefix, limit) => read((source) => readGateCellsFrom(source, prefix, limit)),
    statistics: (filter) => read((source) => readStatistics(source, filter)),
    lastStatistic: (widthMs) => read((source) => readLastStatistic(source, widthMs)),
    users: () => read(readUsers),
    signIn: (id) => read((source) => readSignIn(source, id)),
    signInsOf: (userId) => read((source) => readSignInsOf(source, userId)),
    expiredSignIns: (before, limit) => read((source) => readExpiredSignIns(source, before, limit)),
    apiKeys: () => read(readApiKeys),
    audit: (filter) => read((source) => readAudit(source, filter)),
    bulkJob: (id) => read((source) => readBulkJob(source, id)),
    bulkJobs: (filter) => read((source) => readBulkJobs(source, filter)),
    openBulkJobs: () => read(readOpenBulkJobs),
    bytes: () => read((source) => readBytes(source, schema)),
  };
}
