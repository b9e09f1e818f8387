import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { services } from "@/services/index.ts";
import { sessionCookie } from "./fixtures/session-cookie.ts";
import { isMember, memberOf, userOf } from "./session.ts";

beforeAll(() => services().ready());
afterEach(() => void vi.useRealTimers());

const request = (headers: Record<string, string> = {}) => new Request("http://127.0.0.1/", { headers });
const as = async (userId: string) => request({ cookie: await sessionCookie(userId) });

describe("who is asking", () => {
  it("is nobody without a session", async () => {
    expect(await userOf(request())).toBeUndefined();
  });

  it("is the user of the session, with what the database says of them now", async () => {
    const ada = await as("usr_ada");
    expect(await userOf(ada)).toMatchObject({ id: "usr_ada", role: "user", name: "Ada Rowe" });
    await services().users.change("usr_ada", { name: "Ada Reed" });
    expect((await userOf(ada))?.name).toBe("Ada Reed");
  });

  it("is nobody a week after signing in, however busy the week was", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const start = Date.now();
    const ben = await as("usr_ben");
    for (const day of [1, 4, 6.99]) {
      vi.setSystemTime(start + day * 86_400_000);
      expect(await userOf(ben)).toMatchObject({ id: "usr_ben" });
    }
    vi.setSystemTime(start + 7 * 86_400_000 + 1_000);
    expect(await userOf(ben)).toBeUndefined();
  });

  it("is nobody when a character of the cookie is another", async () => {
    const cookie = await sessionCookie("usr_ben");
    const [name, token = ""] = cookie.split("=");
    const flipped = token.startsWith("a") ? `b${token.slice(1)}` : `a${token.slice(1)}`;
    expect(await userOf(request({ cookie }))).toMatchObject({ id: "usr_ben" });
    expect(await userOf(request({ cookie: `${name}=${flipped}` }))).toBeUndefined();
  });
});

describe("an organization", () => {
  it("is open to its people, whatever they are in it", async () => {
    const member = await memberOf(await as("usr_ben"), "org_northwind");
    expect(member).toMatchObject({ user: { id: "usr_ben" }, organization: { name: "Northwind Tea" } });
  });

  it.each([
    ["another organization's", "org_halyard"],
    ["an unknown one's", "org_nobody"],
  ])("is not there for other people: %s", async (_what, organizationId) => {
    const refusal = await memberOf(await as("usr_ben"), organizationId);
    expect(refusal).toHaveProperty("status", 404);
  });

  it("asks who is not signed in to do so, and comes back", async () => {
    expect(await memberOf(request(), "org_northwind")).toHaveProperty("status", 401);
    const page = (await memberOf(request({ accept: "text/html" }), "org_northwind")) as Response;
    expect(page.status).toBe(303);
    expect(page.headers.get("location")).toBe("/sign-in?next=%2Forganizations%2Forg_northwind");
  });

  it("is open to admins of the app, wherever they belong", async () => {
    const ada = await services().users.find("usr_ada");
    if (!ada) throw new Error("Ada is seeded");
    expect(isMember(ada, "org_halyard")).toBe(false);
    expect(isMember({ ...ada, role: "admin" }, "org_halyard")).toBe(true);
  });
});
