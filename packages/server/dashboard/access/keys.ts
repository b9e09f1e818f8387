/** API keys: random, shown once, kept as hashes. What one may do is the scopes that it holds. */
import type { Scope } from "@stepwell/api/dashboard";
import type { ApiKeyRow } from "@stepwell/core";
import { StepwellError } from "@stepwell/core";
import type { AccessStore } from "./accounts.ts";
import { hashSecret, isSame, newSecret } from "./secret.ts";

export const keyPrefix = "swk_";
const USED_EVERY_MS = 60_000;
const DAY_MS = 86_400_000;

export interface NewKey {
  name: string;
  scopes: Scope[];
  /** Absent: it never expires. */
  expiresInDays?: number | undefined;
  createdBy: string;
}

/** @returns the row, and the key itself, which nobody can read again */
export async function addKey(store: AccessStore, key: NewKey): Promise<{ row: ApiKeyRow; secret: string }> {
  const secret = `${keyPrefix}${newSecret()}`;
  const row = await store.commit({}, (_seen, { now, id }) => {
    const made: ApiKeyRow = {
      id: id(),
      name: key.name,
      hash: hashSecret(secret),
      ending: secret.slice(-4),
      scopes: [...new Set(key.scopes)],
      createdAt: now,
      createdBy: key.createdBy,
      expiresAt: key.expiresInDays === undefined ? null : now + key.expiresInDays * DAY_MS,
      lastUsedAt: null,
      revokedAt: null,
    };
    return { write: [{ insert: "apiKeys", row: made }], reply: made };
  });
  return { row, secret };
}

/** Revoking twice is revoking once. @throws StepwellError `not_found` */
export async function revokeKey(store: AccessStore, id: string): Promise<ApiKeyRow> {
  const key = (await store.read.apiKeys()).find((row) => row.id === id);
  if (key === undefined) throw new StepwellError("not_found", `There is no API key ${id}.`);
  const revokedAt = key.revokedAt ?? store.now();
  await store.commit({}, () => ({
    write: [{ update: "apiKeys", key: { id }, set: { revokedAt } }],
    reply: null,
  }));
  return { ...key, revokedAt };
}

/**
 * The key of an `Authorization` header.
 * @throws StepwellError `api_key_invalid`, with the same words for unknown, expired and revoked
 */
export async function findKey(store: AccessStore, authorization: string): Promise<ApiKeyRow> {
  const secret = /^Bearer +(swk_[\w-]{1,200})$/i.exec(authorization.trim())?.[1];
  if (secret === undefined)
    throw new StepwellError(
      "api_key_invalid",
      "The Authorization header holds no API key. Send `Bearer swk_…`; signing keys are not taken here.",
    );
  const hash = hashSecret(secret);
  const key = (await store.read.apiKeys()).find((row) => isSame(row.hash, hash));
  if (key === undefined || key.revokedAt !== null || (key.expiresAt !== null && store.now() >= key.expiresAt))
    throw new StepwellError("api_key_invalid");
  return key;
}

export async function markUsed(store: AccessStore, { id, lastUsedAt }: ApiKeyRow): Promise<void> {
  const now = store.now();
  if (lastUsedAt !== null && now - lastUsedAt < USED_EVERY_MS) return;
  await store.commit({}, () => ({
    write: [{ update: "apiKeys", key: { id }, set: { lastUsedAt: now } }],
    reply: null,
  }));
}
