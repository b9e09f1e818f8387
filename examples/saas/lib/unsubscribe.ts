/**
 * Links that turn usage mails off without signing in: a user's id and an HMAC over it. The first line of
 * what is signed names the purpose and is no path of a file, so neither signature passes for the other.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Config } from "./config.ts";

type Settings = Pick<Config, "appUrl" | "fileSigningSecret">;

/** The address in the mail, and in its List-Unsubscribe header; it does not expire. */
export function unsubscribeUrl(userId: string, { appUrl, fileSigningSecret }: Settings): string {
  const signature = sign(userId, fileSigningSecret).toString("base64url");
  return `${appUrl}/unsubscribe?${new URLSearchParams({ user: userId, signature })}`;
}

export function isUnsubscribeSignature(
  userId: string,
  signature: string,
  { fileSigningSecret }: Pick<Settings, "fileSigningSecret">,
): boolean {
  const given = Buffer.from(signature, "base64url");
  const wanted = sign(userId, fileSigningSecret);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function sign(userId: string, secret: string): Buffer {
  return createHmac("sha256", secret).update(`turn usage mails off\n${userId}`).digest();
}
