/**
 * From an HTTP response to an `Answer` (wire.md §5.1–§5.6, §1.2; semantics §2.3, §2.4). Never
 * throws: whatever an app, a proxy or an attacker sends becomes a failed attempt at worst. In
 * signed mode nothing of an unsigned SDK answer is believed, not even "do not retry".
 */
import type { Answer, ErrorJson, Instant, Json, JsonObject, RetryAdvice } from "@stepwell/core";
import { z } from "zod";
import { errorOf, keptText, notAnSdk, unreadable, unsigned } from "./answer-errors.ts";
import { type HeaderMap, header, isAppAnswer, requestVersionOf } from "./headers.ts";
import { isTooDeep } from "./json.ts";
import { readOps } from "./ops.ts";
import { isBeforeNoRetryHeader, retryAdvice } from "./retry-after.ts";
import { verifySignature } from "./signing.ts";

export interface ResponseInput {
  status: number;
  /** Lower-case names. */
  headers: HeaderMap;
  body: string;
  now: Instant;
  /** Keys an answer may be signed with; empty: answers are not signed (dev). */
  signingKeys: readonly string[];
}

/** Reads what an app answered to a call. */
export function readAnswer(response: ResponseInput): Answer {
  const { status, headers, body } = response;
  if (!isAppAnswer(headers)) return foreign(response);
  if (status === 201) return readStreamed(response);
  if (!isSigned(response)) {
    const hasSignature = headers[header.signature] !== undefined;
    return broke(unsigned(status, body, hasSignature), { is: "default" }, null);
  }
  const version = requestVersionOf(headers);
  const advice = retryAdvice(headers, response.now);
  if (status === 200) return readReturn(body, version);
  if (status === 206) return readProgress(body, advice, version);
  if (status >= 400) return readError(response, advice, version);
  return broke(unreadable(`HTTP ${status} is not a status an SDK answers with`, body), advice, version);
}

type Version = Answer["requestVersion"];

function isSigned(response: ResponseInput): boolean {
  const { signingKeys, headers, body, now } = response;
  if (signingKeys.length === 0) return true;
  return verifySignature({ keys: signingKeys, header: headers[header.signature], payload: body, now });
}

/** No SDK answered: retried, and the body is kept for whoever looks for the reason. */
function foreign({ status, headers, body, now }: ResponseInput): Answer {
  const advice = retryAdvice({ [header.retryAfter]: headers[header.retryAfter] }, now);
  return broke(notAnSdk(status, body), advice, null, { status, body: keptText(body) });
}

const wrapperShape = z.object({
  status: z.number().int(),
  headers: z.record(z.string(), z.unknown()).nullish(),
  body: z.string(),
});

/** 201: white space, then the real answer as JSON; its signature is among the inner headers (§5.6, W-36). */
function readStreamed(response: ResponseInput): Answer {
  const wrapper = wrapperShape.safeParse(parsed(response.body.trim()));
  if (!wrapper.success)
    return broke(unreadable("the stream ended before the answer was complete", response.body));
  const { status, body } = wrapper.data;
  if (status === 201) return broke(unreadable("a streamed answer holds another one", body));
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(wrapper.data.headers ?? {}))
    if (typeof value === "string" || typeof value === "number") headers[name.toLowerCase()] = String(value);
  // The outer headers have shown that an SDK speaks.
  headers[header.sdkHandled] ??= "true";
  return readAnswer({ ...response, status, headers, body });
}

function readReturn(body: string, version: Version): Answer {
  const output = body.trim() === "" ? null : parsed(body);
  if (output === undefined) return broke(unreadable(whyUnreadable(body), body), { is: "default" }, version);
  return { is: "returned", output, requestVersion: version };
}

function readProgress(body: string, advice: RetryAdvice, version: Version): Answer {
  const value = parsed(body);
  if (value === undefined) return broke(unreadable(whyUnreadable(body), body), { is: "default" }, version);
  const list = readOps(value, Buffer.byteLength(body));
  if ("problem" in list) return broke(unreadable(list.problem, body), { is: "default" }, version);
  const { ops, unknownOps, functionError } = list;
  // Beside other ops the function's error waits: they are stored first, and the next call throws it again.
  if (functionError !== null && ops.length === 0)
    return broke(functionError.error, functionError.final ? { is: "never" } : advice, version);
  return { is: "planned", ops, retry: advice, requestVersion: version, unknownOps };
}

/** A function-level error, or a failure inside the SDK (§5.1). */
function readError(response: ResponseInput, advice: RetryAdvice, version: Version): Answer {
  const { status, headers, body } = response;
  const value = parsed(body);
  const error = errorOf(value, `the app answered HTTP ${status}`);
  if (!isObjectBody(value) && body !== "") error.stack ??= keptText(body);
  const old = headers[header.noRetry] === undefined && isBeforeNoRetryHeader(headers[header.sdk]);
  return broke(error, old && status < 500 ? { is: "never" } : advice, version);
}

function isObjectBody(value: Json | undefined): boolean {
  return typeof value === "object" && value !== null;
}

/** Undefined: no JSON, or too deep. */
function parsed(text: string): Json | undefined {
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function whyUnreadable(body: string): string {
  return isTooDeep(body) ? "its JSON is nested too deeply" : "it is not valid JSON";
}

function broke(
  error: ErrorJson,
  retry: RetryAdvice = { is: "default" },
  requestVersion: Version = null,
  body?: JsonObject,
): Answer {
  return { is: "broke", error, retry, requestVersion, ...(body === undefined ? {} : { body }) };
}
