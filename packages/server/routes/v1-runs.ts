/** One run by REST v1, and its cancellation by v1 and v0 (wire.md §10.1, semantics §8.1). */
import { StepwellError } from "@stepwell/core";
import type { Hono } from "hono";
import type { ServerOptions } from "../context.ts";
import { readUlid } from "../query.ts";
import { v1Run } from "../render/v1.ts";
import { readNames } from "../render/v2.ts";
import { waitingReason } from "../render/waiting.ts";
import { dataReply } from "../reply.ts";

export function v1Runs(app: Hono, { engine }: ServerOptions): void {
  const { read } = engine;
  app.get("/v1/runs/:id", async (c) => {
    const run = await read.run(readUlid(c.req.param("id")));
    if (run === null) throw noRun();
    const [output, names, waiting] = await Promise.all([
      read.output(run.id),
      readNames(read),
      engine.why(run.id),
    ]);
    const shown = v1Run(run, output, names.fn(run.functionId));
    return dataReply(engine, { ...shown, waiting: waiting.map(waitingReason) });
  });

  const cancel = (status: 200 | 204) => async (id: string) => {
    if ((await engine.cancel(readUlid(id))) === "unknown") throw noRun();
    return new Response(null, { status });
  };
  const [v1, v0] = [cancel(200), cancel(204)];
  app.delete("/v1/runs/:id", (c) => v1(c.req.param("id")));
  app.delete("/v0/runs/:id", (c) => v0(c.req.param("id")));
}

export function noRun(): StepwellError {
  return new StepwellError("not_found", "There is no run with this id.");
}
