import { beforeAll, describe, expect, it } from "vitest";
import { formRequest, fromBrowser, fromElsewhere, queryOf } from "@/lib/fixtures/form-request.ts";
import { sessionCookie } from "@/lib/fixtures/session-cookie.ts";
import { services } from "@/services/index.ts";
import { POST } from "./route.ts";

let cookie: string;
beforeAll(async () => {
  await services().ready();
  cookie = await sessionCookie("usr_ada");
});

const save = (fields: Record<string, string>, posted = {}) =>
  POST(formRequest("/api/settings", fields, { cookie, ...posted }));
const ada = () => services().users.find("usr_ada");

describe("the settings", () => {
  it("are saved: a name, and usage mails on or off", async () => {
    expect((await save({ name: "Ada Reed" })).status).toBe(200);
    expect(await ada()).toMatchObject({ name: "Ada Reed", emailReportsEnabled: false });
    const response = await save({ name: "Ada Rowe", emailReportsEnabled: "on" }, fromBrowser);
    expect(response.headers.get("location")).toBe("/settings?saved=1");
    expect(await ada()).toMatchObject({ name: "Ada Rowe", emailReportsEnabled: true });
  });

  it("give nobody another role, organization, or address", async () => {
    const { updatedAt: _before, ...before } = (await ada()) ?? {};
    const fields = {
      role: "admin",
      organizationRole: "admin",
      organizationId: "org_halyard",
      email: "a@b.example",
    };
    await save({ ...fields, id: "usr_ben", name: "Ada Rowe", emailReportsEnabled: "on" });
    expect(await ada()).toMatchObject(before);
  });

  it.each([
    ["no name", { name: " " }, "Name: must not be empty."],
    ["a name with a NUL", { name: "A\0da" }, "Name: must be one line of text."],
    ["a checkbox that is no checkbox", { name: "Ada", emailReportsEnabled: "maybe" }, "Usage mails: must be"],
  ])("are refused with %s", async (_what, fields, error) => {
    const before = await ada();
    const response = await save(fields as Record<string, string>, fromBrowser);
    expect(queryOf(response).error).toContain(error);
    expect(await ada()).toEqual(before);
  });

  it("are those of who is signed in, and posted from our own page", async () => {
    expect((await save({ name: "Nobody" }, { cookie: "" })).status).toBe(401);
    const page = await save({ name: "Nobody" }, { cookie: "", ...fromBrowser });
    expect(page.headers.get("location")).toBe("/sign-in?next=%2Fsettings");
    expect((await save({ name: "Eve" }, fromElsewhere)).status).toBe(403);
    expect((await ada())?.name).toBe("Ada Rowe");
  });
});
