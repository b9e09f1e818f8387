import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { readPdf, readUsageTable } from "@/scripts/read-pdf.ts";
import { services } from "@/services/index.ts";
import { playRun } from "./play-run.ts";

// The client reads it when it is imported.
vi.hoisted(() => vi.stubEnv("INNGEST_DEV", "1"));

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
    const run = await playRun("send-welcome-email", created("usr_tom", "tom@x.example"));
    expect(run).toEqual({
      status: 200,
      output: { success: true },
      steps: [
        "send-email",
        "wait-1-day",
        "send-tips-email",
        "wait-3-days",
        "check-activity",
        "send-reengagement",
      ],
    });
    expect(subjectsTo("tom@x.example")).toEqual([
      "Welcome to Tallyho, Kim",
      "Three tips to get started with Tallyho",
      "Kim, your figures are waiting",
    ]);
  });

  it.each([
    ["sends no third mail to somebody who came back after the tips", "usr_ada", "send-tips-email", 2],
    ["sends it to somebody who was last there on the first day", "usr_ines", "send-email", 3],
  ])("%s", async (_what, userId, lastSeenAfter, mails) => {
    const run = await playRun("send-welcome-email", created(userId, `${userId}@x.example`), {
      onStep(step, now) {
        const anHourLater = new Date(now.getTime() + 3_600_000);
        if (step === lastSeenAfter) services().users.markActive(userId, anHourLater);
      },
    });
    expect(run.output).toEqual({ success: true });
    expect(run.steps.includes("send-reengagement")).toBe(mails === 3);
    expect(subjectsTo(`${userId}@x.example`)).toHaveLength(mails);
  });

  it("refuses a wrong payload before its first step", async () => {
    const run = await playRun("send-welcome-email", { name: "user/created", data: { userId: 7 } });
    expect(run).toMatchObject({ status: 400, steps: [], output: { name: "EventValidationError" } });
  });
});

describe("generate-report", () => {
  const data = {
    organizationId: "org_northwind",
    reportType: "usage",
    dateRange: { start: "2000-01-01", end: "2000-01-31" },
  };

  it("makes the PDF and mails its link to the organization's admin", async () => {
    const run = await playRun("generate-report", { name: "report/generate", data, id: "rep_1" });
    expect(run.steps).toEqual(["fetch-data", "generate-pdf", "notify-user"]);
    const { pdfUrl } = run.output as { pdfUrl: string };
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
    const run = await playRun("generate-report", { name: "report/generate", data: lost, id: "rep_2" });
    expect(run).toMatchObject({ status: 400, output: { message: 'There is no organization "org_lost"' } });
  });

  it("shows its last error on the page when it has failed for good", async () => {
    services().reports.request({
      reportId: "rep_3",
      organizationId: "org_northwind",
      reportType: "usage",
      range: data.dateRange,
    });
    await playRun("generate-report-failure", {
      name: "inngest/function.failed",
      data: {
        run_id: "01FAILED",
        function_id: "saas-generate-report",
        error: { name: "Error", message: "The disk is full" },
        event: { name: "report/generate", data, id: "rep_3" },
      },
    });
    expect(services().reports.find("rep_3")).toMatchObject({ status: "failed", error: "The disk is full" });
  });
});

describe("send-email", () => {
  const mail = { to: "kim@x.example", subject: "Hello", template: "welcome", variables: { name: "Kim" } };

  it("sends the template under the event's subject", async () => {
    const run = await playRun("send-email", { name: "email/send", data: mail });
    expect(run).toMatchObject({ status: 200, steps: ["send-email"] });
    expect(subjectsTo("kim@x.example")).toEqual(["Hello"]);
  });

  it("does not try again for a template that does not exist, and lists the known ones", async () => {
    const run = await playRun("send-email", { name: "email/send", data: { ...mail, template: "nope" } });
    expect(run).toMatchObject({
      status: 400,
      output: {
        name: "NonRetriableError",
        message: expect.stringContaining(
          'Unknown template "nope". Known: welcome, getting-started-tips, re-engagement, report-ready',
        ),
      },
    });
  });
});
