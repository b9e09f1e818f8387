/** `POST /v2/runs/{id}/rerun`: a new run of what ran before (wire.md §10.2, semantics §8.2). */
import { type Json, StepwellError } from "@stepwell/core";
import type { RerunFrom } from "@stepwell/engine";
import { parseJson } from "@stepwell/protocol";
import type { Hono } from "hono";
import { z } from "zod";
import { readBytes } from "../body.ts";
import type { ServerOptions } from "../context.ts";
import { readUlid } from "../query.ts";
import { dataReply } from "../reply.ts";

const bodyShape = z.strictObject({
  fromStep: z.strictObject({ stepId: z.string().min(1), input: z.array(z.unknown()).optional() }).nullish(),
});

export function v2Rerun(app: Hono, { engine, maxBodyBytes }: ServerOptions): void {
  for (const base of ["/v2", "/api/v2"])
    app.post(`${base}/runs/:id/rerun`, async (c) => {
      const runId = readUlid(c.req.param("id"));
      const text = new TextDecoder().decode(await readBytes(c.req.raw, maxBodyBytes));
      const started = await engine.rerun(runId, readFrom(text));
      return dataReply(engine, { id: started.runId, runId: started.runId, originalRunId: runId });
    });
}

/** An empty body, or one without `fromStep`, is a rerun from the start. */
function readFrom(text: string): RerunFrom | null {
  if (text.trim() === "") return null;
  const body = bodyShape.safeParse(parseJson(text));
  if (!body.success)
    throw new StepwellError(
      "rerun_invalid",
      `The body is not a rerun: ${z.prettifyError(body.error).replaceAll("\n", " ")}. Send {} or {"fromStep":{"stepId":"…","input":[…]}}.`,
    );
  const { fromStep } = body.data;
  if (fromStep === undefined || fromStep === null) return null;
  const { stepId, input } = fromStep;
  return input === undefined ? { stepId } : { stepId, input: input as Json[] };
}
