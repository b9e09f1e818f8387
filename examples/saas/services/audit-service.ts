/** Who did what: kept for people, for thirty days (see `daily-cleanup`). */
import { desc } from "drizzle-orm";
import type { Db } from "@/db/client.ts";
import { auditLogs } from "@/db/schema.ts";

export type AuditEntry = typeof auditLogs.$inferSelect;

export interface AuditService {
  /** `actorId` is a user's id, null for the app itself; `id` makes the same entry once. */
  record(entry: { actorId: string | null; action: string; subject: string; id?: string }): Promise<void>;
  /** Newest first. */
  list(limit: number): Promise<AuditEntry[]>;
}

export function createAuditService({ db }: { db: Db }): AuditService {
  return {
    async record({ id = crypto.randomUUID(), ...entry }) {
      await db
        .insert(auditLogs)
        .values({ ...entry, id, createdAt: new Date() })
        .onConflictDoNothing();
    },
    list: async (limit) => db.select().from(auditLogs).orderBy(desc(auditLogs.createdAt)).limit(limit),
  };
}
