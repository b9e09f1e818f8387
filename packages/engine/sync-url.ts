/** The server asks an app to sync: a PUT in band; an app that cannot do that registers by itself (wire.md §3.2). */
import { type Json, StepwellError } from "@stepwell/core";
import {
  checkServerKind,
  isAppAnswer,
  parseJson,
  readInBand,
  syncKindOf,
  verifySignature,
  writeSyncRequest,
} from "@stepwell/protocol";
import type { Context } from "./context.ts";
import type { SyncResult } from "./engine-port.ts";
import { sync, syncChecks } from "./sync.ts";

const LIMITS = { timeoutMs: 10_000, maxBytes: 16 * 1024 * 1024 };

export async function syncUrl(
  context: Context,
  url: string,
): Promise<SyncResult | { ok: true; outOfBand: true }> {
  const { options } = context;
  const serverKind = options.mode === "dev" ? "dev" : "cloud";
  const request = writeSyncRequest({
    url,
    signingKey: options.signingKey,
    serverKind,
    unixSeconds: Math.floor(context.now() / 1000),
  });
  const response = await options.transport.send(request, LIMITS);
  if ("failure" in response) {
    const code = response.failure === "forbidden" ? "address_forbidden" : "app_unreachable";
    throw new StepwellError(code, `${url}: ${response.message}`);
  }
  const { headers } = response;
  if (!isAppAnswer(headers))
    throw new StepwellError(
      "not_an_app",
      `${url} answers HTTP ${response.status}, but not as an Inngest SDK app.`,
    );
  checkServerKind(headers, serverKind);
  if (response.status < 400 && syncKindOf(headers) !== "in_band") return { ok: true, outOfBand: true };
  const body = parse(response.body, url);
  if (response.status >= 400)
    throw new StepwellError(
      "app_unreachable",
      `${url} refused the sync: ${messageOf(body, response.status)}`,
    );
  refuseForged(context, headers, response.body, url);
  return sync(context, readInBand(body, headers, url, syncChecks));
}

function parse(text: string, url: string): Json {
  try {
    return parseJson(text);
  } catch {
    throw new StepwellError("not_an_app", `${url} answers something that is not JSON.`);
  }
}

function messageOf(body: Json, status: number): string {
  const message =
    body !== null && typeof body === "object" && !Array.isArray(body) ? body.message : undefined;
  return typeof message === "string" ? message : `HTTP ${status}`;
}

/** In signed modes functions are believed only from an app that holds the key (wire.md §2). */
function refuseForged(context: Context, headers: Record<string, string>, payload: string, url: string): void {
  const { signingKey } = context.options;
  if (signingKey === null) return;
  const header = headers["x-inngest-signature"];
  if (verifySignature({ keys: [signingKey], header, payload, now: context.now() })) return;
  throw new StepwellError("unauthorized", `${url} did not sign its answer with this server's signing key.`);
}
