/** Which runs a bulk action would act on, which it would not and why: the frozen list behind a preview. */
import { setImmediate as otherRequests } from "node:timers/promises";
import type { BulkAction } from "@stepwell/api/dashboard";
import { hasEnded, type Instant, type RunRow, type RunStatus, StepwellError } from "@stepwell/core";
import type { Engine } from "@stepwell/engine";
import { type Names, readNames } from "../../render/v2.ts";
import { countRuns, findRuns, type RunSelection, selectRuns } from "../runs/select-runs.ts";
import { actionWords } from "./job.ts";

/** A job has no more runs. */
const MOST_RUNS = 10_000;
const PAGE = 400;
/** A filter that looks into payloads is followed for so long; what lies behind is told. */
const LONGEST_MS = 10_000;

export interface Chosen {
  /** In the order of the list, the newest first. */
  runs: RunRow[];
  /** There are more than a job may have. */
  capped: boolean;
  excluded: { count: number; why: string }[];
  /** Only runs queued since then were looked at; null: all. */
  searchedTo: Instant | null;
}

const statuses: readonly RunStatus[] = ["queued", "running", "completed", "failed", "cancelled", "skipped"];
/** Runs that an action is for: only open ones can be cancelled, only ended ones are run again. */
const isFor = (action: BulkAction, status: RunStatus): boolean => hasEnded(status) === (action === "rerun");

/** @throws StepwellError `query_invalid` */
export async function chooseByFilter(action: BulkAction, q: string, engine: Engine): Promise<Chosen> {
  const { read } = engine;
  const [selection, names] = await Promise.all([selectRuns(q, read, engine.now()), readNames(read)]);
  const found = await walk(
    ofStatus(selection, (status) => isFor(action, status)),
    engine,
    names,
    action,
  );
  const others = await countRuns(
    ofStatus(selection, (status) => !isFor(action, status)),
    read,
    MOST_RUNS,
  );
  const more = others.capped ? " (and perhaps more)" : "";
  return { ...found, excluded: [...wrongStatus(action, others.count, more), ...found.excluded] };
}

/** Of chosen runs, those that are there and can be acted on. */
export async function chooseByIds(
  action: BulkAction,
  ids: readonly string[],
  engine: Engine,
): Promise<Chosen> {
  const { read } = engine;
  const names = await readNames(read);
  const rows = await Promise.all([...new Set(ids)].map((id) => read.run(id)));
  const there = rows.filter((run) => run !== null);
  const fitting = there.filter(({ status }) => isFor(action, status));
  const { runs, take, left } = sieve(action, names);
  for (const run of fitting.sort((a, b) => b.queuedAt - a.queuedAt)) take(run);
  return {
    runs,
    capped: false,
    excluded: [
      ...some(rows.length - there.length, "are not there: their id is wrong, or they are gone"),
      ...wrongStatus(action, there.length - fitting.length),
      ...left(),
    ],
    searchedTo: null,
  };
}

/** Why a run cannot be run again whatever its status is; null: it can. */
function obstacle({ functionId }: RunRow, names: Names): string | null {
  const fn = names.fn(functionId);
  if (fn === undefined || fn.archived)
    return "are of functions that are no longer in their app, so they cannot be run again";
  return fn.mode === "active"
    ? null
    : "are of functions that are paused or drained, which start nothing: resume them first";
}

/** Takes runs that can be acted on, and counts the others by what is in the way. */
function sieve(
  action: BulkAction,
  names: Names,
): { runs: RunRow[]; take(run: RunRow): void; left(): Chosen["excluded"] } {
  const runs: RunRow[] = [];
  const counts = new Map<string, number>();
  return {
    runs,
    take(run) {
      const why = action === "rerun" ? obstacle(run, names) : null;
      if (why === null) runs.push(run);
      else counts.set(why, (counts.get(why) ?? 0) + 1);
    },
    left: () => [...counts].map(([why, count]) => ({ count, why })),
  };
}

function wrongStatus(action: BulkAction, count: number, more = ""): Chosen["excluded"] {
  const state = action === "cancel" ? "have ended already" : "have not ended yet";
  return some(count, `${state}, so they cannot be ${actionWords[action]}${more}`);
}

function some(count: number, why: string): Chosen["excluded"] {
  return count === 0 ? [] : [{ count, why }];
}

/** The same selection, of some statuses only. */
function ofStatus({ filter, matches }: RunSelection, wanted: (status: RunStatus) => boolean): RunSelection {
  if (filter === null) return { filter, matches };
  const status = (filter.status ?? statuses).filter(wanted);
  return { filter: status.length === 0 ? null : { ...filter, status }, matches };
}

async function walk(
  selection: RunSelection,
  { read }: Engine,
  names: Names,
  action: BulkAction,
): Promise<Chosen> {
  const end = performance.now() + LONGEST_MS;
  const { runs, take, left } = sieve(action, names);
  let cursor: string | undefined;
  for (;;) {
    const found = await findRuns(selection, read, { cursor, limit: PAGE });
    found.rows.forEach(take);
    const excluded = left();
    const capped = runs.length > MOST_RUNS;
    if (capped || found.cursor === null)
      return { runs: runs.slice(0, MOST_RUNS), capped, excluded, searchedTo: null };
    if (performance.now() >= end) {
      const last = found.stoppedAt ?? found.rows.at(-1) ?? null;
      return { runs, capped, excluded, searchedTo: last?.queuedAt ?? null };
    }
    cursor = found.cursor;
    await otherRequests();
  }
}

/** @throws StepwellError `bulk_refused` for a list that no job may have */
export function checkSize(count: number, capped: boolean): void {
  if (capped)
    throw new StepwellError(
      "bulk_refused",
      `More than ${MOST_RUNS.toLocaleString("en")} runs match, and a job takes no more. Narrow the filter, for instance with \`since:\` or \`function:\`.`,
    );
  if (count === 0) throw new StepwellError("bulk_refused", "There is no run to act on.");
}
