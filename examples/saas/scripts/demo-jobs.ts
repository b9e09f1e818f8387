/** The admin starts every scheduled job by hand, as the page of the jobs offers it; nobody else can. */
import { type App, openApp } from "./demo-app.ts";
import type { Admin } from "./demo-database.ts";
import type { Person } from "./demo-people.ts";
import type { EventRun, Schedule, Server } from "./demo-server.ts";
import { chapter, count, expectThat, tick, waitFor } from "./demo-steps.ts";

const RUN_LIMIT_MS = 60_000;

type Cast = { admin: Admin; user: Person };

export async function runEveryJob(server: Server, { admin, user }: Cast, hint: string): Promise<void> {
  chapter("Run now");
  const jobIds = await listJobs(admin.app, await server.schedules());
  tick(`The admin's page shows ${count(jobIds.length, "scheduled job")}: ${jobIds.join(", ")}`);
  const stranger = openApp(admin.app.url);
  for (const jobId of jobIds) {
    for (const [who, app] of [
      ["A user", user.app],
      ["A stranger", stranger],
    ] as const) {
      const status = await app.statusOfStart(jobId);
      expectThat(status === 403, `${who} starting ${jobId} answered ${status}, not 403`);
    }
  }
  const shown = await user.app.status("/admin/jobs");
  expectThat(shown === 403, `The jobs' page answered ${shown} to a user, not 403`);
  tick("A user and a stranger get 403 for each of them");
  for (const jobId of jobIds) await runJob(server, admin, jobId, hint);
}

/** Of the forms on the page; the server must know the same ones by their own cron. */
async function listJobs(app: App, schedules: Schedule[]): Promise<string[]> {
  const html = await app.page("/admin/jobs");
  const forms = html.matchAll(/action="\/api\/admin\/jobs\/([^/"]+)\/trigger"/g);
  const shown = [...new Set([...forms].map(([, id = ""]) => id))].sort();
  const scheduled = schedules.map(({ function: { slug } }) => slug.replace(/^saas-/, "")).sort();
  const same = shown.length > 0 && shown.join() === scheduled.join();
  expectThat(same, `The page shows the jobs [${shown}], and the server has [${scheduled}]`);
  return shown;
}

async function runJob(server: Server, admin: Admin, jobId: string, hint: string): Promise<void> {
  const run = await completeJob(server, admin, jobId, hint);
  const page = await admin.app.page(`/admin/jobs/runs/${run.run_id}`);
  expectThat(
    page.includes(`manual by ${admin.name}`),
    `The page of run ${run.run_id} does not say who started it`,
  );
  tick(`${jobId}: completed, manual by ${admin.name}, ${JSON.stringify(run.output)}`);
}

/** Starts it as the admin, and waits for its end. */
export async function completeJob(
  server: Server,
  admin: Admin,
  jobId: string,
  hint: string,
): Promise<EventRun> {
  const started = await admin.app.startJob(jobId);
  expectThat(started.jobId === jobId, `Starting ${jobId} answered for ${started.jobId}`);
  const run = await waitForRun(server, admin, jobId, hint);
  expectThat(run.status === "Completed", `The run ${run.run_id} of ${jobId} is ${run.status}`);
  return run;
}

/** This admin is new, so an event that names them is of this walk. */
async function waitForRun(server: Server, { userId }: Admin, jobId: string, hint: string): Promise<EventRun> {
  const runs = await waitFor(`the end of the run of ${jobId}`, RUN_LIMIT_MS, hint, async () => {
    const found = await server.runsOf(`app/${jobId}`, ({ triggeredBy }) => triggeredBy === userId);
    return found?.some(({ status }) => !["Queued", "Running"].includes(status)) ? found : undefined;
  });
  const [run] = runs;
  expectThat(run !== undefined && runs.length === 1, `Starting ${jobId} once made ${runs.length} runs`);
  return run;
}
