/** `GET /health`: for probes, without a key. Degraded still answers 200: reads and running calls go on. */
import type { Hono } from "hono";
import type { ServerOptions } from "../context.ts";
import { dataReply } from "../reply.ts";

export function health(app: Hono, options: ServerOptions): void {
  for (const path of ["/health", "/v2/health", "/api/v2/health"])
    app.get(path, () => {
      const { status, store } = options.engine.health();
      return dataReply(options.engine, { status, ...(store === null ? {} : { store }) });
    });
}
