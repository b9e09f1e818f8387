import { eq } from "drizzle-orm";
import { assertSafe, createWorld, simulate, type World } from "stepwell/test";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { table, text } from "@/db/dialect.ts";
import { logs, mailbox, reports } from "@/db/schema.ts";
import { messageIdOf } from "@/lib/mail/message-id.ts";
import { readPdf, readUsageTable } from "@/scripts/read-pdf.ts";
import { services } from "@/services/index.ts";
import { inngest } from "../client.ts";
import { generateReport } from "./generate-report.ts";

const data = {
  organizationId: "org_northwind",
  reportType: "usage",
  dateRange: { start: "2000-01-01", end: "2000-01-31" },
};

const ours = "Something went wrong on our side.";

let world: World;
beforeAll(async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  await services().ready();
});
beforeEach(async () => {
  world = await createWorld({ client: inngest, functions: [generateReport] });
});
afterEach(() => world.close());

const request = (id: string) => ({ name: "report/generate", data, id });
const listMails = () => services().mailbox.list({ limit: 1_000 });

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

  it("goes on where it was after a failure, and mails once when the PDF is there", async () => {
    await services().database.db.delete(mailbox);
    const save = vi.spyOn(services().storage, "save").mockRejectedValueOnce(new Error("The disk is busy"));
    await world.send(request("rep_retried"));
    expect(world.run().steps["generate-pdf"]).toMatchObject({ status: "retrying", attempts: 1 });
    expect(await services().reports.find("rep_retried")).toMatchObject({ status: "generating", error: null });
    expect(await listMails()).toEqual([]);

    await world.advance("1h");
    save.mockRestore();
    expect(world.run()).toMatchObject({
      status: "completed",
      steps: {
        "fetch-data": { attempts: 1 },
        "generate-pdf": { attempts: 2 },
        "notify-user": { attempts: 1 },
      },
    });
    expect(await services().reports.find("rep_retried")).toMatchObject({ status: "ready", error: null });
    expect(await listMails()).toMatchObject([{ to: "ada@northwind.example", copies: 1 }]);
  });

  it("makes five at once, and the others when one of them is done", async () => {
    world.mock("generate-pdf", "https://files.example/a.pdf", { takes: "10m" });
    await world.send(Array.from({ length: 7 }, (_, n) => request(`rep_many_${n}`)));
    const countMade = () =>
      world.runs().filter(({ steps }) => steps["generate-pdf"]?.status === "completed").length;
    const made: number[] = [];
    while (made.length < 3) {
      made.push(countMade());
      await world.advance("10m");
    }
    expect(made).toEqual([0, 5, 7]);
  });

  it("makes one report and one mail, whatever happens between server and app", async () => {
    const clear = async () => {
      for (const emptied of [mailbox, reports]) await services().database.db.delete(emptied);
    };
    const report = await simulate({
      client: inngest,
      functions: [generateReport],
      seeds: 8,
      before: clear,
      observe: async () => ({
        mails: (await listMails()).map(({ messageId }) => messageId),
        report: (await services().reports.list("org_northwind", 10)).map(({ id, status, filePath }) => [
          id,
          status,
          filePath,
        ]),
      }),
      async check(one) {
        const from = services().config.mailFrom;
        expect(await services().reports.list("org_northwind", 10)).toMatchObject([
          { id: "rep_safe", status: "ready", error: null },
        ]);
        const messageId = messageIdOf([one.run().id, "notify-user"], from);
        expect(await listMails()).toMatchObject([{ messageId }]);
      },
      async play(one) {
        await one.send(request("rep_safe"));
        await one.advance("1h");
      },
    });
    assertSafe(report);
    expect(report.repeated.map(({ stepId }) => stepId)).toEqual(
      expect.arrayContaining(["generate-pdf", "notify-user"]),
    );
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
  ])("shows that on the page, and tells %s; why is for the log", async (_who, requestedBy, to) => {
    const before = await failureMailsTo(to);
    const id = `rep_3_${requestedBy}`;
    world.fail("generate-pdf", { error: "The disk is full" });
    await world.send({ name: "report/generate", data: { ...data, requestedBy }, id });
    expect(await services().reports.find(id)).toMatchObject({ status: "generating", error: null });
    expect(await failureMailsTo(to)).toEqual(before);

    await world.advance("1h");
    expect(world.run("generate-report").steps["generate-pdf"]?.attempts).toBe(4);
    expect(await services().reports.find(id)).toMatchObject({ status: "failed", error: ours });
    const mails = await failureMailsTo(to);
    expect(mails).toHaveLength(before.length + 1);
    expect(mails[0]).toMatchObject({ subject: "Usage report for Northwind Tea could not be made" });
    expect(mails[0]?.text).toContain(ours);
    expect(mails[0]?.text).not.toContain("The disk is full");
    expect(mails[0]?.text).toContain(`${services().config.appUrl}/organizations/org_northwind`);
    const messages = (await services().logs.list(100)).map(({ message }) => message);
    expect(messages).toContain(`Report ${id} failed for good: The disk is full`);
  });

  it("keeps to itself what it asked the database", async () => {
    await services().database.db.delete(logs);
    const lost = table("no_such_table", { day: text("day") });
    const listUsage = vi
      .spyOn(services().organizations, "listUsage")
      .mockImplementation(
        async () => services().database.db.select().from(lost).where(eq(lost.day, "s3cret")) as never,
      );
    await world.send(request("rep_query"));
    await world.advance("1h");
    listUsage.mockRestore();
    expect(await services().reports.find("rep_query")).toMatchObject({ status: "failed", error: ours });
    const [mail] = await failureMailsTo("ada@northwind.example");
    const said = [mail?.text, ...(await services().logs.list(10)).map(({ message }) => message)].join("\n");
    expect(said).toContain("Report rep_query failed for good: ");
    expect(said).toContain("no_such_table");
    expect(said + JSON.stringify(world.runs())).not.toMatch(/failed query|s3cret/i);
  });

  it("leaves a report ready whose PDF is there, and tells of that as soon as mails go out again", async () => {
    await services().database.db.delete(mailbox);
    const refused = new Error("connect ECONNREFUSED 10.0.0.9:25");
    const send = vi.spyOn(services().email, "send");
    for (let attempt = 0; attempt < 4; attempt++) send.mockRejectedValueOnce(refused);
    await world.send({ ...request("rep_unmailed"), data: { ...data, requestedBy: "usr_ben" } });
    await world.advance("1h");
    send.mockRestore();
    const runId = world.run("generate-report").id;
    expect(world.run("generate-report").status).toBe("failed");
    const report = await services().reports.find("rep_unmailed");
    expect(report).toMatchObject({ status: "ready", error: null });
    const mails = await listMails();
    expect(mails).toMatchObject([
      {
        to: "ben@northwind.example",
        messageId: messageIdOf([runId, "notify-user"], services().config.mailFrom),
      },
    ]);
    expect(mails[0]?.subject).toContain("is ready");
    expect(mails[0]?.text).toContain(`/files/${report?.filePath}?`);
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
