import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type JobServer, startJobServer } from "./fixtures/job-server.ts";
import recorded from "./fixtures/recorded-answers.json" with { type: "json" };
import { createRest } from "./rest.ts";
import { type Run, type Runs, readFailure, runs } from "./runs.ts";

const FAILED = "01M8G9YW534XE0PRFDN1Y76PYM";
const SLEEPING = "01M8G9YW5HMHEAZA3XXF3R0DJ5";

/** What a `stepwell dev` server has said; anything else is not there. */
const answers: Record<string, unknown> = recorded;

let server: JobServer;
let client: Runs;
beforeEach(async () => {
  server = await startJobServer(({ path }) =>
    path in answers ? { body: answers[path] } : { status: 404, body: { errors: [{ code: "not_found" }] } },
  );
  client = runs(createRest({ baseUrl: server.url }));
});
afterEach(() => server.close());

async function listOf(functionId: string, limit = 5): Promise<Run[]> {
  const answer = await client.list(functionId, limit);
  if (answer.is !== "found") throw new Error(`The list is ${answer.is}`);
  return answer.data;
}

describe("the runs of a function", () => {
  it("are its latest ones, newest first, and who or what started them", async () => {
    const [newest, older] = await listOf("health-check", 2);
    expect(newest).toMatchObject({
      status: "completed",
      durationMs: 50,
      queuedAt: new Date("2026-11-28T05:35:00.002Z"),
      trigger: { cronSchedule: "* * * * *" },
    });
    expect(older?.queuedAt).toEqual(new Date("2026-11-28T05:34:00.002Z"));
    const [byHand] = await listOf("hourly-sync");
    expect(byHand).toMatchObject({ status: "failed", trigger: { eventName: "app/hourly-sync" } });
  });

  it("are none for a function that never ran", async () => {
    expect(await listOf("nothing")).toEqual([]);
  });
});

describe("one run", () => {
  it("comes with its error", async () => {
    const answer = await client.find(FAILED);
    const output = answer.is === "found" ? answer.data.output : undefined;
    expect(readFailure(output)).toMatchObject({
      name: "Error",
      message: "Stripe did not answer\nsecond line",
    });
  });

  it("is absent for an unknown id, and not asked for by what is no id", async () => {
    expect(await client.find("01M8G9YW41SYWVN56HGYK0MJYY")).toEqual({ is: "absent" });
    server.asked.length = 0;
    expect(await client.find("../apps")).toEqual({ is: "absent" });
    expect(server.asked).toEqual([]);
  });

  it("is absent if another app's", async () => {
    const path = `/v2/runs/${SLEEPING}?includeOutput=true`;
    const other = JSON.parse(JSON.stringify(answers[path]).replaceAll("saas-", "shop-"));
    const stranger = await startJobServer(() => ({ body: other }));
    expect(await runs(createRest({ baseUrl: stranger.url })).find(SLEEPING)).toEqual({ is: "absent" });
    expect(await client.find(SLEEPING)).toMatchObject({ is: "found", data: { status: "running" } });
    await stranger.close();
  });
});

describe("the steps of a run", () => {
  it("come with their attempts and errors", async () => {
    const answer = await client.listSteps(FAILED);
    const [step, end] = answer.is === "found" ? answer.data : [];
    expect(step).toMatchObject({ stepId: "sync-stripe-subscriptions", status: "failed", attemptCount: 2 });
    expect(step?.children?.map(({ name, status }) => [name, status])).toEqual([
      ["Attempt 0", "failed"],
      ["Attempt 1", "failed"],
    ]);
    expect(readFailure(step?.output)?.message).toMatch(/^Stripe did not answer/);
    expect(end).toMatchObject({ stepId: null, name: "Finalization" });
  });

  it("may wait", async () => {
    const answer = await client.listSteps(SLEEPING);
    expect(answer.is === "found" && answer.data).toMatchObject([{ stepId: "nap", status: "waiting" }]);
  });
});

describe("who started a run", () => {
  it("is in the event that started it by hand", async () => {
    const [run] = await listOf("hourly-sync");
    expect(run && (await client.findStarter(run))).toMatchObject({ is: "found", data: "usr_ada" });
  });

  it("is nobody, where the clock did", async () => {
    const [run] = await listOf("health-check", 2);
    expect(run && (await client.findStarter(run))).toEqual({ is: "absent" });
  });

  it("is nobody, where the event is kept no longer", async () => {
    const [run] = await listOf("monthly-invoices");
    expect(run && (await client.findStarter(run))).toEqual({ is: "absent" });
  });
});
