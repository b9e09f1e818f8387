/** Functions: the list, one of them, its mode, and a run of it by hand. */
import type { functionsSchemas } from "@stepwell/api/dashboard/schemas";
import type { JsonObject } from "@stepwell/core";
import type { Handlers } from "../call.ts";
import { findFunction } from "../functions/find-function.ts";
import { functionDetail } from "../functions/function-detail.ts";
import { functionLines } from "../functions/function-lines.ts";

export const functionsHandlers: Handlers<keyof typeof functionsSchemas> = {
  async listFunctions({ engine, query: { archived = false } }) {
    const functions = await engine.read.functions();
    const shown = functions.filter((fn) => archived || !fn.archived);
    return { data: await functionLines(shown, engine) };
  },

  async getFunction({ engine, params, query: { range = "24h" } }) {
    const fn = await findFunction(engine.read, params.id);
    return { data: await functionDetail(fn, range, engine) };
  },

  async setFunctionMode({ engine, params, body }) {
    const before = await findFunction(engine.read, params.id);
    const { mode } = await engine.setMode(before.id, body.mode);
    const target = `function ${before.slug}`;
    return { data: { mode }, target, detail: { before: before.mode, mode } };
  },

  /** Its flow control holds as for any start; the event tells what became of it where no run did. */
  async invokeFunction({ engine, params, body: { data = {} } }) {
    const { eventId, runId, slug } = await engine.invoke(params.id, data as JsonObject);
    const detail = { eventId, ...(runId === null ? {} : { runId }) };
    return { data: { eventId, runId }, target: `function ${slug}`, detail };
  },
};
