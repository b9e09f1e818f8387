/** Functions as lines of their list: what starts them, how they did over the last day, what they do now. */
import type { FunctionLine } from "@stepwell/api/dashboard";
import type { FunctionRow, Instant, StatisticRow, Trigger } from "@stepwell/core";
import type { Engine } from "@stepwell/engine";
import type { Reads } from "@stepwell/store";
import { type Names, readNames } from "../../render/v2.ts";
import { isoTime } from "../../reply.ts";
import { mapInTurns } from "../../turns.ts";
import { relatedRun } from "../runs/run-lines.ts";
import {
  countRow,
  emptyTally,
  endedOf,
  floorTo,
  percentile,
  planOf,
  readCounted,
  type Tally,
  tallyOf,
} from "../statistics/index.ts";
import { cronWords } from "./cron-words.ts";
import { countOpen } from "./open-runs.ts";

/** Open runs of a function are counted as far as this. */
const MOST_OPEN = 1_000;

/** The lines of these functions, in their order. */
export async function functionLines(
  functions: readonly FunctionRow[],
  engine: Engine,
): Promise<FunctionLine[]> {
  const { read } = engine;
  const plan = planOf("24h", engine.now());
  const only = functions.length === 1 ? functions.map(({ id }) => id) : undefined;
  const [names, [day]] = await Promise.all([readNames(read), readCounted(engine, [plan], only)]);
  const rows = Map.groupBy(day?.rows ?? [], ({ functionId }) => functionId);
  return mapInTurns(functions, (fn) => lineOf(fn, { names, plan, rows: rows.get(fn.id) ?? [], read }));
}

interface Known {
  names: Names;
  plan: { points: Instant[]; stepMs: number };
  /** Of the last day, of this function. */
  rows: readonly StatisticRow[];
  read: Reads;
}

async function lineOf(fn: FunctionRow, known: Known): Promise<FunctionLine> {
  const { id, appId, slug, config, mode, archived } = fn;
  const { names, plan, rows, read } = known;
  const hours = new Map<Instant, Tally>();
  const day = emptyTally();
  for (const row of rows) {
    countRow(tallyOf(hours, floorTo(row.at, plan.stepMs)), row);
    countRow(day, row);
  }
  const [newest, queued, running] = await Promise.all([
    read.runs({ functionIds: [id], limit: 1 }),
    countOpen(read, "queued", [id], MOST_OPEN),
    countOpen(read, "running", [id], MOST_OPEN),
  ]);
  const [last] = newest.rows;
  return {
    id,
    name: config.name,
    slug,
    app: { id: appId, name: names.app(appId)?.name ?? "" },
    mode,
    archived,
    triggers: config.triggers.map(triggerView),
    sparkline: plan.points.map((at) => sparkOf(at, hours.get(at) ?? emptyTally())),
    ended: endedOf(day),
    failed: day.failed,
    p50Ms: percentile(day.runMs, 0.5),
    p95Ms: percentile(day.runMs, 0.95),
    queued,
    running,
    lastRun: last === undefined ? null : relatedRun(last, names),
  };
}

function triggerView(trigger: Trigger): FunctionLine["triggers"][number] {
  if ("cron" in trigger) return { kind: "cron", text: trigger.cron, words: cronWords(trigger.cron) };
  const { event, expression } = trigger;
  return { kind: "event", text: event, words: expression === undefined ? null : `if ${expression}` };
}

function sparkOf(at: Instant, { completed, failed, cancelled }: Tally): FunctionLine["sparkline"][number] {
  return { at: isoTime(at), completed, failed, cancelled };
}
