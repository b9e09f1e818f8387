/** `GET /dev`: how SDK v3 finds a local server (wire.md §14.1). Only in dev. */
import type { Hono } from "hono";
import type { ServerOptions } from "../context.ts";

export function devInfo(app: Hono, options: ServerOptions): void {
  if (options.mode !== "dev") return;
  app.get("/dev", async (c) => {
    const functions = await options.engine.read.functions();
    return c.json({
      version: options.version,
      startOpts: options.startOptions,
      functions: functions
        .filter((fn) => !fn.archived)
        .map(({ slug, config }) => ({
          name: config.name,
          slug,
          triggers: config.triggers,
          steps: { step: { id: "step", name: "step", runtime: { type: "http", url: config.url } } },
        })),
      handlers: [],
    });
  });
}
