/** `GET /v1/events`, one event, and the runs that it started (wire.md §10.1, semantics §10.5). */
import type { Hono } from "hono";
import type { ServerOptions } from "../context.ts";
import { listEvents } from "../event-list.ts";
import { readRunsOf } from "../event-runs.ts";
import { readUlid } from "../query.ts";
import { v1Event, v1Run } from "../render/v1.ts";
import { readNames } from "../render/v2.ts";
import { eventOutcome } from "../render/waiting.ts";
import { dataReply } from "../reply.ts";
import { noEvent } from "./v2-events.ts";

export function v1Events(app: Hono, { engine }: ServerOptions): void {
  const { read } = engine;
  app.get("/v1/events", async (c) => {
    const { rows, page } = await listEvents(new URL(c.req.url).searchParams, read);
    return dataReply(engine, rows.map(v1Event), page);
  });

  app.get("/v1/events/:id", async (c) => {
    const id = readUlid(c.req.param("id"));
    const [event, outcomes, names] = await Promise.all([
      read.event(id),
      engine.outcomes(id),
      readNames(read),
    ]);
    if (event === null || outcomes === null) throw noEvent();
    const shown = outcomes.map((one) => eventOutcome(one, names.fn(one.functionId)));
    return dataReply(engine, { ...v1Event(event), outcomes: shown });
  });

  app.get("/v1/events/:id/runs", async (c) => {
    const id = readUlid(c.req.param("id"));
    const [event, runs] = await Promise.all([read.event(id), readRunsOf(read, id)]);
    if (event === null) throw noEvent();
    const names = await readNames(read);
    const shown = runs.map(async (run) => v1Run(run, await read.output(run.id), names.fn(run.functionId)));
    return dataReply(engine, await Promise.all(shown));
  });
}
