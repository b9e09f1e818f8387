import { describe, expect, it } from "vitest";
import { openDatabase } from "@/db/client.ts";
import { organizations, usage, users } from "@/db/schema.ts";
import { createOrganizationService } from "./organization-service.ts";
import { createUserService, type NewAccount } from "./user-service.ts";

function open() {
  const db = openDatabase(":memory:");
  const people = createUserService(db);
  const signUp = (account: NewAccount) => {
    const result = people.signUp(account);
    if (result.is === "taken") throw new Error(`${account.email} is taken`);
    return result.user;
  };
  return { db, people, signUp, organizations: createOrganizationService(db) };
}
const zoe = { name: "Zoe", email: "Zoe@Tallyho.example", organization: "Zoe's team" };

describe("signing up", () => {
  it("makes an organization with sample figures, whose admin the user is", () => {
    const { signUp, organizations } = open();
    const user = signUp(zoe);
    expect(user.email).toBe("zoe@tallyho.example");
    expect(organizations.findAdmin(user.organizationId)).toEqual(user);
    const range = { start: "2000-01-01", end: "2999-12-31" };
    expect(organizations.listUsage(user.organizationId, range)).toHaveLength(90);
  });

  it("is refused for an address that has an account, in whatever case", () => {
    const { people } = open();
    people.signUp(zoe);
    expect(people.signUp({ ...zoe, email: "ZOE@tallyho.EXAMPLE" })).toEqual({ is: "taken" });
  });

  it("can be taken back whole, and then done again", () => {
    const { db, people, signUp } = open();
    people.undoSignUp(signUp(zoe));
    for (const table of [users, organizations, usage]) expect(db.select().from(table).all()).toEqual([]);
    expect(signUp(zoe).name).toBe("Zoe");
  });
});

describe("activity", () => {
  it("is what happened since, and never that of somebody unknown", () => {
    const { people, signUp } = open();
    const { id } = signUp(zoe);
    expect(people.wasActiveSince(id, new Date(Date.now() - 1_000))).toBe(true);
    expect(people.wasActiveSince(id, new Date(Date.now() + 1_000))).toBe(false);
    expect(people.wasActiveSince("usr_nobody", new Date(0))).toBe(false);
  });

  it("moves forward only, and is not noted for somebody unknown", () => {
    const { people, signUp } = open();
    const { id } = signUp(zoe);
    const tomorrow = new Date(Date.now() + 86_400_000);
    expect(people.markActive(id, tomorrow)).toBe(true);
    expect(people.markActive(id, new Date())).toBe(true);
    expect(people.wasActiveSince(id, tomorrow)).toBe(true);
    expect(people.markActive("usr_nobody", tomorrow)).toBe(false);
  });
});
