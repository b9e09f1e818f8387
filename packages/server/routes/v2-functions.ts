/** `POST /v2/functions/{slug}/pause`, `/resume` and `/drain`: whether a function takes new runs and goes on with old ones (semantics §6.11). */
import type { FunctionMode } from "@stepwell/core";
import type { Hono } from "hono";
import type { ServerOptions } from "../context.ts";
import { dataReply } from "../reply.ts";

const modes: Record<string, FunctionMode> = { pause: "paused", resume: "active", drain: "drained" };

export function v2Functions(app: Hono, { engine }: ServerOptions): void {
  for (const base of ["/v2", "/api/v2"])
    for (const [verb, mode] of Object.entries(modes))
      app.post(`${base}/functions/:named/${verb}`, async (c) =>
        dataReply(engine, await engine.setMode(c.req.param("named"), mode)),
      );
}
