import { assertSafe, createWorld, simulate, type World } from "stepwell/test";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { readPdf, readUsageTable } from "@/scripts/read-pdf.ts";
import { services } from "@/services/index.ts";
import { inngest } from "../client.ts";
import { generateReport } from "./generate-report.ts";

const data = {
  organizationId: "org_northwind",
  reportType: "usage",
  dateRange: { start: "2000-01-01", end: "2000-01-31" },
};

let world: World;
beforeAll(async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  await services().ready();
});
beforeEach(async () => {
  world = await createWorld({ client: inngest, functions: [generateReport] });
});
afterEach(() => world.close());

async function failureMailsTo(to: string) {
  const mails = await services().mailbox.list({ to });
  return mails.filter(({ subject }) => subject.endsWith("could not be made"));
}

describe("generate-report", () => {
  it("makes the PDF and mails its link to the organization's admin", async () => {
    await world.send({ name: "report/generate", data, id: "rep_1" });
    expect(Object.keys(world.run().steps)).toEqual(["fetch-data", "generate-pdf", "notify-user"]);
    const { pdfUrl } = world.run().output as { pdfUrl: string };
    const url = new URL(pdfUrl);
    const { expires = "", signature = "" } = Object.fromEntries(url.searchParams);
    const opened = await services().storage.open(url.pathname.slice("/files/".length), expires, signature);
    if (opened.is !== "file") throw new Error(`The link is ${opened.is}`);
    expect(readUsageTable(await readPdf(opened.bytes)).total).toEqual([0, 0, 0, 0]);
    const [mail] = await services().mailbox.list({ to: "ada@northwind.example" });
    expect(mail?.text).toContain(pdfUrl);
    expect((await services().reports.find("rep_1"))?.status).toBe("ready");
  });

  it("fails at once for an organization that does not exist", async () => {
    const lost = { ...data, organizationId: "org_lost" };
    await world.send({ name: "report/generate", data: lost, id: "rep_2" });
    expect(world.run("generate-report")).toMatchObject({
      status: "failed",
      error: { message: 'There is no organization "org_lost"' },
      steps: { "fetch-data": { attempts: 1 } },
    });
  });
});

describe("generate-report that has failed for good", () => {
  it.each([
    ["the user who asked for it", "usr_ben", "ben@northwind.example"],
    ["the organization's admin when nobody is named", undefined, "ada@northwind.example"],
    ["the organization's admin when who asked has left", "usr_gone", "ada@northwind.example"],
  ])("shows its last error on the page, and tells %s", async (_who, requestedBy, to) => {
    const before = await failureMailsTo(to);
    const id = `rep_3_${requestedBy}`;
    world.fail("generate-pdf", { error: "The disk is full" });
    await world.send({ name: "report/generate", data: { ...data, requestedBy }, id });
    expect(await services().reports.find(id)).toMatchObject({ status: "generating", error: null });
    expect(await failureMailsTo(to)).toEqual(before);

    await world.advance("1h");
    expect(world.run("generate-report").steps["generate-pdf"]?.attempts).toBe(4);
    expect(await services().reports.find(id)).toMatchObject({ status: "failed", error: "The disk is full" });
    const mails = await failureMailsTo(to);
    expect(mails).toHaveLength(before.length + 1);
    expect(mails[0]).toMatchObject({ subject: "Usage report for Northwind Tea could not be made" });
    expect(mails[0]?.text).toContain("The disk is full");
    expect(mails[0]?.text).toContain(`${services().config.appUrl}/organizations/org_northwind`);
  });

  it("tells who asked for a report of an organization that does not exist", async () => {
    const lost = { ...data, organizationId: "org_lost", requestedBy: "usr_tom" };
    await world.send({ name: "report/generate", data: lost });
    const [mail] = await failureMailsTo("tom@halyard.example");
    expect(mail?.text).toContain('There is no organization "org_lost"');
  });

  it("tells nobody about a request that cannot be read", async () => {
    await world.send({ name: "report/generate", data: { organizationId: "org_northwind" } });
    expect(world.run("generate-report").error?.name).toBe("EventValidationError");
    expect(world.run("generate-report-failure").steps["tell-requester"]).toMatchObject({
      status: "completed",
      result: null,
    });
  });

  it("tells it once, whatever happens between server and app", async () => {
    const renderPdf = vi.spyOn(services().reports, "generatePdf").mockRejectedValue(new Error("No space"));
    const report = await simulate({
      client: inngest,
      functions: [generateReport],
      seeds: 8,
      observe: async () => ({
        mails: (await services().mailbox.list()).map(({ messageId }) => messageId),
        report: (await services().reports.find("rep_sim"))?.error ?? null,
      }),
      async play(one) {
        await one.send({ name: "report/generate", data, id: "rep_sim" });
        await one.advance("1h");
      },
    });
    renderPdf.mockRestore();
    assertSafe(report);
    expect(report.repeated.map(({ stepId }) => stepId)).toContain("tell-requester");
  });
});
