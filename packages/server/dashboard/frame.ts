/**
 * The dashboard's API from request to response: who calls and whether they may (the table in
 * `@stepwell/api/dashboard`), the query and body by their schemas, the audit log around every write, the
 * envelope of the answer. Handlers know nothing of HTTP.
 */
import { apiBase, type CallName, callNames, type Route, routes } from "@stepwell/api/dashboard";
import type { SchemasOf } from "@stepwell/api/dashboard/schemas";
import type { Context, Hono } from "hono";
import { addressOf } from "../connection.ts";
import type { ServerOptions } from "../context.ts";
import type { Access } from "./access/access.ts";
import { beginAudit, writeAudit } from "./access/audit.ts";
import type { Call, Handler, Handlers } from "./call.ts";
import { answerOf, refusalOf } from "./envelope.ts";
import { readBody, readParams, readQuery } from "./parse.ts";

export interface Frame {
  access: Access;
  handlers: Handlers<CallName>;
  schemas: SchemasOf<CallName>;
  /** Checks before anything is written, the audit log included: what refuses a flood of sign-ins. */
  before?: { readonly [N in CallName]?: (call: Call<N>) => void };
}

/** Registers every call of the table. */
export function registerCalls(app: Hono, options: ServerOptions, frame: Frame): void {
  for (const name of inOrder()) {
    const { method, path } = routes[name];
    app.on(method, `${apiBase}${path}`, (c) => serve(name, c, options, frame));
  }
}

/** Fixed paths before those with parameters, so that `/runs/count` is no run. */
function inOrder(): CallName[] {
  const parameters = (name: CallName) => routes[name].path.split(":").length;
  return callNames.toSorted((a, b) => parameters(a) - parameters(b));
}

async function serve(name: CallName, c: Context, options: ServerOptions, frame: Frame): Promise<Response> {
  const { engine, trustProxy = false } = options;
  const request = c.req.raw;
  const requestId = engine.newId();
  try {
    const route = routes[name];
    const address = addressOf(request, trustProxy);
    const params = readParams(c);
    const who = await frame.access.admit(request, name, async (caller, error) => {
      if (route.audit === undefined) return;
      const about = { engine, caller, address, requestId, params };
      await writeAudit(route.audit, about, { outcome: "refused", error });
    });
    const handler = frame.handlers[name] as Handler<CallName>;
    const schemas = frame.schemas[name];
    const query = readQuery(request, schemas);
    const body =
      route.method === "GET" ? undefined : await readBody(request, schemas, bodyLimit(route, options));
    const call = {
      params,
      query,
      body,
      ...who,
      address,
      requestId,
      request,
      engine,
      options,
    } as unknown as Call<CallName>;
    frame.before?.[name]?.(call as never);
    return answerOf(engine, requestId, await audited(route, call, handler));
  } catch (error) {
    return refusalOf(error, { options, request, requestId });
  }
}

/** Nobody who has not signed in gets much read. */
function bodyLimit(route: Route, { maxBodyBytes }: ServerOptions): number {
  return route.role === "public" ? Math.min(maxBodyBytes, 16 * 1024) : maxBodyBytes;
}

async function audited(
  route: Route,
  call: Call<CallName>,
  handler: Handler<CallName>,
): ReturnType<Handler<CallName>> {
  // Who is not signed in and signs out does nothing; written down, it would be a way to fill the disk.
  const isNothing = call.caller.kind === "nobody" && route.method === "DELETE";
  if (route.audit === undefined || isNothing) return handler(call);
  const entry = await beginAudit(route.audit, call);
  const reply = await handler(call).catch(async (error: unknown) => {
    await entry.refused(error);
    throw error;
  });
  try {
    await entry.done(reply);
  } catch (error) {
    // It is done: told that it failed, people would do it again. Its row goes on saying `begun`.
    const { log } = call.options;
    const message = `the audit log cannot say that ${route.audit} is done: ${error}`;
    log({ level: "error", event: "audit.trouble", message, requestId: call.requestId });
  }
  return reply;
}
