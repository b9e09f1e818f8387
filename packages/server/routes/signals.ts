/** `POST /v1/signals`: ends the wait for a signal (wire.md §10.1, semantics §7.4). */
import { type Json, StepwellError } from "@stepwell/core";
import { parseJson } from "@stepwell/protocol";
import type { Hono } from "hono";
import { readBytes } from "../body.ts";
import type { ServerOptions } from "../context.ts";
import { dataReply } from "../reply.ts";

export function signals(app: Hono, { engine, maxBodyBytes }: ServerOptions): void {
  app.post("/v1/signals", async (c) => {
    const body = parseJson(new TextDecoder().decode(await readBytes(c.req.raw, maxBodyBytes)));
    const { signal, data } = readSignal(body);
    const resumed = await engine.signal(signal, data);
    if (resumed === null) throw new StepwellError("nobody_waits");
    return dataReply(engine, { run_id: resumed.runId });
  });
}

function readSignal(body: Json): { signal: string; data: Json } {
  if (body !== null && typeof body === "object" && !Array.isArray(body)) {
    const { signal, data = null } = body;
    if (typeof signal === "string" && signal !== "") return { signal, data };
  }
  throw new StepwellError("signal_invalid");
}
