/** `POST /e/{key}`: events in (wire.md §9). Open to browsers of any origin: the key is in the path. */
import { timingSafeEqual } from "node:crypto";
import { StepwellError } from "@stepwell/core";
import { acceptEvents, header, readEventBody } from "@stepwell/protocol";
import type { Hono } from "hono";
import { readBytes } from "../body.ts";
import type { ServerOptions } from "../context.ts";

export function sendEvents(app: Hono, options: ServerOptions): void {
  app.use("/e/*", async (c, next) => {
    await next();
    c.res.headers.set("access-control-allow-origin", "*");
  });
  app.options("/e/:key", (c) => {
    const asked = c.req.header("access-control-request-headers");
    return c.body(null, 204, {
      "access-control-allow-methods": "POST, OPTIONS",
      "access-control-allow-headers": asked ?? "*",
      "access-control-max-age": "86400",
    });
  });
  app.post("/e/:key", (c) => receive(c.req.raw, c.req.param("key"), options));
  app.all("/e/:key", () => {
    throw new StepwellError("method_not_allowed");
  });
}

async function receive(request: Request, key: string, options: ServerOptions): Promise<Response> {
  const { engine } = options;
  if (options.mode === "start" && !options.eventKeys.some((known) => sameText(known, key)))
    throw new StepwellError("event_key_unknown", "Event key not found");
  const bytes = await readBytes(request, options.maxBodyBytes);
  const name = new URL(request.url).searchParams.get("name");
  const { raw } = readEventBody(
    bytes,
    request.headers.get("content-type") ?? undefined,
    name === null ? {} : { name },
  );
  const accepted = acceptEvents(raw, {
    now: engine.now(),
    seed: request.headers.get(header.eventIdSeed) ?? undefined,
    newId: () => engine.newId(),
  });
  // The events before a bad one are stored all the same (T-5); the answer is the refusal.
  const ids = accepted.events.length === 0 ? [] : await engine.receive(accepted.events);
  if (accepted.refusal === null) return Response.json({ ids, status: 200 });
  const { status, message, code } = accepted.refusal;
  return Response.json({ ids, status, error: message, code }, { status });
}

/** Length may show in the time, content does not. */
function sameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
