/**
 * Errors as apps report them, and the errors that stand for a bad answer (wire.md §5.2,
 * semantics §2.3). Unknown properties are kept; `name` and `message` are always there.
 */
import type { ErrorJson, Json, JsonObject } from "@stepwell/core";
import { isObject } from "./json.ts";

/** Bytes of a foreign body that are kept (semantics §2.3). */
const KEPT_BODY_BYTES = 8192;

/** Makes an error of whatever an app put where an error belongs. */
export function errorOf(value: Json | undefined, fallback: string): ErrorJson {
  if (typeof value === "string" && value !== "") return { name: "Error", message: value };
  if (!isObject(value)) return { name: "Error", message: fallback };
  const { name, message, stack, ...rest } = value;
  const error: ErrorJson = {
    ...rest,
    name: typeof name === "string" && name !== "" ? name : "Error",
    message: typeof message === "string" ? message : messageOf(value, fallback),
  };
  if (typeof stack === "string") error.stack = stack;
  return error;
}

/** SDKs put the text of internal failures into `error`, and of missing keys into `code` (wire.md §4.6, §5.1). */
function messageOf(value: JsonObject, fallback: string): string {
  if (typeof value.error === "string") return value.error;
  if (isObject(value.error) && typeof value.error.message === "string") return value.error.message;
  return typeof value.code === "string" ? `${fallback}: ${value.code}` : fallback;
}

/** Something answered, but no SDK: a proxy, a crash page, another server. */
export function notAnSdk(status: number, body: string): ErrorJson {
  const ok = status >= 200 && status < 300;
  return {
    name: ok ? "NotAnSdkResponse" : "ServerError",
    message: ok
      ? `not an SDK response: the server answered HTTP ${status} without SDK headers; check the URL of the app`
      : `the server returned HTTP ${status} before the SDK responded`,
    stack: keptText(body),
  };
}

/** The answer is an SDK's but cannot be understood; nothing of it is used. */
export function unreadable(why: string, body: string): ErrorJson {
  return {
    name: "UnreadableResponse",
    message: `the response of the app cannot be read: ${why}`,
    stack: keptText(body),
  };
}

/** No valid signature where one is needed (wire.md §1.2, W-11). */
export function unsigned(status: number, body: string, hasSignature: boolean): ErrorJson {
  return {
    name: "InvalidSignature",
    message: hasSignature
      ? `the signature of the app's response (HTTP ${status}) is not valid: app and server must use the same signing key, and their clocks may differ by at most 5 minutes`
      : unsignedMessage(status),
    stack: keptText(body),
  };
}

function unsignedMessage(status: number): string {
  if (status === 401)
    return "the app refused the request (HTTP 401): app and server must use the same signing key, and their clocks may differ by at most 5 minutes";
  const cure = "set INNGEST_DEV=0 and INNGEST_SIGNING_KEY for the app";
  return `the app's response (HTTP ${status}) is not signed: ${cure}`;
}

/** The first 8,192 bytes, never half a character. */
export function keptText(body: string): string {
  if (body.length * 3 <= KEPT_BODY_BYTES) return body;
  const bytes = Buffer.from(body.slice(0, KEPT_BODY_BYTES));
  if (bytes.length <= KEPT_BODY_BYTES) return body.slice(0, KEPT_BODY_BYTES);
  let end = KEPT_BODY_BYTES;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString("utf8", 0, end);
}
