/**
 * Deletes what has had its time. Each call may be repeated, and says what it deleted. The caller
 * brings the time (`now`): the ages of rows and files are judged by it, not by the machine's clock.
 */
import { and, eq, lt, lte } from "drizzle-orm";
import type { Db } from "@/db/client.ts";
import { auditLogs, logs, sessions, uploads } from "@/db/schema.ts";
import type { StorageService } from "./storage-service.ts";

export type DeletedUploads = {
  /** Files that no row knows, what a crash in mid-write left behind included. */
  files: number;
  /** Rows whose file is gone. */
  rows: number;
};

export interface CleanupService {
  /**
   * Not one that was used within a day of the machine's clock, which made it: a server's clock that was
   * moved by a month must not sign out who is here now.
   */
  deleteExpiredSessions(now: Date): Promise<{ deleted: number }>;
  /** Those over 30 days old. */
  deleteOldAuditLogs(now: Date): Promise<{ deleted: number }>;
  /** Those over 90 days old. */
  deleteOldLogs(now: Date): Promise<{ deleted: number }>;
  /** Leaves files and rows of the last hour alone: their other half may be on its way. */
  deleteOrphanedUploads(now: Date): Promise<DeletedUploads>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const AUDIT_LOG_DAYS = 30;
const LOG_DAYS = 90;

type Parts = { db: Db; storage: StorageService; machineNow?: () => number };

export function createCleanupService({ db, storage, machineNow = Date.now }: Parts): CleanupService {
  async function deleteFilesWithoutRow(before: Date): Promise<number> {
    const old = (await storage.list("uploads")).filter(({ writtenAt }) => writtenAt < before);
    // Read after the files: a row that came meanwhile is seen.
    const rows = await db.select({ filePath: uploads.filePath }).from(uploads);
    const known = new Set(rows.map(({ filePath }) => filePath));
    let deleted = 0;
    for (const { path } of old) {
      if (!known.has(path) && (await storage.remove(path))) deleted++;
    }
    return deleted;
  }

  async function deleteRowsWithoutFile(before: Date): Promise<number> {
    const old = await db.select().from(uploads).where(lt(uploads.createdAt, before));
    let deleted = 0;
    for (const { id, filePath } of old) {
      if (await storage.exists(filePath)) continue;
      const same = and(eq(uploads.id, id), eq(uploads.filePath, filePath));
      deleted += (await db.delete(uploads).where(same).returning({ id: uploads.id })).length;
    }
    return deleted;
  }

  return {
    async deleteExpiredSessions(now) {
      const fresh = new Date(machineNow() - DAY_MS);
      const expired = and(lte(sessions.expiresAt, now), lt(sessions.updatedAt, fresh));
      return { deleted: (await db.delete(sessions).where(expired).returning({ id: sessions.id })).length };
    },
    async deleteOldAuditLogs(now) {
      const oldest = new Date(now.getTime() - AUDIT_LOG_DAYS * DAY_MS);
      const old = lt(auditLogs.createdAt, oldest);
      return { deleted: (await db.delete(auditLogs).where(old).returning({ id: auditLogs.id })).length };
    },
    async deleteOldLogs(now) {
      const old = lt(logs.createdAt, new Date(now.getTime() - LOG_DAYS * DAY_MS));
      return { deleted: (await db.delete(logs).where(old).returning({ id: logs.id })).length };
    },
    async deleteOrphanedUploads(now) {
      const before = new Date(now.getTime() - HOUR_MS);
      const unfinished = await storage.removeUnfinished(before);
      const files = await deleteFilesWithoutRow(before);
      return { files: files + unfinished, rows: await deleteRowsWithoutFile(before) };
    },
  };
}
