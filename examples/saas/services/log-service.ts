/** What the app has to say for itself: kept for machines, for ninety days (see `weekly-cleanup`). */
import { desc } from "drizzle-orm";
import type { Db } from "@/db/client.ts";
import { logs } from "@/db/schema.ts";

export type LogEntry = typeof logs.$inferSelect;

export interface LogService {
  /** An `id` that is there already is the same entry, and is left as it is. */
  write(entry: { id: string; level: LogEntry["level"]; message: string; at: Date }): Promise<void>;
  /** Newest first. */
  list(limit: number): Promise<LogEntry[]>;
}

export function createLogService({ db }: { db: Db }): LogService {
  return {
    async write({ at, ...entry }) {
      await db
        .insert(logs)
        .values({ ...entry, createdAt: at })
        .onConflictDoNothing();
    },
    list: async (limit) => db.select().from(logs).orderBy(desc(logs.createdAt)).limit(limit),
  };
}
