/**
 * Who may talk to this server (ADR 0014). A page in a browser must reach neither a loopback server by a
 * rebound DNS name (Host) nor write to it from its own origin (Origin); `start` asks for keys beside that.
 */
import { StepwellError } from "@stepwell/core";
import { acceptsBearer } from "@stepwell/protocol";
import type { ServerOptions } from "./context.ts";

/** @throws StepwellError `host_not_allowed` */
export function checkHost(request: Request, allowedHosts: readonly string[]): void {
  const host = hostOf(request);
  if (isAllowedHost(host, allowedHosts)) return;
  throw new StepwellError(
    "host_not_allowed",
    `This server does not answer to the host ${JSON.stringify(host.slice(0, 100))}. Use a loopback address, or allow the host with --allowed-host.`,
  );
}

/** The host that the client asked for, with its port. */
export function hostOf(request: Request): string {
  return request.headers.get("host") ?? new URL(request.url).host;
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** @throws StepwellError `origin_not_allowed` for a write that a page of a foreign host asks for */
export function checkOrigin(request: Request, allowedHosts: readonly string[]): void {
  if (SAFE.has(request.method)) return;
  const origin = request.headers.get("origin");
  if (origin === null) return;
  const host = URL.canParse(origin) ? new URL(origin).host : "";
  if (host === "" || !isAllowedHost(host, allowedHosts)) throw new StepwellError("origin_not_allowed");
}

/** @throws StepwellError `unauthorized` */
export function checkBearer(request: Request, options: ServerOptions): void {
  if (options.mode === "dev") return;
  const authorization = request.headers.get("authorization") ?? undefined;
  if (!acceptsBearer(authorization, options.signingKeys)) throw new StepwellError("unauthorized");
}

/** Loopback by any name and port, or one of the allowed hosts, with its port if it names one. */
export function isAllowedHost(host: string, allowedHosts: readonly string[]): boolean {
  const name = bareHost(host);
  if (name === null) return false;
  if (name === "localhost" || name.endsWith(".localhost") || name === "[::1]") return true;
  if (/^127(?:\.\d{1,3}){3}$/.test(name)) return true;
  return allowedHosts.some((allowed) => {
    const wanted = allowed.toLowerCase();
    return wanted === name || wanted === host.toLowerCase();
  });
}

/** The host without its port; null: no host at all, or none that an address can be made of. */
function bareHost(host: string): string | null {
  const match = /^(\[[0-9a-f:.]+\]|[^:[\]/@\s]+)(?::\d{1,5})?$/i.exec(host);
  if (match === null || !URL.canParse(`http://${host}`)) return null;
  return match[1]?.toLowerCase().replace(/\.$/, "") ?? null;
}
