/** What a call over 4 MiB leaves out, and the SDK then fetches: events and step results (wire.md §4.4). Bare bodies. */
import { type EventBody, type Json, wireEvent } from "@stepwell/core";
import type { CallContext } from "@stepwell/store";
import type { Hono } from "hono";
import type { ServerOptions } from "../context.ts";
import { readUlid } from "../query.ts";
import { noRun } from "./v1-runs.ts";

export function v0Runs(app: Hono, { engine }: ServerOptions): void {
  const find = async (id: string): Promise<CallContext> => {
    const found = await engine.read.callContext(readUlid(id));
    if (found === null) throw noRun();
    return found;
  };
  app.get("/v0/runs/:id/batch", async (c) => {
    const { events } = await find(c.req.param("id"));
    return Response.json(events.map(({ row, body }) => wireEvent(row, body as unknown as EventBody)));
  });
  app.get("/v0/runs/:id/actions", async (c) => {
    const { steps, state } = await find(c.req.param("id"));
    const results: Record<string, Json> = {};
    for (const [id, { input }] of Object.entries(state?.open ?? {}))
      if (input !== undefined) results[id] = { type: "input", input };
    for (const { row, result } of steps) results[row.id] = result;
    return Response.json(results);
  });
}
