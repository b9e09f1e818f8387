import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { POST as markActive } from "@/app/api/dev/users/[id]/active/route.ts";
import { GET, POST } from "@/app/api/dev/users/[id]/leftovers/route.ts";
import { services } from "@/services/index.ts";

beforeAll(() => services().ready());
afterEach(() => void vi.unstubAllEnvs());

const tomorrow = new Date(Date.now() + 86_400_000);
const about = (id: string) => ({ params: Promise.resolve({ id }) });
const post = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
  new Request("http://127.0.0.1/", {
    method: "POST",
    headers: { host: "127.0.0.1", ...headers },
    body: new URLSearchParams(fields),
  });

describe("the development routes", () => {
  it("note that somebody was here at the moment that is said", async () => {
    const response = await markActive(post({ at: tomorrow.toISOString() }), about("usr_lea"));
    expect(response.status).toBe(200);
    expect((await services().users.find("usr_lea"))?.lastActiveAt).toEqual(tomorrow);
  });

  it("leave work for the clean-up, and say what of it is there", async () => {
    const nothing = await (await GET(new Request("http://127.0.0.1/"), about("usr_tom"))).json();
    expect(Object.values(nothing)).toEqual(Array(7).fill(false));
    const response = await POST(post({ at: tomorrow.toISOString() }), about("usr_tom"));
    expect(response.status).toBe(201);
    expect(Object.values(await response.json())).toEqual(Array(7).fill(true));
  });

  it.each([
    ["an unknown user", "usr_nobody", { at: tomorrow.toISOString() }, {}, 404],
    ["a moment that is none", "usr_lea", { at: "tomorrow" }, {}, 400],
    ["no moment", "usr_lea", {}, {}, 400],
    ["another site", "usr_lea", { at: tomorrow.toISOString() }, { origin: "https://evil.example" }, 403],
  ])("refuse %s, and change nothing", async (_what, id, fields, headers, status) => {
    const before = await services().users.find("usr_lea");
    for (const route of [markActive, POST]) {
      expect((await route(post({ ...fields } as Record<string, string>, headers), about(id))).status).toBe(
        status,
      );
    }
    expect(await services().users.find("usr_lea")).toEqual(before);
    expect(Object.values(await services().leftovers.look("usr_lea"))).toEqual(Array(7).fill(false));
  });

  it.each([
    ["SAAS_MAILBOX", "off"],
    ["SMTP_HOST", "mail.example"],
    ["INNGEST_DEV", "0"],
  ])("are off with the mailbox: %s=%s", async (name, value) => {
    vi.stubEnv(name, value);
    Reflect.deleteProperty(globalThis, "saasServices");
    const at = { at: tomorrow.toISOString() };
    expect((await markActive(post(at), about("usr_lea"))).status).toBe(404);
    expect((await POST(post(at), about("usr_lea"))).status).toBe(404);
    expect((await GET(new Request("http://127.0.0.1/"), about("usr_lea"))).status).toBe(404);
  });
});
