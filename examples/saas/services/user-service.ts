/** People: signing up, what they chose, and when they were last seen. */
import { and, eq, isNull, lt, or } from "drizzle-orm";
import { isDuplicate, type OpenDatabase } from "@/db/client.ts";
import { passwordAccount } from "@/db/password-account.ts";
import { accounts, auditLogs, organizations, usage, users } from "@/db/schema.ts";
import { sampleUsage } from "@/db/seed-data.ts";

export type User = typeof users.$inferSelect;
export type NewAccount = { name: string; email: string; password: string; organization: string };
export type Choices = Pick<User, "name" | "emailReportsEnabled">;

/** "taken": somebody has signed up with this address before. */
export type SignUp = { is: "new"; user: User } | { is: "taken" };

export interface UserService {
  /** Makes the user with their password, and an organization with sample figures whose admin they are. */
  signUp(account: NewAccount): Promise<SignUp>;
  /** Takes a sign-up back whose event could not be sent. */
  undoSignUp(user: User): Promise<void>;
  find(userId: string): Promise<User | undefined>;
  /** False for an unknown id. */
  change(userId: string, choices: Partial<Choices>): Promise<boolean>;
  /** Keeps the latest moment; false for an unknown id. */
  markActive(userId: string, at: Date): Promise<boolean>;
  /** False for somebody who was never seen, and for an unknown id. */
  wasActiveSince(userId: string, since: Date): Promise<boolean>;
}

type Parts = Pick<OpenDatabase, "db" | "atomically">;

export function createUserService({ db, atomically }: Parts): UserService {
  async function find(id: string) {
    const [user] = await db.select().from(users).where(eq(users.id, id));
    return user;
  }
  return {
    find,
    async signUp(account) {
      const user = newUser(account, new Date());
      const organization = {
        id: user.organizationId,
        name: account.organization,
        createdAt: user.createdAt,
      };
      const password = await passwordAccount(user.id, account.password, user.createdAt);
      try {
        await atomically((tx) => [
          tx.insert(organizations).values(organization),
          tx.insert(users).values(user),
          tx.insert(accounts).values(password),
          tx.insert(usage).values(sampleUsage(organization.id, user.createdAt)),
          tx.insert(auditLogs).values(signedUp(user)),
        ]);
      } catch (error) {
        if (isDuplicate(error)) return { is: "taken" };
        throw error;
      }
      return { is: "new", user };
    },
    undoSignUp: ({ id, organizationId }) =>
      atomically((tx) => [
        tx.delete(auditLogs).where(eq(auditLogs.actorId, id)),
        tx.delete(users).where(eq(users.id, id)),
        tx.delete(usage).where(eq(usage.organizationId, organizationId)),
        tx.delete(organizations).where(eq(organizations.id, organizationId)),
      ]),
    async change(userId, { name, emailReportsEnabled }) {
      const changed = await db
        .update(users)
        .set({ name, emailReportsEnabled, updatedAt: new Date() })
        .where(eq(users.id, userId))
        .returning({ id: users.id });
      return changed.length > 0;
    },
    async markActive(userId, at) {
      const earlier = or(isNull(users.lastActiveAt), lt(users.lastActiveAt, at));
      await db
        .update(users)
        .set({ lastActiveAt: at })
        .where(and(eq(users.id, userId), earlier));
      return (await find(userId)) !== undefined;
    },
    async wasActiveSince(userId, since) {
      const user = await find(userId);
      return user?.lastActiveAt ? user.lastActiveAt >= since : false;
    },
  };
}

function newUser({ name, email }: NewAccount, now: Date): User {
  return {
    id: `usr_${crypto.randomUUID()}`,
    email: email.toLowerCase(),
    name,
    organizationId: `org_${crypto.randomUUID()}`,
    organizationRole: "admin",
    role: "user",
    emailVerified: false,
    image: null,
    emailReportsEnabled: true,
    lastActiveAt: now,
    createdAt: now,
    updatedAt: now,
  };
}

function signedUp({ id, createdAt }: User): typeof auditLogs.$inferInsert {
  return { id: crypto.randomUUID(), actorId: id, action: "signed-up", subject: id, createdAt };
}
