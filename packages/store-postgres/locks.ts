/**
 * What a commit locks (hard-parts.md §4): an advisory lock for each name that it asks about and that
 * two commits may not decide on at once.
 *
 * Locked: a run, a lease, a wake, gates (and who holds them), an app, signals, a tick, the users (all as one), a bulk
 * job. A pool by a try-lock of its own.
 * Not locked: `awaited` and `waits`, whose readers look again after their commit (hard-parts.md §3), and
 * `events`: there may be thousands in one commit, more than the server's lock table holds. Their unique
 * index is the lock: the second insert fails, and is tried again alone, when it sees the first.
 */
import { hash } from "node:crypto";
import type { Ask } from "@stepwell/store";

/** First halves of our advisory locks: "Swl" and a number, since the user's own locks share the space. */
export const POOL_LOCK = 0x53_77_6c_01;
export const MIGRATION_LOCK = 0x53_77_6c_02;
export const KEY_LOCK = 0x53_77_6c_03;
export const ENGINE_LOCK = 0x53_77_6c_04;

/** Names that two commits of one node may not be deciding on at the same time; the database locks most of them. */
export function keysOf(ask: Ask): string[] {
  const keys = lockedKeys(ask);
  for (const id of ask.events ?? []) keys.push(`event ${id}`);
  if (ask.pool !== undefined) keys.push(`pool ${ask.pool.pool}`);
  return keys;
}

/** Of those, the ones that the database locks. */
export function lockedKeys(ask: Ask): string[] {
  const keys: string[] = [];
  if (ask.run !== undefined) keys.push(`run ${ask.run.runId}`);
  if (ask.lease !== undefined) keys.push(`lease ${ask.lease}`);
  if (ask.wake !== undefined) keys.push(`wake ${ask.wake}`);
  if (ask.app !== undefined) keys.push(`app ${ask.app}`);
  if (ask.tick !== undefined)
    keys.push(`tick ${JSON.stringify([ask.tick.functionId, ask.tick.cron, ask.tick.scheduledAt])}`);
  for (const key of new Set([...(ask.gates ?? []), ...(ask.holders ?? [])])) keys.push(`gate ${key}`);
  if (ask.users !== undefined) keys.push("users");
  if (ask.bulkJob !== undefined) keys.push(`bulk ${ask.bulkJob.id}`);
  for (const name of ask.signals ?? []) keys.push(`signal ${name}`);
  return keys;
}

/** The second half of an advisory lock. Two names with one hash wait for each other, no more. */
export function lockHash(schema: string, key: string): number {
  return hash("sha1", `${schema}\n${key}`, "buffer").readInt32BE(0);
}

/** Hashed first, then sorted, then made unique: two nodes take them in the same order. */
export function lockHashes(schema: string, keys: Iterable<string>): number[] {
  const hashes = new Set<number>();
  for (const key of keys) hashes.add(lockHash(schema, key));
  return [...hashes].sort((a, b) => a - b);
}
