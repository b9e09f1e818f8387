import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { cookieFrom, formRequest, fromBrowser, fromElsewhere, queryOf } from "@/lib/fixtures/form-request.ts";
import { inngest } from "@/lib/inngest/client.ts";
import { userOf } from "@/lib/session.ts";
import { services } from "@/services/index.ts";
import { POST } from "./route.ts";

beforeAll(() => services().ready());
const send = vi.spyOn(inngest, "send");
beforeEach(() => void send.mockResolvedValue({ ids: ["evt_1"] }));
afterEach(() => void send.mockReset());

const newcomer = () => ({
  name: "Zoe Ash",
  email: `${crypto.randomUUID()}@tallyho.example`,
  password: " eight or more ",
});
const signUp = (fields: Record<string, string>, posted = {}) =>
  POST(formRequest("/api/sign-up", fields, posted));
const userBehind = (response: Response) =>
  userOf(new Request("http://127.0.0.1/", { headers: { cookie: cookieFrom(response) } }));

describe("signing up", () => {
  it("makes the account, sends the event, and signs in", async () => {
    const zoe = newcomer();
    const response = await signUp(zoe);
    expect(response.status).toBe(201);
    const { userId, organizationId } = (await response.json()) as Record<string, string>;
    expect(await userBehind(response)).toMatchObject({ id: userId, organizationId, email: zoe.email });
    const [event] = send.mock.calls[0] ?? [];
    expect(event).toMatchObject({ name: "user/created", data: { userId, email: zoe.email, name: zoe.name } });
    expect(JSON.stringify(event)).not.toContain(zoe.password);
  });

  it("brings a browser to its new organization", async () => {
    const response = await signUp(newcomer(), fromBrowser);
    expect(response.status).toBe(303);
    const user = await userBehind(response);
    expect(response.headers.get("location")).toBe(`/organizations/${user?.organizationId}?welcome=1`);
  });

  it("keeps the session in a cookie that no script reads and no other site's form sends", async () => {
    const [cookie] = (await signUp(newcomer())).headers.getSetCookie();
    expect(cookie).toMatch(/^tallyho\.session_token=.+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  it("never makes an admin, whatever is sent", async () => {
    const fields = { ...newcomer(), role: "admin", organizationId: "org_northwind", emailVerified: "true" };
    const user = await userBehind(await signUp(fields));
    expect(user).toMatchObject({ role: "user", emailVerified: false });
    expect(user?.organizationId).not.toBe("org_northwind");
  });

  it("is refused for an address that has an account, and gives nobody its session", async () => {
    const zoe = newcomer();
    await signUp(zoe);
    const again = await signUp({ ...zoe, password: "another password" });
    expect([again.status, cookieFrom(again)]).toEqual([409, ""]);
  });

  it("leaves nothing behind when the event cannot be sent", async () => {
    send.mockRejectedValueOnce(new Error("connection refused"));
    const zoe = newcomer();
    const response = await signUp(zoe);
    expect([response.status, cookieFrom(response)]).toEqual([502, ""]);
    expect((await signUp(zoe)).status).toBe(201);
  });

  it.each([
    ["no password", { password: "" }, "password"],
    ["a short one", { password: "sevenxx" }, "password"],
    ["one that is too long", { password: "x".repeat(129) }, "password"],
    ["a name of two lines", { name: "Zoe\nAsh" }, "name"],
    ["an organization with a NUL", { organization: "Ash\0" }, "organization"],
    ["no name and no address", { name: " ", email: "zoe" }, "name,email"],
  ])("says which fields are wrong, and never repeats a password: %s", async (_what, fields, wrong) => {
    const { password, ...kept } = { ...newcomer(), ...fields };
    const response = await signUp({ ...kept, password }, fromBrowser);
    expect(queryOf(response)).toMatchObject({ wrong, error: expect.stringContaining(":") });
    expect(Object.keys(queryOf(response))).not.toContain("password");
    expect(send).not.toHaveBeenCalled();
  });

  it("is refused after sixty of all clients in a minute, where these cannot be told apart", async () => {
    while (services().tries.take("sign-up", 60) === 0);
    const response = await signUp(newcomer(), fromBrowser);
    expect(queryOf(response).error).toMatch(/^Too many tries\. Wait \d+ seconds and try again\.$/);
    expect((await signUp(newcomer())).status).toBe(429);
    expect(send).not.toHaveBeenCalled();
  });

  it("is refused after ten of a client that a trusted proxy names", async () => {
    const { trustedProxies } = services().config;
    trustedProxies.push("10.0.0.4");
    const from = { "x-forwarded-for": "203.0.113.7" };
    for (let tries = 0; tries < 10; tries++) expect((await signUp(newcomer(), from)).status).toBe(201);
    expect((await signUp(newcomer(), from)).status).toBe(429);
    expect((await signUp(newcomer(), { "x-forwarded-for": "203.0.113.8" })).status).toBe(201);
    trustedProxies.pop();
  });

  it("is refused from another site", async () => {
    expect((await signUp(newcomer(), fromElsewhere)).status).toBe(403);
    expect(send).not.toHaveBeenCalled();
  });
});
