import { describe, expect, it } from "vitest";
import type { ScheduledTask } from "@/jobs/scheduled-tasks.ts";
import type { Run } from "@/lib/inngest/runs.ts";
import { type JobRuns, type JobView, sortJobs, viewJob } from "./job-view.ts";

const now = new Date("2026-11-28T05:30:00Z");
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

const task: ScheduledTask = {
  id: "hourly-sync",
  name: "Hourly Sync",
  cron: "0 * * * *",
  timeZone: "UTC",
  runNowEvent: "app/hourly-sync",
};

function run(overrides: Partial<Run> = {}): Run {
  return {
    id: "01M8G9YW534XE0PRFDN1Y76PYM",
    function: { name: "Hourly Sync", slug: "saas-hourly-sync" },
    status: "completed",
    trigger: { eventName: "inngest/scheduled.timer", eventIds: [], cronSchedule: "0 * * * *" },
    queuedAt: minutesAgo(5),
    startedAt: minutesAgo(5),
    endedAt: minutesAgo(4),
    durationMs: 4_210,
    ...overrides,
  };
}

describe("a card", () => {
  it("shows when the job runs, and how its last run went", () => {
    expect(viewJob(task, { runs: [run()] }, now)).toEqual({
      id: "hourly-sync",
      name: "Hourly Sync",
      cron: "0 * * * *",
      cronInWords: "Every hour",
      timeZone: "UTC",
      status: "completed",
      lastRun: {
        id: "01M8G9YW534XE0PRFDN1Y76PYM",
        moment: {
          iso: "2026-11-28T05:25:00.000Z",
          text: "5 minutes ago",
          absolute: "28 Nov 2026, 05:25:00 UTC",
        },
        took: "4.2\u00a0s",
        startedBy: undefined,
      },
      error: undefined,
      nextRun: {
        iso: "2026-11-28T06:00:00.000Z",
        text: "in 30 minutes",
        absolute: "28 Nov 2026, 06:00:00 UTC",
      },
      dots: [{ runId: "01M8G9YW534XE0PRFDN1Y76PYM", status: "completed", ago: "5 minutes ago" }],
    });
  });

  const waiting = { startedAt: null, endedAt: null, durationMs: null };
  it.each<[string, JobRuns | undefined, Partial<JobView>]>([
    ["never ran", { runs: [] }, { status: "never", lastRun: undefined, dots: [] }],
    ["nobody could ask about", undefined, { status: "unknown", lastRun: undefined, dots: [] }],
    [
      "failed",
      { runs: [run({ status: "failed" })], error: "Stripe did not answer" },
      { status: "failed", error: "Stripe did not answer" },
    ],
    ["was started by hand", { runs: [run()], startedBy: "Ada" }, { status: "completed" }],
    ["waits", { runs: [run({ status: "queued", ...waiting })] }, { status: "queued" }],
    ["runs", { runs: [run({ status: "running", endedAt: null })] }, { status: "running" }],
    ["was cancelled", { runs: [run({ status: "cancelled" })] }, { status: "cancelled" }],
    ["was skipped", { runs: [run({ status: "skipped", ...waiting })] }, { status: "skipped" }],
  ])("of a job that %s", (_what, known, shown) => {
    const view = viewJob(task, known, now);
    expect(view).toMatchObject(shown);
    expect(view.lastRun?.startedBy).toBe(known?.startedBy);
    expect(view.nextRun?.text).toBe("in 30 minutes");
  });

  it("takes a run that waits from when it was queued, without a duration", () => {
    const queued = run({ status: "queued", queuedAt: minutesAgo(2), ...waiting });
    const { lastRun } = viewJob(task, { runs: [queued] }, now);
    expect(lastRun).toMatchObject({ moment: { text: "2 minutes ago" }, took: undefined });
  });

  it("shows no error of an earlier run", () => {
    expect(viewJob(task, { runs: [run()], error: "Old" }, now).error).toBeUndefined();
  });

  it("shows its last runs as dots, the oldest first", () => {
    const runs = [run({ id: "new" }), run({ id: "old", status: "failed", startedAt: minutesAgo(180) })];
    expect(viewJob(task, { runs }, now).dots).toEqual([
      { runId: "old", status: "failed", ago: "3 hours ago" },
      { runId: "new", status: "completed", ago: "5 minutes ago" },
    ]);
  });

  it("reckons the next run in the job's own time zone", () => {
    const nightly = { ...task, cron: "0 9 * * *", timeZone: "Europe/Berlin" };
    expect(viewJob(nightly, undefined, now).nextRun?.iso).toBe("2026-11-28T08:00:00.000Z");
  });
});

describe("the order of the cards", () => {
  const card = (id: string, cron: string, status: Run["status"] = "completed") =>
    viewJob({ ...task, id, cron }, { runs: [run({ status })] }, now);

  it("is: failing ones first, then by their next run", () => {
    const jobs = [
      card("never", "0 0 31 2 *"),
      card("daily", "0 9 * * *"),
      card("failing-monthly", "0 0 1 * *", "failed"),
      card("often", "*/5 * * * *"),
      card("failing-hourly", "0 * * * *", "failed"),
    ];
    expect(sortJobs(jobs).map(({ id }) => id)).toEqual([
      "failing-hourly",
      "failing-monthly",
      "often",
      "daily",
      "never",
    ]);
  });
});
