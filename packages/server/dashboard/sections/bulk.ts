/** Bulk actions: preview, confirm, follow, and what can be done to a job (issue E §3). */

import { type BulkVerb, bulkVerbs } from "@stepwell/api/dashboard";
import type { bulkSchemas } from "@stepwell/api/dashboard/schemas";
import { type BulkJobRow, StepwellError } from "@stepwell/core";
import type { Engine } from "@stepwell/engine";
import { checkSize, chooseByFilter, chooseByIds } from "../bulk/choose.ts";
import { deskOf, type Preview } from "../bulk/desk.ts";
import { actedOn, DEFAULT_RATE, newJob } from "../bulk/job.ts";
import { jobView, previewView } from "../bulk/view.ts";
import type { Caller, Handlers } from "../call.ts";

const PAGE = 50;
/** Above so many runs, the number is typed to confirm. */
const CONFIRM_OVER = 100;

export const bulkHandlers: Handlers<keyof typeof bulkSchemas> = {
  async previewBulk({ engine, caller, body: { action, q, ids } }) {
    const chosen = await (ids === undefined
      ? chooseByFilter(action, q ?? "", engine)
      : chooseByIds(action, ids, engine));
    const { runs, capped, searchedTo } = chosen;
    const frozen = { action, q: q ?? null, runIds: runs.map(({ id }) => id), capped };
    const token = deskOf(engine).keep(frozen, caller, engine.now());
    return {
      data: await previewView(action, chosen, token, engine),
      detail: { action, filter: frozen.q, total: runs.length },
      ...(searchedTo === null ? {} : { searchedTo }),
    };
  },

  async startBulk({ engine, caller, body: { token, rate = DEFAULT_RATE, confirmCount } }) {
    const desk = deskOf(engine);
    const preview = desk.find(token, caller, engine.now());
    if (preview === null) throw new StepwellError("bulk_preview_gone");
    if (preview.job === null) checkConfirmed(preview, confirmCount);
    // A repeated confirmation, such as a second click, is answered with the same job.
    preview.job ??= start(engine, preview, rate, caller).catch((error: unknown) => {
      preview.job = null;
      throw error;
    });
    const job = await preview.job;
    desk.nudge(job.id);
    const { id, action, filter, total } = job;
    return { data: jobView(job), target: `bulk ${id}`, detail: { action, filter, total, rate: job.rate } };
  },

  async listBulk({ engine, query: { cursor, limit = PAGE } }) {
    const page = await engine.read.bulkJobs({ limit, ...(cursor === undefined ? {} : { cursor }) });
    return { data: page.rows.map(jobView), page: { next: page.cursor, limit } };
  },

  async getBulk({ engine, params }) {
    const job = await engine.read.bulkJob(params.id);
    if (job === null) throw noJob();
    return { data: jobView(job) };
  },

  async actOnBulk({ engine, params: { id, verb } }) {
    if (!isVerb(verb))
      throw new StepwellError("not_found", `A bulk job can be told ${bulkVerbs.join(", ")}.`);
    const job = await engine.commit({ bulkJob: { id, most: 1 } }, ({ bulkJob }, { now }) => {
      if (bulkJob === null) throw noJob();
      const set = actedOn(bulkJob.job, verb, now);
      if (set === null) return { write: [], reply: bulkJob.job };
      const reply: BulkJobRow = { ...bulkJob.job, ...set };
      return { write: [{ update: "bulkJobs", key: { id }, set }], reply };
    });
    if (verb === "resume") deskOf(engine).nudge(id);
    return { data: jobView(job), target: `bulk ${id}`, detail: { verb, status: job.status } };
  },
};

/** @throws StepwellError `bulk_refused` */
function checkConfirmed({ runIds, capped }: Preview, confirmCount: number | undefined): void {
  const total = runIds.length;
  checkSize(total, capped);
  if (confirmCount === total || (confirmCount === undefined && total <= CONFIRM_OVER)) return;
  const given = confirmCount === undefined ? "it is not given" : `it is ${confirmCount}`;
  throw new StepwellError(
    "bulk_refused",
    `Give the number of runs to confirm: \`confirmCount\` must be ${total}, and ${given}.`,
  );
}

/** Where a commit before has failed, and was written all the same, its job is the one. */
async function start(engine: Engine, preview: Preview, rate: number, caller: Caller): Promise<BulkJobRow> {
  const { action, q, runIds } = preview;
  preview.jobId ??= engine.newId();
  const id = preview.jobId;
  return engine.commit({ bulkJob: { id, most: 1 } }, ({ bulkJob }, { now }) => {
    if (bulkJob !== null) return { write: [], reply: bulkJob.job };
    const job = { id, action, filter: q, rate, createdBy: caller.name };
    const { row, write } = newJob(job, runIds, now);
    return { write, reply: row };
  });
}

function isVerb(verb: string): verb is BulkVerb {
  return bulkVerbs.some((one) => one === verb);
}

function noJob(): StepwellError {
  return new StepwellError("not_found", "There is no bulk job with this id.");
}
