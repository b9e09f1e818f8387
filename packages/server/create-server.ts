/** The HTTP surface of an engine as one function from request to response; nothing here keeps state. */
import { apiBase } from "@stepwell/api/dashboard";
import { StepwellError } from "@stepwell/core";
import { type Context, Hono } from "hono";
import { type Connection, rememberConnection } from "./connection.ts";
import type { ServerOptions } from "./context.ts";
import { refusalReply } from "./dashboard/envelope.ts";
import { dashboardApi } from "./dashboard/index.ts";
import { checkBearer, checkHost, checkOrigin } from "./guard.ts";
import { asRefusal, dialectOf, errorReply } from "./reply.ts";
import { checkpoints } from "./routes/checkpoints.ts";
import { devClock } from "./routes/dev-clock.ts";
import { devInfo } from "./routes/dev-info.ts";
import { health } from "./routes/health.ts";
import { register } from "./routes/register.ts";
import { sendEvents } from "./routes/send-events.ts";
import { signals } from "./routes/signals.ts";
import { v0Runs } from "./routes/v0-runs.ts";
import { v1Events } from "./routes/v1-events.ts";
import { v1Runs } from "./routes/v1-runs.ts";
import { v2Functions } from "./routes/v2-functions.ts";
import { v2Rerun } from "./routes/v2-rerun.ts";
import { v2Runs } from "./routes/v2-runs.ts";
import { v2Schedules } from "./routes/v2-schedules.ts";

/** `connection`: what is known of the socket; absent: nothing, as in tests. */
export type StepwellServer = (request: Request, connection?: Connection) => Promise<Response>;

/**
 * Makes the server: `POST /e/{key}`, `/fn/register`, REST v0, v1 and v2, `/health` and, in dev, `/dev`.
 * It needs no socket: `listen` puts it on one, tests call it with a `Request`.
 * @example const response = await createServer(options)(new Request("http://localhost/health"));
 */
export function createServer(options: ServerOptions): StepwellServer {
  const app = new Hono();
  const { allowedHosts } = options;
  app.use(async (c, next) => {
    checkHost(c.req.raw, allowedHosts);
    if (!c.req.path.startsWith("/e/")) checkOrigin(c.req.raw, allowedHosts);
    await next();
  });
  // Before everything that needs a key.
  health(app, options);
  devInfo(app, options);
  devClock(app, options);
  sendEvents(app, options);
  register(app, options);
  app.use(async (c, next) => {
    if (/^\/(?:v[0-9]+|api\/v[0-9]+)\//.test(c.req.path)) checkBearer(c.req.raw, options);
    await next();
  });
  v0Runs(app, options);
  checkpoints(app, options);
  signals(app, options);
  v1Events(app, options);
  v1Runs(app, options);
  v2Runs(app, options);
  v2Rerun(app, options);
  v2Schedules(app, options);
  v2Functions(app, options);
  if (options.dashboard !== false) dashboardApi(app, options);
  app.notFound(
    async (c) => (await pageOf(c, options)) ?? refused(new StepwellError("not_found"), c, options),
  );
  app.onError((error, c) => {
    const refusal = asRefusal(error);
    if (refusal === null) report(options, c.req.method, c.req.path, error);
    return refused(refusal ?? new StepwellError("internal", undefined, { cause: error }), c, options);
  });
  return async (request, connection) => {
    rememberConnection(request, connection);
    return app.fetch(request);
  };
}

async function pageOf(c: Context, { pages }: ServerOptions): Promise<Response | null> {
  if (pages === undefined || (c.req.method !== "GET" && c.req.method !== "HEAD")) return null;
  return isApi(c.req.path) || !wantsPage(c.req.raw, c.req.path) ? null : pages(c.req.raw, c.req.path);
}

/** A browser gets a page for every address; a program that asks for one that there is not is told so. */
function wantsPage({ headers }: Request, path: string): boolean {
  return path === "/" || path.startsWith("/assets/") || /\btext\/html\b/.test(headers.get("accept") ?? "");
}

/** What a program asks for gets no page, also where there is no such address. */
function isApi(path: string): boolean {
  return /^\/(?:api\/.+|v[0-9]+|e|fn|dev|health)(?:\/|$)/.test(path);
}

function refused(error: StepwellError, c: Context, { engine }: ServerOptions): Response {
  const { path } = c.req;
  return path.startsWith(apiBase) ? refusalReply(error, engine.newId()) : errorReply(error, dialectOf(path));
}

/** A bug: told in the log with its stack, to the caller only as `internal`. The path of an event send holds its key. */
function report(options: ServerOptions, method: string, path: string, error: Error): void {
  options.log({
    level: "error",
    event: "request.bug",
    message: `${method} ${path.replace(/^\/e\/.*/, "/e/…")}: ${error.message}`,
    code: "internal",
    stack: error.stack,
  });
}
