/** Reads never lock. They run on a connection of their own, each statement over what is committed. */
import type { Reads } from "@stepwell/store";
import { rowsOf, type Source } from "../rows.ts";
import { readGateCell, seeWake } from "../slices/single.ts";
import { readWaitPaths, seeWaits } from "../slices/waits.ts";
import { asStoreError } from "../sqlite-error.ts";
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
import {
  readCallContext,
  readEventRuns,
  readHistory,
  readOutput,
  readPayload,
  readRun,
  readRunState,
} from "./runs.ts";
import { readLastStatistic, readStatistics } from "./statistics.ts";
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

/** @param bytes what the store takes on disk */
export function createReads(source: Source, bytes: () => number | null): Reads {
  const read = async <R>(look: () => R): Promise<R> => {
    try {
      return look();
    } catch (error) {
      throw asStoreError(error);
    }
  };
  return {
    // All rows: there are tens of apps and hundreds of functions.
    apps: () => read(() => rowsOf(source, "apps", "select * from apps order by name, id")),
    functions: () =>
      read(() => rowsOf(source, "functions", "select * from functions order by app_id, slug, id")),
    event: (id) => read(() => readEvent(source, id)),
    events: (filter) => read(() => readEvents(source, filter)),
    run: (id) => read(() => readRun(source, id)),
    runs: (filter) => read(() => readRuns(source, filter)),
    eventRuns: (id) => read(() => readEventRuns(source, id)),
    output: (id) => read(() => readOutput(source, id)),
    callContext: (id) => read(() => readCallContext(source, id)),
    runState: (id) => read(() => readRunState(source, id)),
    gateCell: (key) => read(() => readGateCell(source, key)),
    payload: (owner, name) => read(() => readPayload(source, owner, name)),
    waitPaths: (name) => read(() => readWaitPaths(source, name)),
    waits: (ask) => read(() => seeWaits(source, ask)),
    history: (id) => read(() => readHistory(source, id)),
    dueWakes: (now, limit) => read(() => readDueWakes(source, now, limit)),
    nextDue: (after) => read(() => readNextDue(source, after)),
    readyPools: () => read(() => readReadyPools(source)),
    blockedCells: (pool) => read(() => readBlockedCells(source, pool)),
    foreignLeases: (node, limit) => read(() => readForeignLeases(source, node, limit)),
    runLeases: (id) => read(() => readRunLeases(source, id)),
    runWakes: (id) => read(() => readRunWakes(source, id)),
    lanes: (ids) => read(() => readLanes(source, ids)),
    queuedBefore: (wake, most) => read(() => countQueuedBefore(source, wake, most)),
    cells: (keys) => read(() => readCells(source, keys)),
    holders: (cell, ofRuns, limit) => read(() => readHolders(source, cell, ofRuns, limit)),
    outcomes: (id) => read(() => readOutcomes(source, id)),
    wake: (id) => read(() => seeWake(source, id)),
    ticks: (filter) => read(() => readTicks(source, filter)),
    countMissed: (functionId, cron, most) => read(() => countMissed(source, functionId, cron, most)),
    countRuns: (filter, most) => read(() => countRuns(source, filter, most)),
    backlog: (most) => read(() => readBacklog(source, most)),
    reruns: (id, limit) => read(() => readReruns(source, id, limit)),
    eventNames: (most) => read(() => readEventNames(source, most)),
    cellsFrom: (prefix, limit) => read(() => readCellsFrom(source, prefix, limit)),
    gateCellsFrom: (prefix, limit) => read(() => readGateCellsFrom(source, prefix, limit)),
    statistics: (filter) => read(() => readStatistics(source, filter)),
    lastStatistic: (widthMs) => read(() => readLastStatistic(source, widthMs)),
    users: () => read(() => readUsers(source)),
    signIn: (id) => read(() => readSignIn(source, id)),
    signInsOf: (userId) => read(() => readSignInsOf(source, userId)),
    expiredSignIns: (before, limit) => read(() => readExpiredSignIns(source, before, limit)),
    apiKeys: () => read(() => readApiKeys(source)),
    audit: (filter) => read(() => readAudit(source, filter)),
    bulkJob: (id) => read(() => readBulkJob(source, id)),
    bulkJobs: (filter) => read(() => readBulkJobs(source, filter)),
    openBulkJobs: () => read(() => readOpenBulkJobs(source)),
    bytes: () => read(bytes),
  };
}
