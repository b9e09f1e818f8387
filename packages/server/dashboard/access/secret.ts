/** Secrets: made at random, kept as hashes only, compared in constant time. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** 256 random bits as text that may stand in a URL. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** SHA-256 in hex: enough for what is random and long, which a password is not. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

export function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** @returns base64url */
export function signText(key: string | Buffer, text: string): string {
  return createHmac("sha256", key).update(text).digest("base64url");
}
