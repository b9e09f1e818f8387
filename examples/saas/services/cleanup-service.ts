/**
 * Deletes what has had its time. Each call may be repeated, and says what it deleted. The caller
 * brings the time (`now`): the ages of rows and files are judged by it, not by the machine's clock.
 */
import { and, eq, lt, lte } from "drizzle-orm";
import type { Db } from "@/db/client.ts";
import { auditLogs, sessions, uploads } from "@/db/schema.ts";
import type { StorageService } from "./storage-service.ts";

export type DeletedUploads = {
  /** Files that no row knows, what a crash in mid-write left behind included. */
  files: number;
  /** Rows whose file is gone. */
  rows: number;
};

export interface CleanupService {
  deleteExpiredSessions(now: Date): { deleted: number };
  /** Those over 30 days old. */
  deleteOldAuditLogs(now: Date): { deleted: number };
  /** Leaves files and rows of the last hour alone: their other half may be on its way. */
  deleteOrphanedUploads(now: Date): Promise<DeletedUploads>;
}

const HOUR_MS = 3_600_000;
const AUDIT_LOG_DAYS = 30;

export function createCleanupService({ db, storage }: { db: Db; storage: StorageService }): CleanupService {
  async function deleteFilesWithoutRow(before: Date): Promise<number> {
    const old = (await storage.list("uploads")).filter(({ writtenAt }) => writtenAt < before);
    // Read after the files: a row that came meanwhile is seen.
    const rows = db.select({ filePath: uploads.filePath }).from(uploads).all();
    const known = new Set(rows.map(({ filePath }) => filePath));
    let deleted = 0;
    for (const { path } of old) {
      if (!known.has(path) && (await storage.remove(path))) deleted++;
    }
    return deleted;
  }

  async function deleteRowsWithoutFile(before: Date): Promise<number> {
    const old = db.select().from(uploads).where(lt(uploads.createdAt, before)).all();
    let deleted = 0;
    for (const { id, filePath } of old) {
      if (await storage.exists(filePath)) continue;
      const same = and(eq(uploads.id, id), eq(uploads.filePath, filePath));
      deleted += db.delete(uploads).where(same).run().changes;
    }
    return deleted;
  }

  return {
    deleteExpiredSessions: (now) => ({
      deleted: db.delete(sessions).where(lte(sessions.expiresAt, now)).run().changes,
    }),
    deleteOldAuditLogs(now) {
      const oldest = new Date(now.getTime() - AUDIT_LOG_DAYS * 24 * HOUR_MS);
      return { deleted: db.delete(auditLogs).where(lt(auditLogs.createdAt, oldest)).run().changes };
    },
    async deleteOrphanedUploads(now) {
      const before = new Date(now.getTime() - HOUR_MS);
      const unfinished = await storage.removeUnfinished(before);
      const files = await deleteFilesWithoutRow(before);
      return { files: files + unfinished, rows: await deleteRowsWithoutFile(before) };
    },
  };
}
