import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type JobServer, startJobServer } from "@/lib/inngest/fixtures/job-server.ts";
import recorded from "@/lib/inngest/fixtures/recorded-answers.json" with { type: "json" };
import { createRest } from "@/lib/inngest/rest.ts";
import { runs } from "@/lib/inngest/runs.ts";
import { createJobBoard } from "./job-board.ts";

const answers: Record<string, unknown> = recorded;
const task = (id: string) => ({ id, name: id, cron: "0 * * * *", timeZone: "UTC", runNowEvent: `app/${id}` });

let server: JobServer;
let isBroken: boolean;
let board: ReturnType<typeof createJobBoard>;
beforeEach(async () => {
  isBroken = false;
  server = await startJobServer(({ path }) => {
    if (isBroken) return { status: 503, body: {} };
    return path in answers ? { body: answers[path] } : { status: 404, body: {} };
  });
  board = createJobBoard({
    tasks: [task("nothing"), task("hourly-sync")],
    runs: () => runs(createRest({ baseUrl: server.url })),
    nameOf: async (userId) => (userId === "usr_ada" ? "Ada" : undefined),
  });
});
afterEach(async () => {
  vi.useRealTimers();
  await server.close();
});

describe("the board", () => {
  it("says why the last run failed, and who started it", async () => {
    const { jobs, outage } = await board.read();
    expect(outage).toBeUndefined();
    expect(jobs).toMatchObject([
      { id: "hourly-sync", status: "failed", error: "Stripe did not answer", lastRun: { startedBy: "Ada" } },
      { id: "nothing", status: "never" },
    ]);
  });

  it("goes by the server's time, which may be moved", async () => {
    const list: { metadata: { fetchedAt: string } } =
      recorded["/v2/runs?functionId=saas-hourly-sync&limit=5"];
    const { jobs } = await board.read();
    expect(list.metadata.fetchedAt).toMatch(/^2026-11-28T05:3/);
    expect(jobs[0]?.lastRun?.moment.text).toBe("8 minutes ago");
    expect(jobs[0]?.nextRun?.iso).toBe("2026-11-28T06:00:00.000Z");
  });

  it("asks for the details of an ended run once", async () => {
    await board.read();
    server.asked.length = 0;
    const { jobs } = await board.read();
    expect(server.asked.map(({ path }) => path).toSorted()).toEqual([
      "/v2/runs?functionId=saas-hourly-sync&limit=5",
      "/v2/runs?functionId=saas-nothing&limit=5",
    ]);
    expect(jobs[0]).toMatchObject({ error: "Stripe did not answer", lastRun: { startedBy: "Ada" } });
  });
});

describe("while the server does not answer", () => {
  it("shows what was known last, and lets the time pass", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    await board.read();
    isBroken = true;
    vi.setSystemTime(Date.now() + 7_200_000);
    const { jobs, outage } = await board.read();
    expect(outage?.reason).toContain("answered with status 503");
    expect(outage?.asOf?.toISOString()).toMatch(/^2026-11-28T05:3/);
    expect(jobs[0]).toMatchObject({
      status: "failed",
      error: "Stripe did not answer",
      lastRun: { moment: { text: "2 hours ago" } },
    });
  });

  it("shows the jobs alone, if it never did", async () => {
    isBroken = true;
    const { jobs, outage } = await board.read();
    expect(outage?.asOf).toBeUndefined();
    expect(jobs.map(({ status }) => status)).toEqual(["unknown", "unknown"]);
  });

  it("is well again with the next answer", async () => {
    isBroken = true;
    await board.read();
    isBroken = false;
    expect(await board.read()).toMatchObject({ outage: undefined, jobs: [{ status: "failed" }, {}] });
  });
});
