import { verifyPassword } from "better-auth/crypto";
import { eq } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OpenDatabase } from "./client.ts";
import { createAdmin, demoAdmin, sayDemoAdmin, seedDemoAdmin } from "./create-admin.ts";
import { openEmptyDatabase } from "./fixtures/empty-database.ts";
import { accounts, auditLogs, sessions, users } from "./schema.ts";
import { seedDemo } from "./seed.ts";

let database: OpenDatabase;
beforeEach(async () => {
  database = await openEmptyDatabase();
});
afterEach(() => database.close());

const you = { email: "You@example.com", name: "You", organization: { id: "org_admins", name: "Admins" } };

async function userOf(email: string) {
  const [user] = await database.db.select().from(users).where(eq(users.email, email));
  return user;
}
async function signsIn(userId: string, password: string) {
  const [account] = await database.db.select().from(accounts).where(eq(accounts.userId, userId));
  return verifyPassword({ hash: account?.password ?? "", password });
}

describe("making an admin", () => {
  it("makes the user, their organization, and a password that is kept as a hash", async () => {
    const { userId, password, is } = await createAdmin(database, you);
    expect(is).toBe("new");
    expect(await userOf("you@example.com")).toMatchObject({
      id: userId,
      role: "admin",
      organizationId: "org_admins",
    });
    expect(await signsIn(userId, password)).toBe(true);
    expect(await signsIn(userId, `${password}!`)).toBe(false);
    expect(JSON.stringify(await database.db.select().from(accounts))).not.toContain(password);
  });

  it("again gives another password, and ends what was begun with the first", async () => {
    const first = await createAdmin(database, you);
    const now = new Date();
    const session = {
      id: "ses_1",
      token: "t",
      userId: first.userId,
      createdAt: now,
      updatedAt: now,
      expiresAt: now,
    };
    await database.db.insert(sessions).values(session);
    const second = await createAdmin(database, you);
    expect(second).toMatchObject({ userId: first.userId, is: "existing" });
    expect(await signsIn(first.userId, first.password)).toBe(false);
    expect(await signsIn(first.userId, second.password)).toBe(true);
    expect(await database.db.select().from(sessions)).toEqual([]);
  });

  it("makes one of somebody who is there already, and says so in the audit log", async () => {
    await seedDemo(database.db, new Date());
    const ada = { ...you, email: "ada@northwind.example" };
    expect(await createAdmin(database, ada)).toMatchObject({ userId: "usr_ada", is: "existing" });
    const user = await userOf("ada@northwind.example");
    expect(user).toMatchObject({ role: "admin", name: "Ada Rowe", organizationId: "org_northwind" });
    const logged = await database.db.select().from(auditLogs);
    expect(logged).toMatchObject([{ actorId: null, action: "gave-admin-a-password", subject: "usr_ada" }]);
  });
});

describe("the demo's admin", () => {
  it("is made once, with a password that is known once", async () => {
    await seedDemo(database.db, new Date());
    const password = (await seedDemoAdmin(database)) ?? "";
    const admin = await userOf(demoAdmin.email);
    expect(admin).toMatchObject({ role: "admin", name: "Demo Admin", organizationId: "org_northwind" });
    expect(await signsIn(admin?.id ?? "", password)).toBe(true);
    expect(await seedDemoAdmin(database)).toBeUndefined();
    expect(await signsIn(admin?.id ?? "", password)).toBe(true);
  });

  it("is made once by two that start together", async () => {
    const passwords = await Promise.all([seedDemoAdmin(database), seedDemoAdmin(database)]);
    const [password, ...others] = passwords.filter((shown) => shown !== undefined);
    expect(others).toEqual([]);
    expect(await signsIn((await userOf(demoAdmin.email))?.id ?? "", password ?? "")).toBe(true);
  });

  it("has another password each time, and one line tells it", async () => {
    const password = (await seedDemoAdmin(database)) ?? "";
    expect(password.length).toBeGreaterThanOrEqual(20);
    expect((await createAdmin(database, demoAdmin)).password).not.toBe(password);
    expect(sayDemoAdmin(password)).toBe(
      `Demo admin: admin@tallyho.example, password ${password} ` +
        "(shown this once; a new one: npm run admin:create -w examples/saas)",
    );
  });
});
