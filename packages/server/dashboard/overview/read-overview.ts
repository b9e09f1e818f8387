/** The first page in one answer. No part of it takes longer the more runs and events the store holds. */
import type { Attention, Overview, Range } from "@stepwell/api/dashboard";
import type { FunctionId, Instant } from "@stepwell/core";
import type { Engine } from "@stepwell/engine";
import type { BacklogLine, Reads } from "@stepwell/store";
import { isoTime } from "../../reply.ts";
import { countOpen } from "../functions/open-runs.ts";
import {
  type Counted,
  endedOf,
  planOf,
  readCounted,
  seriesOf,
  sumByFunction,
  sumOf,
} from "../statistics/index.ts";
import { failingFunctions } from "./failing.ts";
import { type Known, readKnown } from "./known.ts";
import { pausedFunctions, storeTrouble, syncErrors } from "./standing.ts";
import { missedTicks, nextTicks } from "./ticks.ts";
import { longWaits } from "./waiting.ts";

const MOST_BACKLOG = 10;
const MOST_ATTENTION = 20;
/** Open runs are counted as far as this. */
const MOST_OPEN = 10_000;
const severities: readonly Attention["severity"][] = ["error", "warning", "notice"];

/**
 * @param appId of this app only; absent: of all
 * @throws StepwellError `not_found`: no app has this id
 */
export async function readOverview(
  engine: Engine,
  range: Range,
  appId: string | undefined,
): Promise<Overview> {
  const { read } = engine;
  const now = engine.now();
  const known = await readKnown(read, appId);
  const ids = known.ids === null ? null : [...known.ids];
  const [running, queued, backlog, charts, ticks, empty] = await Promise.all([
    countOpen(read, "running", ids, MOST_OPEN),
    countOpen(read, "queued", ids, MOST_OPEN),
    read.backlog(MOST_OPEN),
    readCharts(engine, ids, range, now),
    nextTicks(known, read),
    readEmpty(known, read),
  ]);
  const total = sumOf(charts.shown.rows);
  const lines = backlog.filter(({ functionId }) => ids === null || known.fn(functionId) !== undefined);
  return {
    running,
    queued,
    ended: endedOf(total),
    failed: total.failed,
    oldestWait: oldestOf(known, lines),
    series: seriesOf(range, planOf(range, now), charts.shown),
    backlog: backlogOf(known, lines, backlog),
    attention: await readAttention(engine, known, charts, lines, now),
    nextTicks: ticks,
    empty,
  };
}

/** The first line has the longest wait. */
function oldestOf(known: Known, [oldest]: readonly BacklogLine[]): Overview["oldestWait"] {
  if (oldest === undefined) return null;
  const { oldestRunId: runId, functionId, oldestAt } = oldest;
  return { runId, function: known.functionName(functionId), since: isoTime(oldestAt) };
}

interface Charts {
  shown: Counted;
  hour: Counted;
  day: Counted;
}

async function readCharts(
  engine: Engine,
  ids: FunctionId[] | null,
  range: Range,
  now: Instant,
): Promise<Charts> {
  const [recent, lately, whole] = [planOf("1h", now), planOf("24h", now), planOf(range, now)];
  const spans = [recent, lately, { ...whole, total: true as const }];
  const [hour, day, shown] = await readCounted(engine, spans, ids ?? undefined);
  if (hour === undefined || day === undefined || shown === undefined)
    throw new Error("invariant: each span is counted");
  return { shown, hour, day };
}

/** @param all lines of all apps: where the queue is longer than was looked at, each may be too short */
function backlogOf(
  known: Known,
  lines: readonly BacklogLine[],
  all: readonly BacklogLine[],
): Overview["backlog"] {
  const capped = all.reduce((sum, { count }) => sum + count, 0) >= MOST_OPEN;
  const longest = lines.toSorted((a, b) => b.count - a.count).slice(0, MOST_BACKLOG);
  return longest.map(({ functionId, count, oldestAt }) => ({
    function: known.functionName(functionId),
    app: known.appName(functionId),
    queued: { count, capped },
    oldestAt: isoTime(oldestAt),
  }));
}

async function readAttention(
  engine: Engine,
  known: Known,
  { hour, day }: Charts,
  backlog: readonly BacklogLine[],
  now: Instant,
): Promise<Attention[]> {
  const { read } = engine;
  const byDay = sumByFunction(day.rows);
  const parts = await Promise.all([
    storeTrouble(engine.health()),
    syncErrors(known),
    failingFunctions(known, sumByFunction(hour.rows), byDay, read),
    longWaits(known, backlog, now, engine),
    missedTicks(known, now, read),
    pausedFunctions(known, byDay, read),
  ]);
  const rank = ({ severity }: Attention): number => severities.indexOf(severity);
  return parts
    .flat()
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, MOST_ATTENTION);
}

async function readEmpty(known: Known, read: Reads): Promise<Overview["empty"]> {
  const [events, runs] = await Promise.all([read.events({ limit: 1 }), read.runs({ limit: 1 })]);
  return { apps: known.apps.length === 0, events: events.rows.length === 0, runs: runs.rows.length === 0 };
}
