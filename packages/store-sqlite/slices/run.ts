/** A run under its lock: facts, not payloads. */
import type { StepRow } from "@stepwell/core";
import type { Slices } from "@stepwell/store";
import { rowOf, rowsOf, type Source } from "../rows.ts";

export const runSql = {
  // index: unique (id)
  run: "select * from runs where id = ?",
  // index: primary key
  state: "select * from run_states where run_id = ?",
  // index: primary key (run_id, id)
  step: "select * from steps where run_id = ? and id = ?",
  // index: wakes_run
  wakes: "select * from wakes where run_id = ? order by id",
} as const;

export function seeRun(source: Source, { runId, steps }: Slices["run"]["ask"]): Slices["run"]["see"] {
  const run = rowOf(source, "runs", runSql.run, runId);
  if (run === null) return null;
  const stored = new Map<string, StepRow>();
  for (const id of steps) {
    const step = rowOf(source, "steps", runSql.step, runId, id);
    if (step !== null) stored.set(id, step);
  }
  const state = rowOf(source, "runStates", runSql.state, runId)?.state ?? null;
  return { run, state, steps: stored, wakes: rowsOf(source, "wakes", runSql.wakes, runId) };
}
