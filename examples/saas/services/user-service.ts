/** People: signing up, and when they were last seen. */
import { eq, sql } from "drizzle-orm";
import type { Db } from "@/db/client.ts";
import { auditLogs, organizations, usage, users } from "@/db/schema.ts";
import { sampleUsage } from "@/db/seed-data.ts";

export type User = typeof users.$inferSelect;
export type NewAccount = { name: string; email: string; organization: string };

/** "taken": somebody has signed up with this address before. */
export type SignUp = { is: "new"; user: User } | { is: "taken" };

export interface UserService {
  /** Makes the user, and an organization with sample figures whose admin they are. */
  signUp(account: NewAccount): SignUp;
  /** Takes a sign-up back whose event could not be sent. */
  undoSignUp(user: User): void;
  find(userId: string): User | undefined;
  /** Keeps the latest moment; false for an unknown id. */
  markActive(userId: string, at: Date): boolean;
  /** False for somebody who was never seen, and for an unknown id. */
  wasActiveSince(userId: string, since: Date): boolean;
}

export function createUserService(db: Db): UserService {
  const find = (id: string) => db.select().from(users).where(eq(users.id, id)).get();
  return {
    find,
    signUp({ name, organization, ...account }) {
      const email = account.email.toLowerCase();
      const now = new Date();
      return db.transaction((tx) => {
        const taken = tx.select().from(users).where(eq(users.email, email)).get();
        if (taken) return { is: "taken" };
        const organizationId = `org_${crypto.randomUUID()}`;
        tx.insert(organizations).values({ id: organizationId, name: organization, createdAt: now }).run();
        tx.insert(usage).values(sampleUsage(organizationId, now)).run();
        const user = tx
          .insert(users)
          .values({
            id: `usr_${crypto.randomUUID()}`,
            email,
            name,
            organizationId,
            organizationRole: "admin",
            lastActiveAt: now,
            createdAt: now,
          })
          .returning()
          .get();
        tx.insert(auditLogs).values(signedUp(user)).run();
        return { is: "new", user };
      });
    },
    undoSignUp({ id, organizationId }) {
      db.transaction((tx) => {
        tx.delete(auditLogs).where(eq(auditLogs.actorId, id)).run();
        tx.delete(users).where(eq(users.id, id)).run();
        tx.delete(usage).where(eq(usage.organizationId, organizationId)).run();
        tx.delete(organizations).where(eq(organizations.id, organizationId)).run();
      });
    },
    markActive(userId, at) {
      const latest = sql`max(coalesce(${users.lastActiveAt}, 0), ${at.getTime()})`;
      return db.update(users).set({ lastActiveAt: latest }).where(eq(users.id, userId)).run().changes > 0;
    },
    wasActiveSince(userId, since) {
      const user = find(userId);
      return user?.lastActiveAt ? user.lastActiveAt >= since : false;
    },
  };
}

function signedUp({ id, createdAt }: User): typeof auditLogs.$inferInsert {
  return { id: crypto.randomUUID(), actorId: id, action: "signed-up", subject: id, createdAt };
}
