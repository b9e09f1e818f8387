/** `POST /fn/register`: an app tells its functions (wire.md §3.1). */
import { type Json, StepwellError } from "@stepwell/core";
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
    try {
      const registration = readRegistration(body, env, syncChecks, headers[header.platform] || null);
      const { modified, appId } = await options.engine.sync(registration);
      return c.json(registerReply({ modified, appId }));
    } catch (error) {
      const name = nameIn(body);
      if (error instanceof StepwellError && name !== null) await options.engine.keepSyncTrouble(name, error);
      throw error;
    }
  });
}

/** The app that a refused body is of; null: it does not say. */
function nameIn(body: Json): string | null {
  const { appName = null } = body !== null && typeof body === "object" && !Array.isArray(body) ? body : {};
  return typeof appName === "string" ? appName : null;
}
