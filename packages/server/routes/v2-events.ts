/** One event and the runs that it started by REST v2 (wire.md §10.2, semantics §10.5). */
import { StepwellError } from "@stepwell/core";
import type { Hono } from "hono";
import type { ServerOptions } from "../context.ts";
import { readRunsOf } from "../event-runs.ts";
import { readLimit, readUlid } from "../query.ts";
import { eventView, functionRun, readNames } from "../render/v2.ts";
import { dataReply } from "../reply.ts";

const MOST_RUNS = 40;

export function v2Events(app: Hono, { engine }: ServerOptions): void {
  const { read } = engine;
  for (const base of ["/v2", "/api/v2"]) {
    app.get(`${base}/events/:id`, async (c) => {
      const id = readUlid(c.req.param("id"));
      const [event, runs, names] = await Promise.all([read.event(id), readRunsOf(read, id), readNames(read)]);
      if (event === null) throw noEvent();
      return dataReply(engine, eventView(event, runs, names));
    });

    app.get(`${base}/events/:id/runs`, async (c) => {
      const id = readUlid(c.req.param("id"));
      const limit = readLimit(new URL(c.req.url).searchParams, MOST_RUNS, MOST_RUNS);
      const [event, runs, names] = await Promise.all([read.event(id), readRunsOf(read, id), readNames(read)]);
      if (event === null) throw noEvent();
      const shown = runs.slice(0, limit).map((run) => functionRun(run, names));
      return dataReply(engine, shown, { cursor: null, hasMore: runs.length > limit, limit });
    });
  }
}

export function noEvent(): StepwellError {
  return new StepwellError("not_found", "There is no event with this id.");
}
