/** What an answer's headers say of retrying (semantics §2.2, §2.3). */
import type { Instant, RetryAdvice } from "@stepwell/core";
import { type HeaderMap, header } from "./headers.ts";

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;

/** `x-inngest-no-retry: true` is final; else Retry-After, clamped to 1 s…24 h from now; else the table decides. */
export function retryAdvice(headers: HeaderMap, now: Instant): RetryAdvice {
  if (headers[header.noRetry]?.trim().toLowerCase() === "true") return { is: "never" };
  const at = retryAfter(headers[header.retryAfter], now);
  if (at === null) return { is: "default" };
  return { is: "at", at: Math.min(Math.max(at, now + SECOND_MS), now + DAY_MS) };
}

/** Whole seconds if at most 7 characters, else a date: RFC 3339, HTTP date and similar. Null: neither. */
function retryAfter(text: string | undefined, now: Instant): Instant | null {
  const value = text?.trim() ?? "";
  if (/^\d{1,7}$/.test(value)) return now + Number(value) * SECOND_MS;
  if (!/^(\d{4}-\d{2}-\d{2}|[A-Za-z]{3,9},? )/.test(value)) return null;
  // A date without a zone is UTC here, whatever zone this process runs in.
  const zoned = /(?:Z|[+-]\d{2}:?\d{2}|[A-Z]{1,5})$/i.test(value) || !value.includes(":");
  const at = Date.parse(zoned ? value : `${value}${value.includes(",") ? " GMT" : "Z"}`);
  return Number.isNaN(at) ? null : at;
}

/**
 * Very old JavaScript SDKs (before 1.10.1 and 2.4.1) answered 4xx for final errors without the
 * no-retry header (semantics §2.3).
 */
export function isBeforeNoRetryHeader(sdk: string | undefined): boolean {
  const match = /^(?:inngest-)?js:v(\d+)\.(\d+)\.(\d+)/.exec(sdk ?? "");
  if (match === null) return false;
  const [major = 0, minor = 0, patch = 0] = match.slice(1).map(Number);
  if (major === 1) return minor < 10 || (minor === 10 && patch < 1);
  if (major === 2) return minor < 4 || (minor === 4 && patch < 1);
  return major === 0;
}
