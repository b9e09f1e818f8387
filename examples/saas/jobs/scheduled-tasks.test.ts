import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { functions } from "@/lib/inngest/functions.ts";
import { playRun } from "@/lib/inngest/play-run.ts";
import { services } from "@/services/index.ts";
import { scheduledTasks } from "./scheduled-tasks.ts";

// The client reads it when it is imported.
vi.hoisted(() => vi.stubEnv("INNGEST_DEV", "1"));

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "saas-jobs-"));
  vi.stubEnv("DATABASE_URL", ":memory:");
  vi.stubEnv("FILES_DIR", join(root, "files"));
  vi.stubEnv("SMTP_HOST", "");
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

const DAY_MS = 86_400_000;
const tick = { name: "inngest/scheduled.timer", data: { cron: "0 0 * * *" } };
const byHand = { name: "app/daily-cleanup", data: { triggeredBy: "usr_ada", manual: true } };

async function leaveSomething(userId: string) {
  const user = services().users.find(userId);
  if (!user) throw new Error(`The demo data has no ${userId}`);
  await services().leftovers.leave(user, new Date());
  return () => services().leftovers.look(userId);
}

describe("the scheduled tasks", () => {
  it("are every served function that has a cron, described by its own config", () => {
    const withCron = functions.filter((fn) =>
      (fn.opts.triggers as { cron?: string }[]).some(({ cron }) => cron !== undefined),
    );
    expect(scheduledTasks.map(({ id }) => id)).toEqual(withCron.map((fn) => fn.id()));
    expect(scheduledTasks).toContainEqual({
      id: "daily-cleanup",
      name: "Daily Cleanup",
      cron: "0 0 * * *",
      runNowEvent: "app/daily-cleanup",
    });
  });
});

describe("daily-cleanup", () => {
  it.each([
    ["its cron", tick, "usr_ada"],
    ["its event", byHand, "usr_ben"],
  ])(
    "started by %s, deletes what is due by the moved clock, and nothing else",
    async (_by, event, userId) => {
      const look = await leaveSomething(userId);
      expect((await playRun("daily-cleanup", event)).output).toEqual({ success: true });
      expect(await look()).toMatchObject({ endedSession: true, oldAuditLog: true, fileWithoutRow: true });

      const run = await playRun("daily-cleanup", event, { clockOffsetMs: 2 * DAY_MS });
      expect(run).toEqual({
        status: 200,
        output: { success: true },
        steps: ["cleanup-sessions", "cleanup-audit-logs", "cleanup-uploads"],
      });
      expect(await look()).toEqual({
        endedSession: false,
        openSession: true,
        oldAuditLog: false,
        newAuditLog: true,
        fileWithoutRow: false,
        rowWithoutFile: false,
        wholeUpload: true,
      });
    },
  );

  it.each([
    ["nobody", { manual: true }],
    ["an empty name", { triggeredBy: "", manual: true }],
    ["no word of its being by hand", { triggeredBy: "usr_ada" }],
  ])("refuses to be started by hand by %s", async (_who, data) => {
    const run = await playRun("daily-cleanup", { ...byHand, data });
    expect(run).toMatchObject({ status: 400, steps: [], output: { name: "EventValidationError" } });
  });
});
