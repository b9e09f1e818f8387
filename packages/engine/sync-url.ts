/** The server asks an app to sync: a PUT in band; an app that cannot do that registers by itself (wire.md §3.2). */
import { type Json, StepwellError } from "@stepwell/core";
import { readInBand, writeSyncRequest } from "@stepwell/protocol";
import type { Context } from "./context.ts";
import type { SyncResult } from "./engine-port.ts";
import { sync, syncChecks } from "./sync.ts";

const LIMITS = { timeoutMs: 10_000, maxBytes: 16 * 1024 * 1024 };

export async function syncUrl(
  context: Context,
  url: string,
): Promise<SyncResult | { ok: true; outOfBand: true }> {
  const { options } = context;
  const request = writeSyncRequest({
    url,
    signingKey: options.signingKey,
    serverKind: options.mode === "dev" ? "dev" : "cloud",
    unixSeconds: Math.floor(context.now() / 1000),
  });
  const response = await options.transport.send(request, LIMITS);
  if ("failure" in response) {
    const code = response.failure === "forbidden" ? "address_forbidden" : "app_unreachable";
    throw new StepwellError(code, `${url}: ${response.message}`);
  }
  const { headers } = response;
  if (headers["x-inngest-sdk"] === undefined && headers["x-inngest-sdk-handled"] === undefined)
    throw new StepwellError(
      "not_an_app",
      `${url} answers HTTP ${response.status}, but not as an Inngest SDK app.`,
    );
  const body = parse(response.body, url);
  if (response.status >= 400)
    throw new StepwellError(
      "app_unreachable",
      `${url} refused the sync: ${messageOf(body, response.status)}`,
    );
  if (headers["x-inngest-sync-kind"] !== "in_band") return { ok: true, outOfBand: true };
  return sync(context, readInBand(body, headers, url, syncChecks));
}

function parse(text: string, url: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new StepwellError("not_an_app", `${url} answers something that is not JSON.`);
  }
}

function messageOf(body: Json, status: number): string {
  const message =
    body !== null && typeof body === "object" && !Array.isArray(body) ? body.message : undefined;
  return typeof message === "string" ? message : `HTTP ${status}`;
}
