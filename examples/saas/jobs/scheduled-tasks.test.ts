import { cron, Inngest } from "inngest";
import { describe, expect, it } from "vitest";
import { jobRequested } from "@/lib/inngest/events.ts";
import { readTasks, scheduledTasks } from "./scheduled-tasks.ts";

const client = new Inngest({ id: "test" });
const nothing = async () => {};

describe("the scheduled tasks", () => {
  it("are every job with a cron, described by its own config, and no page of one", () => {
    const described = scheduledTasks.map(({ id, name, cron, timeZone }) => [id, name, cron, timeZone]);
    expect(described.sort()).toEqual([
      ["daily-cleanup", "Daily Cleanup", "0 0 * * *", "UTC"],
      ["health-check", "Health Check", "*/5 * * * *", "UTC"],
      ["hourly-sync", "Hourly Sync", "0 * * * *", "UTC"],
      ["monthly-invoices", "Monthly Invoices", "0 0 1 * *", "UTC"],
      ["send-daily-reports", "Daily Reports", "0 9 * * *", "UTC"],
      ["weekly-cleanup", "Weekly Cleanup", "0 3 * * 0", "UTC"],
    ]);
    expect(scheduledTasks.filter(({ id, runNowEvent }) => runNowEvent !== `app/${id}`)).toEqual([]);
  });

  it("may name a time zone before the cron", () => {
    const berlin = client.createFunction(
      { id: "report", triggers: [cron("TZ=Europe/Berlin 30 2 * * *"), jobRequested("report")] },
      nothing,
    );
    expect(readTasks([berlin])).toEqual([
      {
        id: "report",
        name: "report",
        cron: "30 2 * * *",
        timeZone: "Europe/Berlin",
        runNowEvent: "app/report",
      },
    ]);
  });

  it("start both ways, or the app does not start", () => {
    const onlyCron = client.createFunction({ id: "lonely", triggers: [cron("0 2 * * *")] }, nothing);
    const wrongEvent = client.createFunction(
      { id: "astray", triggers: [cron("0 2 * * *"), jobRequested("other")] },
      nothing,
    );
    const twoCrons = client.createFunction(
      { id: "twice", triggers: [cron("0 2 * * *"), cron("0 3 * * *"), jobRequested("twice")] },
      nothing,
    );
    for (const [job, id] of [
      [onlyCron, "lonely"],
      [wrongEvent, "astray"],
      [twoCrons, "twice"],
    ] as const) {
      expect(() => readTasks([job])).toThrow(
        `The scheduled task "${id}" needs two triggers: one cron, and the event "app/${id}"`,
      );
    }
  });

  it("are none of the functions that only an event starts", () => {
    const byEvent = client.createFunction({ id: "mail", triggers: [jobRequested("mail")] }, nothing);
    expect(readTasks([byEvent])).toEqual([]);
  });
});
