import { verifyPassword } from "better-auth/crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OpenDatabase } from "@/db/client.ts";
import { openEmptyDatabase } from "@/db/fixtures/empty-database.ts";
import { accounts, auditLogs, organizations, usage, users } from "@/db/schema.ts";
import { createOrganizationService } from "./organization-service.ts";
import { createUserService, type NewAccount, type UserService } from "./user-service.ts";

let database: OpenDatabase;
let people: UserService;
beforeEach(async () => {
  database = await openEmptyDatabase();
  people = createUserService(database);
});
afterEach(() => database.close());

async function signUp(account: NewAccount) {
  const result = await people.signUp(account);
  if (result.is === "taken") throw new Error(`${account.email} is taken`);
  return result.user;
}
const zoe = {
  name: "Zoe",
  email: "Zoe@Tallyho.example",
  password: "eight or more",
  organization: "Zoe's team",
};

describe("signing up", () => {
  it("makes an organization with sample figures, whose admin the user is", async () => {
    const user = await signUp(zoe);
    expect(user.email).toBe("zoe@tallyho.example");
    expect(await createOrganizationService(database).findAdmin(user.organizationId)).toEqual(user);
    const range = { start: "2000-01-01", end: "2999-12-31" };
    expect(await createOrganizationService(database).listUsage(user.organizationId, range)).toHaveLength(90);
  });

  it("is refused for an address that has an account, in whatever case", async () => {
    await people.signUp(zoe);
    expect(await people.signUp({ ...zoe, email: "ZOE@tallyho.EXAMPLE" })).toEqual({ is: "taken" });
  });

  it("keeps the password as a hash, for better-auth to check", async () => {
    const { id } = await signUp(zoe);
    const [account] = await database.db.select().from(accounts);
    expect(account).toMatchObject({ userId: id, accountId: id, providerId: "credential" });
    expect(account?.password).not.toContain(zoe.password);
    expect(await verifyPassword({ hash: account?.password ?? "", password: zoe.password })).toBe(true);
  });

  it("can be taken back whole, and then done again", async () => {
    await people.undoSignUp(await signUp(zoe));
    for (const table of [users, accounts, organizations, usage, auditLogs])
      expect(await database.db.select().from(table)).toEqual([]);
    expect((await signUp(zoe)).name).toBe("Zoe");
  });
});

describe("a change", () => {
  it("is of what is named, and of one user", async () => {
    const { id, updatedAt: _signedUp, ...user } = await signUp(zoe);
    const yan = await signUp({ ...zoe, email: "yan@tallyho.example" });
    expect(await people.change(id, { emailReportsEnabled: false })).toBe(true);
    expect(await people.find(id)).toMatchObject({ ...user, emailReportsEnabled: false });
    expect(await people.change(id, { name: "Zo" })).toBe(true);
    expect(await people.find(id)).toMatchObject({ ...user, name: "Zo", emailReportsEnabled: false });
    expect(await people.find(yan.id)).toEqual(yan);
  });

  it("of somebody unknown is none", async () => {
    expect(await people.change("usr_nobody", { name: "Nobody" })).toBe(false);
  });
});

describe("activity", () => {
  it("is what happened since, and never that of somebody unknown", async () => {
    const { id } = await signUp(zoe);
    expect(await people.wasActiveSince(id, new Date(Date.now() - 1_000))).toBe(true);
    expect(await people.wasActiveSince(id, new Date(Date.now() + 1_000))).toBe(false);
    expect(await people.wasActiveSince("usr_nobody", new Date(0))).toBe(false);
  });

  it("moves forward only, and is not noted for somebody unknown", async () => {
    const { id } = await signUp(zoe);
    const tomorrow = new Date(Date.now() + 86_400_000);
    expect(await people.markActive(id, tomorrow)).toBe(true);
    expect(await people.markActive(id, new Date())).toBe(true);
    expect(await people.wasActiveSince(id, tomorrow)).toBe(true);
    expect(await people.markActive("usr_nobody", tomorrow)).toBe(false);
  });
});
