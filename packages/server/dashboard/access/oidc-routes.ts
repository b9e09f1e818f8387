/** The routes of the identity provider; what they need of libraries is loaded only where there is one. */
import type { Hono } from "hono";
import type { ServerOptions } from "../../context.ts";
import type { Attempts } from "./attempts.ts";
import { oidcPaths } from "./oidc-options.ts";

/** Registers both routes; without an identity provider, and in dev, there are none. */
export function registerOidc(app: Hono, options: ServerOptions, attempts: Attempts): void {
  const { oidc, mode } = options;
  if (oidc === undefined || mode === "dev") return;
  const loaded = import("./oidc.ts").then(({ createOidc }) => createOidc(options, oidc, attempts));
  // Told where it is asked for.
  loaded.catch(() => {});
  app.get(oidcPaths.start, async (c) => (await loaded).start(c));
  app.get(oidcPaths.callback, async (c) => (await loaded).finish(c));
}
