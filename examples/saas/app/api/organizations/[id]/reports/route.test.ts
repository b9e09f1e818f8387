import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { formRequest, fromBrowser } from "@/lib/fixtures/form-request.ts";
import { sessionCookie } from "@/lib/fixtures/session-cookie.ts";
import { inngest } from "@/lib/inngest/client.ts";
import { services } from "@/services/index.ts";
import { POST } from "./route.ts";

beforeAll(() => services().ready());
const send = vi.spyOn(inngest, "send");
beforeEach(() => void send.mockReset().mockResolvedValue({ ids: ["evt_1"] }));

const period = { reportType: "usage", start: "2026-03-01", end: "2026-03-31" };

async function request(fields: Record<string, string>, posted: Record<string, string> = fromBrowser) {
  const cookie = await sessionCookie("usr_ada");
  const asked = formRequest("/", fields, { ...posted, cookie });
  return POST(asked, { params: Promise.resolve({ id: "org_northwind" }) });
}

describe("requesting a report", () => {
  it("keeps it and sends its event, under one id and with who asked", async () => {
    const response = await request(period, {});
    expect(response.status).toBe(202);
    const { reportId } = await response.json();
    expect((await services().reports.list("org_northwind", 1))[0]?.id).toBe(reportId);
    expect(send).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({
        name: "report/generate",
        id: reportId,
        data: expect.objectContaining({ organizationId: "org_northwind", requestedBy: "usr_ada" }),
      }),
    );
  });

  it("keeps the days, in UTC, of instants that a program sends", async () => {
    const instants = { start: "2026-03-01T23:30:00-05:00", end: "2026-03-31T12:00:00Z" };
    expect((await request({ ...period, ...instants }, {})).status).toBe(202);
    const [kept] = await services().reports.list("org_northwind", 1);
    expect(kept).toMatchObject({ startDay: "2026-03-02", endDay: "2026-03-31" });
  });

  it("brings a browser to the card that lists it", async () => {
    expect((await request(period)).headers.get("location")).toBe("/organizations/org_northwind#reports");
  });
});

describe("a refusal is shown on its card, with what was chosen,", () => {
  async function shown(fields: Record<string, string>) {
    const response = await request(fields);
    const page = new URL(response.headers.get("location") ?? "", "http://127.0.0.1");
    expect(response.status).toBe(303);
    expect([page.pathname, page.hash]).toEqual(["/organizations/org_northwind", "#reports"]);
    return Object.fromEntries(page.searchParams);
  }

  it("of a period that is none", async () => {
    const backwards = { ...period, start: "2026-04-01" };
    expect(await shown(backwards)).toEqual({
      ...backwards,
      card: "reports",
      error: expect.stringMatching(/^Period: /),
    });
    expect(send).not.toHaveBeenCalled();
  });

  it("and when the event cannot be sent", async () => {
    send.mockRejectedValue(new Error("connection refused"));
    expect(await shown(period)).toEqual({
      ...period,
      card: "reports",
      error: expect.stringContaining("connection refused"),
    });
    expect((await services().reports.list("org_northwind", 1))[0]?.status).toBe("failed");
  });
});
