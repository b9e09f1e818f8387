/**
 * Identifiers that are computed, not drawn: the same app and function have the same id in every
 * store and after every sync (semantics §1.1), and a repeated send gives the same event ids (§5.3).
 */
import { createHash } from "node:crypto";
import type { AppId, EventId, FunctionId } from "@stepwell/core";

/** Ours, drawn once. Changing it would give every app and function of every store a new id. */
const NAMESPACE = "5d3f1c8e-2b7a-4e64-9c0d-71a6f4e8b913";

/** Id of an app: UUIDv5 of its name. */
export function appId(appName: string): AppId {
  return uuidV5(NAMESPACE, JSON.stringify(["app", appName]));
}

/** Id of a function: UUIDv5 of app name and slug (semantics §1.1); two apps may use one slug. */
export function functionId(appName: string, slug: string): FunctionId {
  return uuidV5(NAMESPACE, JSON.stringify(["function", appName, slug]));
}

/** UUID version 5 (RFC 9562 §5.5). */
export function uuidV5(namespace: string, name: string): string {
  const hash = createHash("sha1")
    .update(Buffer.from(namespace.replaceAll("-", ""), "hex"))
    .update(name, "utf8")
    .digest()
    .subarray(0, 16);
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** What `x-inngest-event-id-seed` says: a time and 10 bytes (semantics §5.3). */
export interface EventIdSeed {
  timeMs: number;
  entropy: Uint8Array;
}

const MAX_ULID_TIME = 2 ** 48 - 1;

/** Reads the seed header; null: absent or malformed, and then it is ignored (semantics §5.3). */
export function readSeed(text: string | undefined): EventIdSeed | null {
  const match = /^(\d{1,15}),([A-Za-z0-9+/]{14}(?:==)?)$/.exec(text?.trim() ?? "");
  if (match === null) return null;
  const timeMs = Number(match[1]);
  return timeMs > MAX_ULID_TIME ? null : { timeMs, entropy: Buffer.from(match[2] ?? "", "base64") };
}

/** Internal id of the `index`-th event of a seeded send: the index is added to the last 4 bytes (semantics §5.3). */
export function seededId(seed: EventIdSeed, index: number): EventId {
  const entropy = Buffer.from(seed.entropy);
  entropy.writeUInt32BE((entropy.readUInt32BE(6) + index) % 2 ** 32, 6);
  return ulidText(seed.timeMs, entropy);
}

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** ULID text of a time in milliseconds and 10 bytes: 48 + 80 bits in 26 characters, 5 bits each. */
export function ulidText(timeMs: number, entropy: Uint8Array): string {
  let bits = (BigInt(timeMs) << 80n) | BigInt(`0x${Buffer.from(entropy).toString("hex")}`);
  let text = "";
  for (let i = 0; i < 26; i++) {
    text = CROCKFORD.charAt(Number(bits & 31n)) + text;
    bits >>= 5n;
  }
  return text;
}
