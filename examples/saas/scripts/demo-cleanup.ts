/** The clean-up story: the nights that have passed did their work, and only that. */
import { z } from "zod";
import type { App, Leftovers } from "./demo-app.ts";
import { DAY_MS } from "./demo-clock.ts";
import type { DemoDatabase } from "./demo-database.ts";
import type { Run, Server } from "./demo-server.ts";
import { chapter, count, expectThat, sayMoment, tick, waitFor } from "./demo-steps.ts";

const RUN_LIMIT_MS = 30_000;

const due = ["endedSession", "oldAuditLog", "fileWithoutRow", "rowWithoutFile"] as const;
const kept = ["openSession", "newAuditLog", "wholeUpload"] as const;

const Deleted = z.object({
  "cleanup-sessions": z.object({ data: z.object({ deleted: z.number() }) }),
  "cleanup-audit-logs": z.object({ data: z.object({ deleted: z.number() }) }),
  "cleanup-uploads": z.object({ data: z.object({ files: z.number(), rows: z.number() }) }),
});

/** Before the days pass: something to clean up, and something to keep. Returns the server's time. */
export async function leaveSomething(app: App, server: Server, userId: string): Promise<string> {
  const { now } = await server.clock();
  const left = await app.leaveLeftovers(userId, now);
  expectWhole(left, [...due, ...kept]);
  return now;
}

export type Logs = { old: string; young: string };

/** For the weekly clean-up: a line of the log that is too old tomorrow, and one that is not. */
export async function leaveLogs(database: DemoDatabase, since: string): Promise<Logs> {
  const daysAgo = (days: number) => new Date(Date.parse(since) - days * DAY_MS);
  return { old: await database.writeLog(daysAgo(89)), young: await database.writeLog(daysAgo(1)) };
}

/** After a month. */
export async function checkLogs(database: DemoDatabase, { old, young }: Logs): Promise<void> {
  expectThat(!(await database.hasLog(old)), "The weekly clean-up left a line of the log of 90 days ago");
  expectThat(await database.hasLog(young), "The weekly clean-up deleted a line of the log that is not old");
  tick("On Sundays the old line of the app's log went, and the young one was kept");
}

/** After they have passed. */
export async function tellCleanupStory(
  app: App,
  server: Server,
  { userId, since, hint }: { userId: string; since: string; hint: string },
): Promise<void> {
  chapter("The nights between");
  const { now } = await server.clock();
  const nights = Math.floor(Date.parse(now) / DAY_MS) - Math.floor(Date.parse(since) / DAY_MS);
  const runs = await waitFor(`${nights} runs of daily-cleanup`, RUN_LIMIT_MS, hint, async () => {
    const found = await server.cleanups(since);
    const over = found.every(({ status }) => !["QUEUED", "RUNNING"].includes(status));
    return over && found.length >= nights ? found : undefined;
  });
  expectThat(nights > 0 && runs.length === nights, `${runs.length} clean-ups ran in ${nights} nights`);
  for (const run of runs) await showNight(server, run);

  const left = await app.leftovers(userId);
  const stayed = due.filter((what) => left[what]);
  expectThat(stayed.length === 0, `The clean-up left behind: ${stayed.join(", ")}`);
  expectWhole(left, kept);
  tick("Gone: the ended session, the old audit log, the file without a row, the row without a file");
  tick("Kept: the open session, the new audit log, the upload that is whole");
}

async function showNight(server: Server, { id, status, queuedAt }: Run): Promise<void> {
  expectThat(status === "COMPLETED", `The clean-up ${id} of ${sayMoment(queuedAt)} is ${status}`);
  const midnight = Date.parse(queuedAt) % DAY_MS;
  expectThat(midnight < 3_600_000, `The clean-up ${id} ran at ${sayMoment(queuedAt)}, not at midnight`);
  const outputs = Deleted.safeParse(await server.stepOutputs(id));
  expectThat(outputs.success, `The trace of clean-up ${id} does not show what its steps returned`);
  const {
    "cleanup-sessions": sessions,
    "cleanup-audit-logs": logs,
    "cleanup-uploads": uploads,
  } = outputs.data;
  const deleted = [
    count(sessions.data.deleted, "session"),
    count(logs.data.deleted, "audit log"),
    count(uploads.data.files, "file"),
    count(uploads.data.rows, "upload row"),
  ];
  tick(`${sayMoment(queuedAt)}: deleted ${deleted.join(", ")}`);
}

function expectWhole(left: Leftovers, wanted: readonly (keyof Leftovers)[]): void {
  const missing = wanted.filter((what) => !left[what]);
  expectThat(missing.length === 0, `These should be there and are not: ${missing.join(", ")}`);
}
