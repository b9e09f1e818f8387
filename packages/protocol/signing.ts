/**
 * Signing keys, bearer tokens and signatures (wire.md §2). The hex part of a key is decoded for
 * the bearer hash, but used as plain text for the HMAC: that is how SDKs do it.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Instant, Json } from "@stepwell/core";
import { canonicalText } from "./json.ts";

const PREFIX = /^signkey-[A-Za-z0-9_]+-/;
const TOLERANCE_MS = 5 * 60_000;

/** The token an app sends as `Authorization: Bearer …`: the key with its hex part hashed. */
export function bearerOf(key: string): string {
  const prefix = PREFIX.exec(key)?.[0] ?? "";
  return (
    prefix +
    createHash("sha256")
      .update(Buffer.from(hexPart(key), "hex"))
      .digest("hex")
  );
}

/** The signature header over a text: `t=<unix seconds>&s=<mac>`. */
export function signPayload(key: string, payload: string, unixSeconds: number): string {
  return `t=${unixSeconds}&s=${macOf(key, payload, String(unixSeconds))}`;
}

/** Signs a JSON body; send `text`, which is the canonical form that was signed. */
export function signRequestBody(
  key: string,
  body: Json,
  unixSeconds: number,
): { text: string; signature: string } {
  const text = canonicalText(body);
  return { text, signature: signPayload(key, text, unixSeconds) };
}

/**
 * True when the header signs this payload with one of the keys, at most 5 minutes from `now`
 * (milliseconds). All keys are tried whatever the first one says, each in constant time.
 */
export function verifySignature(check: {
  keys: readonly string[];
  header: string | undefined;
  payload: string;
  now: Instant;
}): boolean {
  const { t, s } = readHeader(check.header);
  if (t === null || s === null) return false;
  if (Math.abs(check.now - Number(t) * 1000) > TOLERANCE_MS) return false;
  let valid = false;
  for (const key of check.keys) valid = equalTexts(macOf(key, check.payload, t), s) || valid;
  return valid;
}

/** True for `Bearer <raw key>` and `Bearer <hashed key>` of one of the keys; dev mode does not ask. */
export function acceptsBearer(authorization: string | undefined, keys: readonly string[]): boolean {
  const token = /^bearer (.+)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) return false;
  let accepted = false;
  for (const key of keys) {
    accepted = equalTexts(token, key) || accepted;
    accepted = equalTexts(token, bearerOf(key)) || accepted;
  }
  return accepted;
}

/** Why a signing key cannot be used (M-2); null: it can. */
export function checkSigningKey(key: string): string | null {
  const hex = hexPart(key);
  if (hex === "") return "the signing key has no hex part";
  if (!/^[0-9a-f]+$/i.test(hex)) return "the signing key is not hex (0-9, a-f) after its prefix";
  if (hex.length % 2 !== 0) return "the signing key has an odd number of hex digits";
  return null;
}

function hexPart(key: string): string {
  return key.replace(PREFIX, "");
}

function macOf(key: string, payload: string, timestamp: string): string {
  return createHmac("sha256", hexPart(key)).update(payload).update(timestamp).digest("hex");
}

function readHeader(text: string | undefined): { t: string | null; s: string | null } {
  const fields = new URLSearchParams(text ?? "");
  const t = fields.get("t");
  return { t: t !== null && /^\d{1,12}$/.test(t) ? t : null, s: fields.get("s") };
}

/** Compares digests, so that neither content nor length shows in the time. */
function equalTexts(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
