/** Schedules: the list, the ticks of one, and Run now. */
import type { schedulesSchemas } from "@stepwell/api/dashboard/schemas";
import { StepwellError } from "@stepwell/core";
import type { Reads } from "@stepwell/store";
import { type ScheduleRef, schedulesOf, tickViews } from "../../render/schedules.ts";
import { readNames } from "../../render/v2.ts";
import { isoTime } from "../../reply.ts";
import { mapInTurns } from "../../turns.ts";
import type { Handlers } from "../call.ts";
import { scheduleLine } from "../schedules/line.ts";

const TICKS = 50;
/** Long enough for any key that people make, short enough to be no load. */
const LONGEST_KEY = 200;

export const schedulesHandlers: Handlers<keyof typeof schedulesSchemas> = {
  async listSchedules({ engine: { read } }) {
    const [names, functions] = await Promise.all([readNames(read), read.functions()]);
    return { data: await mapInTurns(schedulesOf(functions), (ref) => scheduleLine(ref, names, read)) };
  },

  async listTicks({ engine: { read }, params, query: { cursor, outcome, limit = TICKS } }) {
    const { fn, trigger } = await find(read, params.id);
    const before = cursor === undefined ? {} : { before: instantOf(cursor) };
    const rows = await read.ticks({
      functionId: fn.id,
      cron: trigger.cron,
      limit: limit + 1,
      ...before,
      ...(outcome === undefined ? {} : { outcome }),
    });
    const shown = rows.slice(0, limit);
    const next = rows.length > limit ? isoTime(shown.at(-1)?.scheduledAt ?? null) : null;
    return { data: await tickViews(shown, read), page: { next, limit } };
  },

  async runSchedule({ engine, params, request, caller }) {
    const { fn, trigger } = await find(engine.read, params.id);
    const key = idempotencyKeyOf(request);
    // A key is the caller's own: another one that has the same in mind gets a run of its own.
    const once = key === null ? null : `${caller.kind} ${caller.id} ${key}`;
    const started = await engine.runNow(fn.id, trigger.cron, once);
    const { eventId, runId } = started;
    const detail = { cron: trigger.cron, eventId, ...(runId === null ? {} : { runId }) };
    return { data: started, target: `function ${fn.slug}`, detail };
  },
};

async function find(read: Reads, id: string): Promise<ScheduleRef> {
  const ref = schedulesOf(await read.functions()).find((one) => one.id === id);
  if (ref !== undefined) return ref;
  throw new StepwellError(
    "not_found",
    "There is no schedule with this id. It may have left its app with the last sync.",
  );
}

/** Where a page of ticks ended. @throws StepwellError `query_invalid` */
function instantOf(cursor: string): number {
  const at = Date.parse(cursor);
  if (Number.isFinite(at)) return at;
  throw new StepwellError("query_invalid", "The cursor is not one that a page of ticks has given.");
}

/** `Idempotency-Key`: the same one gives the same run. @throws StepwellError `query_invalid` */
function idempotencyKeyOf(request: Request): string | null {
  const key = request.headers.get("idempotency-key");
  if (key === null || key === "") return null;
  if (key.length <= LONGEST_KEY) return key;
  throw new StepwellError("query_invalid", `The Idempotency-Key is longer than ${LONGEST_KEY} characters.`);
}
