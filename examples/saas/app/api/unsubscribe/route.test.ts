import { NextRequest } from "next/server";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { formRequest, fromBrowser } from "@/lib/fixtures/form-request.ts";
import { unsubscribeUrl } from "@/lib/unsubscribe.ts";
import { proxy } from "@/proxy.ts";
import { services } from "@/services/index.ts";
import { POST } from "./route.ts";

beforeAll(() => services().ready());
beforeEach(() => services().users.change("usr_ada", { emailReportsEnabled: true }));

const link = (userId = "usr_ada") => new URL(unsubscribeUrl(userId, services().config));
const fieldsOf = (url: URL) => Object.fromEntries(url.searchParams);
const gets = async (userId = "usr_ada") => (await services().users.find(userId))?.emailReportsEnabled;

describe("the unsubscribe link", () => {
  it("is absolute, and leads to a page that asks", () => {
    expect(link().href).toMatch(
      /^http:\/\/127\.0\.0\.1:3000\/unsubscribe\?user=usr_ada&signature=[\w-]{43}$/,
    );
  });

  it("turns usage mails off for its user alone, without a session", async () => {
    const response = await POST(formRequest("/api/unsubscribe", fieldsOf(link()), fromBrowser));
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe(`/unsubscribe${link().search}`);
    expect([await gets(), await gets("usr_ben")]).toEqual([false, true]);
  });

  it("works with one click of a mail program: a post from elsewhere, without a redirect", async () => {
    const oneClick = { "List-Unsubscribe": "One-Click" };
    for (const times of [1, 2]) {
      const request = formRequest(`/api/unsubscribe${link().search}`, oneClick, {
        accept: "text/html",
        origin: "https://mail.example",
      });
      const response = await POST(request);
      expect([times, response.status, await gets()]).toEqual([times, 200, false]);
    }
  });

  it.each([
    ["another user", { user: "usr_ben" }],
    ["another signature", { signature: "A".repeat(43) }],
    ["none", { signature: "" }],
  ])("is refused when it was changed to %s", async (_what, change) => {
    const fields = { ...fieldsOf(link()), ...change };
    const response = await POST(formRequest("/api/unsubscribe", fields));
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: expect.stringContaining("Open it again from the mail") },
    ]);
    expect([await gets(), await gets("usr_ben")]).toEqual([true, true]);
  });

  it("and a link to a file are not signed alike", async () => {
    const { storage } = services();
    const fileLink = new URL(storage.linkTo("usr_ada", new Date(Date.now() + 60_000)));
    const signature = fileLink.searchParams.get("signature") ?? "";
    expect((await POST(formRequest("/api/unsubscribe", { user: "usr_ada", signature }))).status).toBe(400);
    const ours = link().searchParams.get("signature") ?? "";
    const opened = await storage.open("turn usage mails off", "usr_ada", ours);
    expect(opened).toEqual({ is: "refused", why: "bad-signature" });
  });
});

describe("the proxy", () => {
  const rewrittenTo = (method: string) =>
    proxy(new NextRequest(link(), { method })).headers.get("x-middleware-rewrite");

  it("brings posts to the page's address to the route, with their signature", () => {
    const { pathname, search } = new URL(rewrittenTo("POST") ?? "");
    expect(pathname + search).toBe(`/api/unsubscribe${link().search}`);
  });

  it("leaves the page alone", () => {
    expect(rewrittenTo("GET")).toBeNull();
  });
});
