/**
 * Admins are made here, by whoever may open the database, and by no route of the app. Passwords are
 * generated, so that none is known from the source. Imported by plain scripts too: relative imports only.
 */
import { randomBytes } from "node:crypto";
import { eq } from "drizzle-orm";
import { isDuplicate, type OpenDatabase } from "./client.ts";
import { passwordAccount } from "./password-account.ts";
import { accounts, auditLogs, organizations, sessions, users } from "./schema.ts";

export type Admin = { email: string; name: string; organization: { id: string; name: string } };
export type CreatedAdmin = { userId: string; password: string; is: "new" | "existing" };

type Parts = Pick<OpenDatabase, "db" | "atomically">;

export const demoAdmin: Admin = {
  email: "admin@tallyho.example",
  name: "Demo Admin",
  organization: { id: "org_northwind", name: "Northwind Tea" },
};

/** Whoever has the address is an admin afterwards, signed in nowhere, with the password that is returned. */
export async function createAdmin(parts: Parts, admin: Admin, now = new Date()): Promise<CreatedAdmin> {
  const known = await findByEmail(parts, admin.email);
  if (!known) return insertAdmin(parts, admin, now);
  const { id: userId } = known;
  const password = newPassword();
  const account = await passwordAccount(userId, password, now);
  await parts.atomically((db) => [
    db.update(users).set({ role: "admin", updatedAt: now }).where(eq(users.id, userId)),
    db.delete(accounts).where(eq(accounts.userId, userId)),
    db.insert(accounts).values(account),
    db.delete(sessions).where(eq(sessions.userId, userId)),
    db.insert(auditLogs).values(entry("gave-admin-a-password", userId, now)),
  ]);
  return { userId, password, is: "existing" };
}

/** The password, or undefined where there is a demo admin: one that was kept cannot be shown again. */
export async function seedDemoAdmin(parts: Parts, now = new Date()): Promise<string | undefined> {
  if (await findByEmail(parts, demoAdmin.email)) return undefined;
  try {
    return (await insertAdmin(parts, demoAdmin, now)).password;
  } catch (error) {
    // Another process starts at the same moment, and shows its own.
    if (isDuplicate(error)) return undefined;
    throw error;
  }
}

export function sayDemoAdmin(password: string): string {
  return (
    `Demo admin: ${demoAdmin.email}, password ${password} ` +
    "(shown this once; a new one: npm run admin:create -w examples/saas)"
  );
}

async function insertAdmin({ atomically }: Parts, admin: Admin, now: Date): Promise<CreatedAdmin> {
  const { name, organization } = admin;
  const userId = `usr_${crypto.randomUUID()}`;
  const password = newPassword();
  const account = await passwordAccount(userId, password, now);
  const user: typeof users.$inferInsert = {
    id: userId,
    email: admin.email.toLowerCase(),
    name,
    organizationId: organization.id,
    organizationRole: "admin",
    role: "admin",
    createdAt: now,
    updatedAt: now,
  };
  await atomically((db) => [
    db
      .insert(organizations)
      .values({ ...organization, createdAt: now })
      .onConflictDoNothing(),
    db.insert(users).values(user),
    db.insert(accounts).values(account),
    db.insert(auditLogs).values(entry("made-admin", userId, now)),
  ]);
  return { userId, password, is: "new" };
}

async function findByEmail({ db }: Parts, email: string) {
  const [user] = await db.select().from(users).where(eq(users.email, email.toLowerCase())).limit(1);
  return user;
}

function newPassword(): string {
  return randomBytes(15).toString("base64url");
}

function entry(action: string, subject: string, createdAt: Date): typeof auditLogs.$inferInsert {
  return { id: crypto.randomUUID(), actorId: null, action, subject, createdAt };
}
