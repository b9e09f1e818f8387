import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { POST as requestReport } from "@/app/api/organizations/[id]/reports/route.ts";
import { formRequest, fromBrowser, fromElsewhere, queryOf } from "@/lib/fixtures/form-request.ts";
import { sessionCookie } from "@/lib/fixtures/session-cookie.ts";
import { inngest } from "@/lib/inngest/client.ts";
import { services } from "@/services/index.ts";
import { GET } from "./route.ts";

beforeAll(() => services().ready());
const send = vi.spyOn(inngest, "send");
beforeEach(() => void send.mockResolvedValue({ ids: ["evt_1"] }));
afterEach(() => void send.mockReset());

const fields = { reportType: "usage", start: "2026-03-01", end: "2026-03-31" };
const about = (id: string) => ({ params: Promise.resolve({ id }) });
const ask = (posted = {}, sent: Record<string, string> = fields, organizationId = "org_northwind") =>
  requestReport(
    formRequest(`/api/organizations/${organizationId}/reports`, sent, posted),
    about(organizationId),
  );
const look = (reportId: string, cookie = "") =>
  GET(new Request(`http://127.0.0.1/api/reports/${reportId}`, { headers: { cookie } }), about(reportId));
const reportsOf = (organizationId: string) => services().reports.list(organizationId, 10);

describe("a report", () => {
  it("is requested by somebody of the organization, who can then see how far it is", async () => {
    const cookie = await sessionCookie("usr_ben");
    const response = await ask({ cookie });
    expect(response.status).toBe(202);
    const { reportId } = (await response.json()) as { reportId: string };
    expect(send.mock.calls[0]?.[0]).toMatchObject({
      id: reportId,
      name: "report/generate",
      data: { organizationId: "org_northwind", requestedBy: "usr_ben" },
    });
    expect(await (await look(reportId, cookie)).json()).toMatchObject({ id: reportId, status: "requested" });
  });

  it("is not there for strangers and people of other organizations", async () => {
    const { reportId } = (await (await ask({ cookie: await sessionCookie("usr_ada") })).json()) as {
      reportId: string;
    };
    expect((await look(reportId)).status).toBe(401);
    expect((await look(reportId, await sessionCookie("usr_ines"))).status).toBe(404);
    expect((await look("no-report", await sessionCookie("usr_ada"))).status).toBe(404);
  });

  it.each([
    ["a stranger", async () => "", 401],
    ["somebody of another organization", () => sessionCookie("usr_ines"), 404],
  ])("cannot be requested by %s", async (_who, cookie, status) => {
    const before = await reportsOf("org_northwind");
    expect((await ask({ cookie: await cookie() })).status).toBe(status);
    expect(await reportsOf("org_northwind")).toEqual(before);
    expect(send).not.toHaveBeenCalled();
  });

  it("cannot be requested of an organization that does not exist, or from another site", async () => {
    const cookie = await sessionCookie("usr_ada");
    expect((await ask({ cookie }, fields, "org_nobody")).status).toBe(404);
    expect((await ask({ ...fromElsewhere, cookie })).status).toBe(403);
    expect(send).not.toHaveBeenCalled();
  });

  it("is refused for a period that ends before it begins, and the form keeps what was chosen", async () => {
    const wrong = { ...fields, start: "2026-04-01" };
    const response = await ask({ ...fromBrowser, cookie: await sessionCookie("usr_ada") }, wrong);
    expect(queryOf(response)).toMatchObject({ ...wrong, error: expect.stringContaining("Period") });
  });

  it("is marked failed when its event cannot be sent", async () => {
    send.mockRejectedValueOnce(new Error("connection refused"));
    const response = await ask({ cookie: await sessionCookie("usr_ines") }, fields, "org_halyard");
    expect(response.status).toBe(502);
    expect(await reportsOf("org_halyard")).toMatchObject([{ status: "failed" }]);
  });
});
