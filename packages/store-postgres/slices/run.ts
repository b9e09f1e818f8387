/** Runs under their locks: facts, not payloads. All runs of a round in one flight of four statements. */
import type { RunId, StepRow, WakeRow } from "@stepwell/core";
import type { Slices } from "@stepwell/store";
import { rowsOf, type Source, selectList } from "../rows.ts";

export const runSql: Readonly<Record<"run" | "state" | "steps" | "wakes", string>> = {
  // index: primary key
  run: `select ${selectList("runs")} from {runs} where id = any($1::text[])`,
  // index: primary key
  state: `select ${selectList("runStates")} from {run_states} where run_id = any($1::text[])`,
  // index: primary key (run_id, id); the limit keeps the planner from turning the join around
  steps: `select s.* from unnest($1::text[], $2::text[]) wanted (run_id, id)
    cross join lateral (select ${selectList("steps")} from {steps} steps
      where steps.run_id = wanted.run_id and steps.id = wanted.id limit 1) s`,
  // index: wakes_run; sorted here, or the planner might walk the primary key for its order
  wakes: `select ${selectList("wakes")} from {wakes}
    where run_id = any($1::text[]) and run_id is not null`,
};

export async function seeRuns(
  source: Source,
  asks: readonly Slices["run"]["ask"][],
): Promise<Slices["run"]["see"][]> {
  const ids = [...new Set(asks.map(({ runId }) => runId))];
  const pairs = asks.flatMap(({ runId, steps }) => steps.map((step) => [runId, step] as const));
  const [runs, states, steps, wakes] = await Promise.all([
    rowsOf(source, "runs", runSql.run, ids),
    rowsOf(source, "runStates", runSql.state, ids),
    pairs.length === 0
      ? []
      : rowsOf(
          source,
          "steps",
          runSql.steps,
          pairs.map(([runId]) => runId),
          pairs.map(([, step]) => step),
        ),
    rowsOf(source, "wakes", runSql.wakes, ids),
  ]);
  const runById = new Map(runs.map((run) => [run.id, run]));
  const stateById = new Map(states.map(({ runId, state }) => [runId, state]));
  return asks.map((ask) => {
    const run = runById.get(ask.runId);
    if (run === undefined) return null;
    return {
      run,
      state: stateById.get(ask.runId) ?? null,
      steps: stepsOf(ask, steps),
      wakes: wakesOf(ask.runId, wakes),
    };
  });
}

function stepsOf({ runId, steps }: Slices["run"]["ask"], rows: readonly StepRow[]): Map<string, StepRow> {
  const wanted = new Set(steps);
  const found = rows.filter((row) => row.runId === runId && wanted.has(row.id));
  return new Map(found.map((row) => [row.id, row]));
}

function wakesOf(runId: RunId, rows: readonly WakeRow[]): WakeRow[] {
  return rows.filter((row) => row.runId === runId).sort((a, b) => (a.id < b.id ? -1 : 1));
}
