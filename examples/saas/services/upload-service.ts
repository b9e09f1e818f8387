/**
 * Files that members upload. The file comes before its row and goes after it: whatever a crash in
 * between leaves is a file without a row, which nobody sees and `daily-cleanup` removes an hour later.
 */
import { and, desc, eq } from "drizzle-orm";
import type { Db } from "@/db/client.ts";
import { uploads } from "@/db/schema.ts";
import { cleanFileName, extensionOf } from "@/lib/file-name.ts";
import type { StorageService } from "./storage-service.ts";

export type Upload = typeof uploads.$inferSelect;
export type NewUpload = { organizationId: string; fileName: string; bytes: Uint8Array; at: Date };

export interface UploadService {
  /** Keeps the file under a path of our own making; its name is kept for people. */
  keep(upload: NewUpload): Promise<Upload>;
  /** Newest first. */
  list(organizationId: string, limit: number): Promise<Upload[]>;
  /** What a stored path belongs to. */
  findByPath(filePath: string): Promise<Upload | undefined>;
  /** What it deleted; undefined if the organization has no such upload (any more). */
  remove(organizationId: string, uploadId: string): Promise<Upload | undefined>;
  /** A fresh link, good for an hour. */
  downloadUrl(upload: Upload): string;
}

/** Of one file: 5 MB. */
export const MAX_UPLOAD_BYTES = 5 * 1_048_576;

type Parts = { db: Db; storage: StorageService };

const HOUR_MS = 3_600_000;

export function createUploadService({ db, storage }: Parts): UploadService {
  return {
    async keep({ organizationId, fileName, bytes, at }) {
      const id = crypto.randomUUID();
      const name = cleanFileName(fileName);
      const filePath = `uploads/${organizationId}/${id}${extensionOf(name)}`;
      const upload = { id, organizationId, fileName: name, filePath, sizeBytes: bytes.length, createdAt: at };
      await storage.save(filePath, bytes);
      await db.insert(uploads).values(upload);
      return upload;
    },
    list: async (organizationId, limit) =>
      db
        .select()
        .from(uploads)
        .where(eq(uploads.organizationId, organizationId))
        .orderBy(desc(uploads.createdAt), desc(uploads.id))
        .limit(limit),
    async findByPath(filePath) {
      const [upload] = await db.select().from(uploads).where(eq(uploads.filePath, filePath)).limit(1);
      return upload;
    },
    async remove(organizationId, uploadId) {
      const [removed] = await db
        .delete(uploads)
        .where(and(eq(uploads.id, uploadId), eq(uploads.organizationId, organizationId)))
        .returning();
      if (removed) await storage.remove(removed.filePath);
      return removed;
    },
    downloadUrl: ({ filePath }) => storage.linkTo(filePath, new Date(Date.now() + HOUR_MS)),
  };
}
