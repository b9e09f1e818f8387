/** `POST /v1/checkpoint/{run}/async`: steps of a call that goes on (wire.md §7). */
import { StepwellError } from "@stepwell/core";
import { parseJson, readCheckpoint } from "@stepwell/protocol";
import type { Hono } from "hono";
import { readBytes } from "../body.ts";
import type { ServerOptions } from "../context.ts";
import { readUlid } from "../query.ts";
import { noRun } from "./v1-runs.ts";

/** As much as an answer to a call may have (semantics §2.3). */
const MAX_BYTES = 8 * 1024 * 1024;

export function checkpoints(app: Hono, { engine, log }: ServerOptions): void {
  app.post("/v1/checkpoint/:id/async", async (c) => {
    const runId = readUlid(c.req.param("id"));
    const text = new TextDecoder().decode(await readBytes(c.req.raw, MAX_BYTES));
    const { jobId, generation, ops, unknownOps } = readCheckpoint(parseJson(text));
    if (unknownOps.length > 0)
      log({
        level: "warn",
        event: "op.unknown",
        message: `skipped ops: ${unknownOps.join(", ")}`,
        runId,
      });
    const outcome = await engine.checkpoint(runId, { jobId, generation, ops });
    if (outcome === "unknown") throw noRun();
    if (outcome === "stale") throw new StepwellError("dispatch_stale");
    return Response.json({});
  });
}
