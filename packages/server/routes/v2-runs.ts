/** The run list, one run, its trace and its cancellation by REST v2 (wire.md §10.2, semantics §10.3). */
import type { Hono } from "hono";
import type { ServerOptions } from "../context.ts";
import { readFlag, readUlid } from "../query.ts";
import { bareOutput } from "../render/v1.ts";
import { functionRun, readNames } from "../render/v2.ts";
import { dataReply } from "../reply.ts";
import { listRuns } from "../run-list.ts";
import { readTrace } from "../run-trace.ts";
import { noRun } from "./v1-runs.ts";
import { v2Events } from "./v2-events.ts";

export function v2Runs(app: Hono, options: ServerOptions): void {
  const { engine } = options;
  const { read } = engine;
  v2Events(app, options);
  for (const base of ["/v2", "/api/v2"]) {
    app.get(`${base}/runs`, async (c) => {
      const names = await readNames(read);
      const { rows, page } = await listRuns(new URL(c.req.url).searchParams, read);
      return dataReply(
        engine,
        rows.map((run) => functionRun(run, names)),
        page,
      );
    });

    app.get(`${base}/runs/:id`, async (c) => {
      const run = await read.run(readUlid(c.req.param("id")));
      if (run === null) throw noRun();
      const shown = functionRun(run, await readNames(read));
      if (!wantsOutput(c.req.url)) return dataReply(engine, shown);
      return dataReply(engine, { ...shown, output: bareOutput(await read.output(run.id)) });
    });

    app.get(`${base}/runs/:id/trace`, async (c) => {
      const trace = await readTrace(read, readUlid(c.req.param("id")), wantsOutput(c.req.url));
      if (trace === null) throw noRun();
      return dataReply(engine, trace);
    });

    app.post(`${base}/runs/:id/cancel`, async (c) => {
      const id = readUlid(c.req.param("id"));
      if ((await engine.cancel(id)) === "unknown") throw noRun();
      const run = await read.run(id);
      if (run === null) throw noRun();
      return dataReply(engine, functionRun(run, await readNames(read)));
    });
  }
}

function wantsOutput(url: string): boolean {
  return readFlag(new URL(url).searchParams, "includeOutput") === true;
}
