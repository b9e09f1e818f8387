/**
 * Answers in the three dialects of the platform: v1 and everything else `{error, status, code}`, v2
 * `{errors: [{code, message}]}`, register `{status, error}`, where SDKs look at the body's status only.
 */

import type { Instant } from "@stepwell/core";
import { StepwellError } from "@stepwell/core";
import type { Engine } from "@stepwell/engine";
import { registerReply } from "@stepwell/protocol";
import { StoreError } from "@stepwell/store";

export type Dialect = "v1" | "v2" | "register";

export function dialectOf(path: string): Dialect {
  if (path.startsWith("/fn/register")) return "register";
  return path.startsWith("/v2/") || path.startsWith("/api/v2/") ? "v2" : "v1";
}

/** Any error as a refusal to tell; null: a bug, to be logged and told as `internal`. */
export function asRefusal(error: unknown): StepwellError | null {
  if (error instanceof StepwellError) return error;
  if (error instanceof StoreError)
    return new StepwellError("store_unavailable", `The store cannot be used: ${error.message}`, {
      cause: error,
    });
  return null;
}

const RETRY_AFTER_SECONDS: Record<string, number> = { overloaded: 1, store_unavailable: 5 };

/** Seconds after which it is worth trying again; null: it is not said. */
export function retryAfterOf(error: StepwellError): number | null {
  return error.retryAfterSeconds ?? RETRY_AFTER_SECONDS[error.code] ?? null;
}

export function errorReply(error: StepwellError, dialect: Dialect): Response {
  const headers = new Headers();
  const retryAfter = retryAfterOf(error);
  if (retryAfter !== null) headers.set("retry-after", String(retryAfter));
  if (error.code === "method_not_allowed") headers.set("allow", "POST, OPTIONS");
  if (error.code === "unauthorized") headers.set("www-authenticate", "Bearer");
  return Response.json(errorBody(error, dialect), { status: error.status, headers });
}

function errorBody(error: StepwellError, dialect: Dialect): object {
  if (dialect === "v2") return { errors: [{ code: error.code, message: error.message }] };
  if (dialect === "register") return { ...registerReply(error), code: error.code };
  return { error: error.message, status: error.status, code: error.code };
}

/** A successful answer of v1 and v2. */
export function dataReply(engine: Engine, data: unknown, page?: object): Response {
  const metadata = { fetchedAt: isoTime(engine.now()), cachedUntil: null };
  return Response.json({ data, metadata, ...(page === undefined ? {} : { page }) });
}

export function isoTime(at: Instant): string;
export function isoTime(at: Instant | null): string | null;
export function isoTime(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
