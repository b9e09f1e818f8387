import { eq } from "drizzle-orm";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { subscriptions } from "@/db/schema.ts";
import { appAdminId } from "@/lib/fixtures/app-admin.ts";
import { formRequest, fromBrowser, fromElsewhere, queryOf } from "@/lib/fixtures/form-request.ts";
import { sessionCookie } from "@/lib/fixtures/session-cookie.ts";
import { inngest } from "@/lib/inngest/client.ts";
import { services } from "@/services/index.ts";
import { POST } from "./route.ts";

let appAdmin: string;
beforeAll(async () => {
  await services().ready();
  appAdmin = await appAdminId();
});
const send = vi.spyOn(inngest, "send");
beforeEach(() => void send.mockResolvedValue({ ids: ["evt_1"] }));
afterEach(() => void send.mockReset());

const planOf = async (organizationId: string) => services().subscriptions.current(organizationId);

type Asked = { as?: string; organization?: string; plan?: string; posted?: Record<string, string> };

async function choose({ as, organization = "org_northwind", plan = "free", posted = {} }: Asked) {
  const cookie = as ? { cookie: await sessionCookie(as) } : {};
  const request = formRequest("/", { plan }, { ...posted, ...cookie });
  return POST(request, { params: Promise.resolve({ id: organization }) });
}

describe("choosing a plan", () => {
  it("changes the subscription and sends its event, under an id that stands for it", async () => {
    const response = await choose({ as: "usr_ines", organization: "org_halyard", plan: "business" });
    expect(response.status).toBe(200);
    const now = await planOf("org_halyard");
    expect(await response.json()).toEqual({ subscriptionId: now?.id, plan: "business", changed: true });
    expect(now).toMatchObject({ plan: "business", monthlyCents: 9_900 });
    expect(send.mock.calls).toEqual([
      [
        expect.objectContaining({
          name: "subscription/created",
          data: { organizationId: "org_halyard", plan: "business" },
          id: `subscription-created-${now?.id}`,
        }),
      ],
    ]);
  });

  it("twice, as by a double click, changes it once and tells once", async () => {
    const chosen = { as: "usr_lea", organization: "org_fernhill", plan: "pro", posted: fromBrowser };
    expect((await choose(chosen)).headers.get("location")).toBe(
      "/organizations/org_fernhill?plan=changed#plan",
    );
    const first = await planOf("org_fernhill");
    const again = await choose(chosen);
    expect(again.headers.get("location")).toBe("/organizations/org_fernhill?plan=unchanged#plan");
    expect(await planOf("org_fernhill")).toEqual(first);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it("keeps nothing when the event cannot be sent, and says why", async () => {
    send.mockRejectedValue(new Error("connection refused"));
    const before = await planOf("org_northwind");
    expect((await choose({ as: "usr_ada" })).status).toBe(502);
    const page = await choose({ as: "usr_ada", posted: fromBrowser });
    expect(page.status).toBe(303);
    expect(queryOf(page)).toEqual({ card: "plan", error: expect.stringContaining("connection refused") });
    expect(queryOf(page).error).toMatch(/^The plan was not changed\. /);
    expect(await planOf("org_northwind")).toEqual(before);
  });
});

describe("is refused, and nothing changes,", () => {
  it.each([
    ["for whoever is not signed in", {}, 401],
    ["for another organization's admin", { as: "usr_ines" }, 404],
    ["for a member who is no admin", { as: "usr_ben" }, 403],
    ["without a plan", { as: "usr_ada", plan: "" }, 400],
    ["for a plan that is none", { as: "usr_ada", plan: "constructor" }, 400],
    ["from another site", { as: "usr_ada", posted: fromElsewhere }, 403],
  ])("%s", async (_who, asked, status) => {
    const before = await planOf("org_northwind");
    const response = await choose(asked);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: expect.any(String) });
    expect(await planOf("org_northwind")).toEqual(before);
    expect(send).not.toHaveBeenCalled();
  });

  it("where Stripe bills the plan, and says so", async () => {
    const { db } = services().database;
    const ofNorthwind = eq(subscriptions.organizationId, "org_northwind");
    await db.update(subscriptions).set({ billedBy: "stripe" }).where(ofNorthwind);
    const before = await planOf("org_northwind");
    const response = await choose({ as: "usr_ada", plan: "free" });
    expect(response.status).toBe(409);
    expect(await response.json()).toEqual({ error: "Stripe bills this plan: it is changed there." });
    expect(await planOf("org_northwind")).toEqual(before);
    expect(send).not.toHaveBeenCalled();
    await db.update(subscriptions).set({ billedBy: "app" }).where(ofNorthwind);
  });

  it.each([
    ["of another organization", "org_halyard", 403],
    ["of an organization that is none", "org_nobody", 404],
  ])("for the app's admin, who is no admin %s", async (_what, organization, status) => {
    const before = await planOf("org_halyard");
    expect((await choose({ as: appAdmin, organization })).status).toBe(status);
    expect(await planOf("org_halyard")).toEqual(before);
    expect(send).not.toHaveBeenCalled();
  });

  it("and a browser is sent to sign in, and back", async () => {
    const response = await choose({ posted: fromBrowser });
    expect(response.headers.get("location")).toBe("/sign-in?next=%2Forganizations%2Forg_northwind");
  });
});
