/** Requests that pages of other sites make a browser send. The Origin check of every write is in `guard.ts`. */
import { StepwellError } from "@stepwell/core";

/**
 * Another site may link to what is here, no more.
 * @throws StepwellError `origin_not_allowed`
 */
export function refuseCrossSite(request: Request, method: string): void {
  if (request.headers.get("sec-fetch-site") !== "cross-site") return;
  if (method === "GET" && request.headers.get("sec-fetch-mode") === "navigate") return;
  throw new StepwellError("origin_not_allowed");
}

/**
 * Signing in needs no header of ours, but a body that no form of another site can send.
 * @throws StepwellError `csrf_missing`
 */
export function refuseForm(request: Request): void {
  if (request.body === null) return;
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json")
    throw new StepwellError("csrf_missing", "Send the body with `content-type: application/json`.");
}
