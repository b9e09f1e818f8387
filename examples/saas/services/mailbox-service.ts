/** The mails the catcher kept, newest first. */
import { desc, eq, sql } from "drizzle-orm";
import type { Db } from "@/db/client.ts";
import { mailbox } from "@/db/schema.ts";
import type { CaughtMail } from "@/lib/mail/catcher.ts";

export type KeptMail = typeof mailbox.$inferSelect;

export interface MailboxService {
  keep(mail: CaughtMail): Promise<void>;
  list(filter?: { to?: string; limit?: number }): Promise<KeptMail[]>;
  find(id: string): Promise<KeptMail | undefined>;
}

export function createMailboxService({ db }: { db: Db }): MailboxService {
  return {
    async keep(mail) {
      const row = { ...mail, id: crypto.randomUUID(), receivedAt: new Date() };
      await db
        .insert(mailbox)
        .values(row)
        .onConflictDoUpdate({
          target: mailbox.messageId,
          set: { copies: sql`${mailbox.copies} + 1` },
        });
    },
    async list({ to, limit = 100 } = {}) {
      return db
        .select()
        .from(mailbox)
        .where(to ? eq(mailbox.to, to.toLowerCase()) : undefined)
        .orderBy(desc(mailbox.receivedAt), desc(mailbox.id))
        .limit(limit);
    },
    async find(id) {
      const [mail] = await db.select().from(mailbox).where(eq(mailbox.id, id));
      return mail;
    },
  };
}
