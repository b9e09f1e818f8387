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
import { readEvent, readEvents } from "./events.ts";
import {
  readBlockedCells,
  readDueWakes,
  readForeignLeases,
  readNextDue,
  readReadyPools,
  readRunLeases,
} from "./queue.ts";
import {
  readCallContext,
  readEventRuns,
  readHistory,
  readPayload,
  readRun,
  readRunState,
  readRuns,
} from "./runs.ts";
import { countMissed, readTicks } from "./ticks.ts";
import {
  countQueuedBefore,
  readCells,
  readHolders,
  readLanes,
  readOutcomes,
  readRunWakes,
} from "./waiting.ts";

const BEGIN = `begin isolation level repeatable read read only; set local enable_seqscan = off;
  set local statement_timeout = '5s'`;
const sql = {
  // All rows: there are tens of apps and hundreds of functions.
  apps: `select ${selectList("apps")} from {apps} order by name, id`,
  functions: `select ${selectList("functions")} from {functions} order by app_id, slug, id`,
} as const;

export function createReads(links: Links, codec: PayloadCodec): Reads {
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
  };
}
