import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertEnded, assertSafe, createWorld, simulate, type World } from "stepwell/test";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { readPdf, readUsageTable } from "@/scripts/read-pdf.ts";
import { services } from "@/services/index.ts";
import { inngest } from "./client.ts";
import { functions, sendWelcomeEmail } from "./functions.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "saas-functions-"));
  vi.stubEnv("DATABASE_URL", ":memory:");
  vi.stubEnv("FILES_DIR", join(root, "files"));
  vi.stubEnv("SMTP_HOST", "");
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

let world: World;
beforeEach(async () => {
  world = await createWorld({ client: inngest, functions });
});
afterEach(() => world.close());

const subjectsTo = (to: string) =>
  services()
    .mailbox.list({ to })
    .map(({ subject }) => subject)
    .reverse();

const created = (userId: string, email: string) => ({
  name: "user/created",
  data: { userId, email, name: "Kim" },
});

describe("send-welcome-email", () => {
  it("sends the three mails to somebody who does not come back", async () => {
    await world.send(created("usr_tom", "tom@x.example"));
    expect(subjectsTo("tom@x.example")).toHaveLength(1);
    await world.advance("4d");
    const run = world.run("send-welcome-email");
    assertEnded(run);
    expect(run.output).toEqual({ success: true });
    expect(Object.keys(run.steps)).toEqual([
      "send-email",
      "wait-1-day",
      "send-tips-email",
      "wait-3-days",
      "check-activity",
      "send-reengagement",
    ]);
    expect(subjectsTo("tom@x.example")).toEqual([
      "Welcome to Tallyho, Kim",
      "Three tips to get started with Tallyho",
      "Kim, your figures are waiting",
    ]);
  });

  it.each([
    ["sends no third mail to somebody who came back after the tips", "usr_ada", "1d", 2],
    ["sends it to somebody who was last there on the first day", "usr_ines", "0s", 3],
  ])("%s", async (_what, userId, lastSeenAfter, mails) => {
    await world.send(created(userId, `${userId}@x.example`));
    await world.advance(lastSeenAfter);
    services().users.markActive(userId, new Date(world.now().getTime() + 3_600_000));
    await world.advance("4d");
    const run = world.run("send-welcome-email");
    expect(run.output).toEqual({ success: true });
    expect("send-reengagement" in run.steps).toBe(mails === 3);
    expect(subjectsTo(`${userId}@x.example`)).toHaveLength(mails);
  });

  it("refuses a wrong payload before its first step", async () => {
    await world.send({ name: "user/created", data: { userId: 7 } });
    expect(world.run()).toMatchObject({
      status: "failed",
      steps: {},
      error: { name: "EventValidationError" },
    });
  });
});

describe("generate-report", () => {
  const data = {
    organizationId: "org_northwind",
    reportType: "usage",
    dateRange: { start: "2000-01-01", end: "2000-01-31" },
  };

  it("makes the PDF and mails its link to the organization's admin", async () => {
    await world.send({ name: "report/generate", data, id: "rep_1" });
    expect(Object.keys(world.run().steps)).toEqual(["fetch-data", "generate-pdf", "notify-user"]);
    const { pdfUrl } = world.run().output as { pdfUrl: string };
    const url = new URL(pdfUrl);
    const { expires = "", signature = "" } = Object.fromEntries(url.searchParams);
    const opened = await services().storage.open(url.pathname.slice("/files/".length), expires, signature);
    if (opened.is !== "file") throw new Error(`The link is ${opened.is}`);
    expect(readUsageTable(await readPdf(opened.bytes)).total).toEqual([0, 0, 0, 0]);
    const [mail] = services().mailbox.list({ to: "ada@northwind.example" });
    expect(mail?.text).toContain(pdfUrl);
    expect(services().reports.find("rep_1")?.status).toBe("ready");
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

  it("shows its last error on the page when it has failed for good", async () => {
    world.fail("generate-pdf", { error: "The disk is full" });
    await world.send({ name: "report/generate", data, id: "rep_3" });
    expect(services().reports.find("rep_3")).toMatchObject({ status: "generating", error: null });
    await world.advance("1h");
    expect(world.run("generate-report").steps["generate-pdf"]?.attempts).toBe(4);
    expect(services().reports.find("rep_3")).toMatchObject({ status: "failed", error: "The disk is full" });
  });
});

describe("send-email", () => {
  const mail = { to: "kim@x.example", subject: "Hello", template: "welcome", variables: { name: "Kim" } };

  it("sends the template under the event's subject", async () => {
    await world.send({ name: "email/send", data: mail });
    assertEnded(world.run("send-email"));
    expect(subjectsTo("kim@x.example")).toEqual(["Hello"]);
  });

  it("does not try again for a template that does not exist, and lists the known ones", async () => {
    await world.send({ name: "email/send", data: { ...mail, template: "nope" } });
    expect(world.run()).toMatchObject({
      status: "failed",
      steps: { "send-email": { attempts: 1 } },
      error: {
        message: expect.stringContaining(
          'Unknown template "nope". Known: welcome, getting-started-tips, re-engagement, report-ready',
        ),
      },
    });
  });
});

describe("whatever happens between server and app", () => {
  it("nobody gets a mail twice", async () => {
    const report = await simulate({
      client: inngest,
      functions: [sendWelcomeEmail],
      seeds: 8,
      observe: () => ({
        mails: services()
          .mailbox.list()
          .map(({ messageId }) => messageId),
      }),
      async play(one) {
        await one.send(created("usr_tom", "tom@y.example"));
        await one.advance("4d");
      },
    });
    assertSafe(report);
    expect(report.repeated.map(({ stepId }) => stepId)).toContain("send-email");
  });
});
