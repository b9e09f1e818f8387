/** Runs: the list, one run, its trace, why it waits, and what can be done to it. */
import type { runsSchemas } from "@stepwell/api/dashboard/schemas";
import type { Json } from "@stepwell/core";
import { readUlid } from "../../query.ts";
import { waitingReason } from "../../render/waiting.ts";
import { noRun } from "../../routes/v1-runs.ts";
import { readTrace } from "../../run-trace.ts";
import type { Handlers } from "../call.ts";
import { runLines } from "../runs/run-lines.ts";
import { readRunView } from "../runs/run-view.ts";
import { countRuns, findRuns, selectRuns } from "../runs/select-runs.ts";
import { withinBudget } from "../runs/trace-payloads.ts";

const PAGE = 50;
const MOST_COUNTED = 10_000;

export const runsHandlers: Handlers<keyof typeof runsSchemas> = {
  async listRuns({ query: { q, cursor, limit = PAGE }, engine }) {
    const selection = await selectRuns(q, engine.read, engine.now());
    const after = cursor === undefined ? undefined : readUlid(cursor);
    const found = await findRuns(selection, engine.read, { cursor: after, limit });
    return {
      data: await runLines(found.rows, engine),
      page: { next: found.cursor, limit },
      ...(found.stoppedAt === null ? {} : { searchedTo: found.stoppedAt.queuedAt }),
    };
  },

  async countRuns({ query: { q }, engine }) {
    const selection = await selectRuns(q, engine.read, engine.now());
    return { data: await countRuns(selection, engine.read, MOST_COUNTED) };
  },

  async getRun({ params, engine }) {
    const view = await readRunView(readUlid(params.id), engine);
    if (view === null) throw noRun();
    return { data: view };
  },

  async getRunTrace({ params, query, engine }) {
    const trace = await readTrace(engine.read, readUlid(params.id), true);
    if (trace === null) throw noRun();
    return { data: withinBudget(trace, query.span) };
  },

  async getRunWhy({ params, engine }) {
    const id = readUlid(params.id);
    const [run, reasons] = await Promise.all([engine.read.run(id), engine.why(id)]);
    if (run === null) throw noRun();
    return { data: reasons.map(waitingReason) };
  },

  async cancelRun({ params, engine }) {
    const id = readUlid(params.id);
    const status = await engine.cancel(id);
    if (status === "unknown") throw noRun();
    return { data: { status }, target: `run ${id}`, detail: { status } };
  },

  async rerunRun({ params, body: { fromStep }, engine }) {
    const id = readUlid(params.id);
    const { stepId, input } = fromStep ?? {};
    const from =
      stepId === undefined ? null : { stepId, ...(input === undefined ? {} : { input: input as Json[] }) };
    const { runId } = await engine.rerun(id, from);
    const detail = { newRunId: runId, fromStep: stepId ?? null, withInput: input !== undefined };
    return { data: { runId }, target: `run ${id}`, detail };
  },
};
