/**
 * Development only: leaves behind what the daily clean-up is for, beside what it must not touch,
 * so that the demo can show the one gone and the other kept. All ids follow from the user's.
 */
import { eq } from "drizzle-orm";
import type { OpenDatabase } from "@/db/client.ts";
import { auditLogs, sessions, uploads } from "@/db/schema.ts";
import type { StorageService } from "./storage-service.ts";
import type { User } from "./user-service.ts";

export type Leftovers = {
  endedSession: boolean;
  openSession: boolean;
  oldAuditLog: boolean;
  newAuditLog: boolean;
  fileWithoutRow: boolean;
  rowWithoutFile: boolean;
  wholeUpload: boolean;
};

export interface LeftoverService {
  /** Due a day after `at`, so that only a clock that was moved finds it due now. Again is as once. */
  leave(user: User, at: Date): Promise<void>;
  /** What of it is still there. */
  look(userId: string): Promise<Leftovers>;
}

const DAY_MS = 86_400_000;
const note = Buffer.from("Left here by the demo.\n");

type Parts = Pick<OpenDatabase, "db" | "atomically"> & { storage: StorageService };

export function createLeftoverService({ db, atomically, storage }: Parts): LeftoverService {
  const has = async (table: typeof sessions | typeof auditLogs | typeof uploads, id: string) =>
    (await db.select({ id: table.id }).from(table).where(eq(table.id, id))).length > 0;
  return {
    async leave(user, at) {
      await storage.save(pathOf(user.id, "fileWithoutRow"), note);
      await storage.save(pathOf(user.id, "wholeUpload"), note);
      const rows = rowsOf(user, at);
      await atomically((tx) => [
        tx.insert(sessions).values(rows.sessions).onConflictDoNothing(),
        tx.insert(auditLogs).values(rows.auditLogs).onConflictDoNothing(),
        tx.insert(uploads).values(rows.uploads).onConflictDoNothing(),
      ]);
    },
    async look(userId) {
      const fileOf = (kind: keyof Leftovers) => storage.exists(pathOf(userId, kind));
      const idFor = (kind: keyof Leftovers) => idOf(userId, kind);
      return {
        endedSession: await has(sessions, idFor("endedSession")),
        openSession: await has(sessions, idFor("openSession")),
        oldAuditLog: await has(auditLogs, idFor("oldAuditLog")),
        newAuditLog: await has(auditLogs, idFor("newAuditLog")),
        fileWithoutRow: await fileOf("fileWithoutRow"),
        rowWithoutFile: await has(uploads, idFor("rowWithoutFile")),
        wholeUpload: (await has(uploads, idFor("wholeUpload"))) && (await fileOf("wholeUpload")),
      };
    },
  };
}

function rowsOf({ id: userId, organizationId }: User, at: Date) {
  const days = (count: number) => new Date(at.getTime() + count * DAY_MS);
  const id = (kind: keyof Leftovers) => idOf(userId, kind);
  // Signed in long ago by every clock, so that the clean-up judges them by their end alone.
  const longAgo = new Date("2020-01-01T00:00:00Z");
  const begun = { createdAt: longAgo, updatedAt: longAgo };
  const session = (kind: "endedSession" | "openSession", expiresAt: Date) => ({
    ...begun,
    id: id(kind),
    userId,
    token: crypto.randomUUID(),
    expiresAt,
  });
  const log = { actorId: userId, action: "looked-around", subject: userId };
  const upload = { organizationId, fileName: "notes.txt", sizeBytes: note.length, createdAt: days(-1) };
  return {
    sessions: [session("endedSession", days(1)), session("openSession", days(30))],
    auditLogs: [
      { ...log, id: id("oldAuditLog"), createdAt: days(-29) },
      { ...log, id: id("newAuditLog"), createdAt: days(-1) },
    ],
    uploads: [
      { ...upload, id: id("rowWithoutFile"), filePath: pathOf(userId, "rowWithoutFile") },
      { ...upload, id: id("wholeUpload"), filePath: pathOf(userId, "wholeUpload") },
    ],
  };
}

function idOf(userId: string, kind: keyof Leftovers): string {
  return `left-${kind}-${userId}`;
}

function pathOf(userId: string, kind: keyof Leftovers): string {
  return `uploads/${idOf(userId, kind)}/notes.txt`;
}
