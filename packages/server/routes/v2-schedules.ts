/** Schedules by REST v2: the list with last, next and missed ticks, and the ticks of one (semantics §3.4). */
import { StepwellError } from "@stepwell/core";
import type { Hono } from "hono";
import type { ServerOptions } from "../context.ts";
import { readLimit, readTime, readWord } from "../query.ts";
import { schedulesOf, scheduleView, tickViews } from "../render/schedules.ts";
import { readNames } from "../render/v2.ts";
import { dataReply, isoTime } from "../reply.ts";

export function v2Schedules(app: Hono, { engine }: ServerOptions): void {
  const { read } = engine;
  for (const base of ["/v2", "/api/v2"]) {
    app.get(`${base}/schedules`, async (c) => {
      const params = new URL(c.req.url).searchParams;
      const limit = readLimit(params, 20, 100);
      const [names, functions] = await Promise.all([readNames(read), read.functions()]);
      const all = schedulesOf(functions);
      const cursor = params.get("cursor");
      // As elsewhere: a cursor that is not there any more is followed by nothing.
      const at = cursor ? all.findIndex((ref) => ref.id === cursor) : -1;
      const rest = cursor && at < 0 ? [] : all.slice(at + 1);
      const shown = rest.slice(0, limit);
      const data = await Promise.all(shown.map((ref) => scheduleView(ref, names, read)));
      const next = rest.length > limit ? (shown.at(-1)?.id ?? null) : null;
      return dataReply(engine, data, { cursor: next, hasMore: next !== null, limit });
    });

    app.get(`${base}/schedules/:id/ticks`, async (c) => {
      const params = new URL(c.req.url).searchParams;
      const limit = readLimit(params, 20, 400);
      const before = readTime(params, "cursor");
      const outcome = readWord(params, "outcome", { missed: "missed" } as const);
      const ref = schedulesOf(await read.functions()).find((one) => one.id === c.req.param("id"));
      if (ref === undefined)
        throw new StepwellError("not_found", "There is no schedule with this id: see GET /v2/schedules.");
      const rows = await read.ticks({
        functionId: ref.fn.id,
        cron: ref.trigger.cron,
        limit: limit + 1,
        ...(before === undefined ? {} : { before }),
        ...(outcome === undefined ? {} : { outcome }),
      });
      const shown = rows.slice(0, limit);
      const next = rows.length > limit ? isoTime(shown.at(-1)?.scheduledAt ?? null) : null;
      const page = { cursor: next, hasMore: next !== null, limit };
      return dataReply(engine, await tickViews(shown, read), page);
    });
  }
}
