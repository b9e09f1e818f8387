/** `POST /fn/register`: an app tells its functions (wire.md §3.1). */
import { syncChecks } from "@stepwell/engine";
import { checkServerKind, header, parseJson, readRegistration, registerReply } from "@stepwell/protocol";
import type { Hono } from "hono";
import { readBytes } from "../body.ts";
import type { ServerOptions } from "../context.ts";
import { checkBearer } from "../guard.ts";

export function register(app: Hono, options: ServerOptions): void {
  app.post("/fn/register", async (c) => {
    checkBearer(c.req.raw, options);
    const headers = Object.fromEntries(c.req.raw.headers);
    checkServerKind(headers, options.mode === "dev" ? "dev" : "cloud");
    const bytes = await readBytes(c.req.raw, options.maxBodyBytes);
    const body = parseJson(Buffer.from(bytes).toString("utf8"));
    const env = headers[header.env] || null;
    const registration = readRegistration(body, env, syncChecks, headers[header.platform] || null);
    const { modified, appId } = await options.engine.sync(registration);
    return c.json(registerReply({ modified, appId }));
  });
}
