/** `GET /v1/events`, one event, and the runs that it started (wire.md §10.1, semantics §10.5). */
import { StepwellError } from "@stepwell/core";
import type { EventFilter } from "@stepwell/store";
import type { Hono } from "hono";
import type { ServerOptions } from "../context.ts";
import { readFlag, readLimit, readTime, readUlid } from "../query.ts";
import { v1Event, v1Run } from "../render/v1.ts";
import { readNames } from "../render/v2.ts";
import { dataReply } from "../reply.ts";

export function v1Events(app: Hono, { engine }: ServerOptions): void {
  const { read } = engine;
  app.get("/v1/events", async (c) => {
    const page = await read.events(eventFilter(new URL(c.req.url).searchParams));
    return dataReply(engine, page.rows.map(v1Event));
  });

  app.get("/v1/events/:id", async (c) => {
    const event = await read.event(readUlid(c.req.param("id")));
    if (event === null) throw new StepwellError("not_found", "There is no event with this id.");
    return dataReply(engine, v1Event(event));
  });

  app.get("/v1/events/:id/runs", async (c) => {
    const id = readUlid(c.req.param("id"));
    const [event, runs] = await Promise.all([read.event(id), read.eventRuns(id)]);
    if (event === null) throw new StepwellError("not_found", "There is no event with this id.");
    const names = await readNames(read);
    const shown = runs.map(async (run) => v1Run(run, await read.output(run.id), names.fn(run.functionId)));
    return dataReply(engine, await Promise.all(shown));
  });
}

function eventFilter(params: URLSearchParams): EventFilter {
  const name = params.get("name");
  const cursor = params.get("cursor");
  const receivedAfter = readTime(params, "received_after");
  const receivedBefore = readTime(params, "received_before");
  // Internal events are hidden from lists unless they are asked for (TR-12).
  const internal = readFlag(params, "include_internal") ?? name?.toLowerCase().startsWith("inngest/");
  return {
    limit: readLimit(params, 20, 100),
    ...(name ? { name } : {}),
    ...(cursor ? { cursor: readUlid(cursor) } : {}),
    ...(receivedAfter === undefined ? {} : { receivedAfter }),
    ...(receivedBefore === undefined ? {} : { receivedBefore }),
    ...(internal === undefined ? {} : { includeInternal: internal }),
  };
}
