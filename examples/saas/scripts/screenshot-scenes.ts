/** What there is to look at: every page as a stranger, a user and an admin see it, and its states. */
import { lastDays } from "../lib/days.ts";
import { openApp } from "./demo-app.ts";
import type { Admin } from "./demo-database.ts";
import { completeJob } from "./demo-jobs.ts";
import { type Person, signUp, waitForMail } from "./demo-people.ts";
import type { Server } from "./demo-server.ts";
import { waitFor } from "./demo-steps.ts";
import { readUnsubscribeLink, usageMail } from "./demo-usage-mails.ts";

type Cookie = { name: string; value: string; url: string };
export type Scene = { name: string; url: string; cookies?: Cookie[] };

const LIMIT_MS = 60_000;
const HINT = "What went wrong is said where the app and its server run.";

export async function prepareScenes(server: Server, admin: Admin): Promise<Scene[]> {
  const appUrl = admin.app.url;
  const person = await signUp(appUrl, "Ada Screen");
  const newcomer = await signUp(appUrl, "Noa New");
  await fillWorkspace(person);
  for (const jobId of ["monthly-invoices", "send-daily-reports", "hourly-sync"]) {
    await completeJob(server, admin, jobId, HINT);
  }
  const { run_id } = await completeJob(server, admin, "health-check", HINT);
  await newcomer.app.unsubscribe(await unsubscribeLink(newcomer));
  const scenes = (who: string, app: Person["app"], paths: Record<string, string>): Scene[] =>
    Object.entries(paths).map(([name, path]) => ({
      name: `${who}-${name}`,
      url: new URL(path, appUrl).href,
      cookies: app.cookies().map((cookie) => ({ ...cookie, url: appUrl })),
    }));
  return [
    ...scenes("stranger", openApp(appUrl), await strangerPaths(person, newcomer)),
    ...scenes("newcomer", newcomer.app, { organization: `${workspaceOf(newcomer)}?welcome=1` }),
    ...scenes("user", person.app, userPaths(person)),
    ...scenes("admin", admin.app, adminPaths(run_id, await failRun(server))),
  ];
}

const workspaceOf = ({ organizationId }: Person) => `/organizations/${organizationId}`;

/** A plan, a report that is ready and a file. */
async function fillWorkspace({ app, organizationId }: Person): Promise<void> {
  await app.subscribe(organizationId, "pro");
  await app.upload(organizationId, "figures of the year.txt", "a, b, c");
  const period = lastDays(30, new Date());
  const reportId = await app.requestReport(organizationId, { reportType: "usage", ...period });
  await waitFor("the report", LIMIT_MS, HINT, async () =>
    (await app.report(reportId)).status === "ready" ? true : undefined,
  );
}

/** A run that cannot succeed; returns its id. */
async function failRun(server: Server): Promise<string> {
  const dateRange = { start: "2026-03-01", end: "2026-03-31" };
  const organizationId = `org_lost_${Date.now()}`;
  await server.send("report/generate", { organizationId, reportType: "usage", dateRange });
  const [run] = await waitFor("the run that fails", LIMIT_MS, HINT, async () => {
    const found = await server.runsOf("report/generate", (data) => data.organizationId === organizationId);
    return found?.some(({ status }) => status === "Failed") ? found : undefined;
  });
  return run?.run_id ?? "";
}

async function unsubscribeLink(person: Person): Promise<string> {
  return readUnsubscribeLink(await waitForMail(person, usageMail, HINT));
}

async function strangerPaths(reader: Person, unsubscribed: Person): Promise<Record<string, string>> {
  const mail = await waitForMail(reader, usageMail, HINT);
  return {
    home: "/",
    "sign-up": "/sign-up",
    "sign-up-refused": `/sign-up?${new URLSearchParams({
      error: "There is already an account for ada@northwind.example.",
      wrong: "email",
      name: "Ada Rowe",
      email: "ada@northwind.example",
    })}`,
    "sign-in": "/sign-in",
    "sign-in-refused": `/sign-in?${new URLSearchParams({
      error: "The e-mail address or the password is wrong.",
      email: "ada@northwind.example",
    })}`,
    unsubscribe: await unsubscribeLink(reader),
    "unsubscribe-done": await unsubscribeLink(unsubscribed),
    "unsubscribe-broken": "/unsubscribe?user=usr_ada",
    mailbox: "/dev/mailbox",
    mail: `/dev/mailbox/${mail.id}`,
    "not-found": "/nowhere",
  };
}

function userPaths(person: Person): Record<string, string> {
  const workspace = workspaceOf(person);
  const search = (q: string) => `/search?${new URLSearchParams({ q })}`;
  return {
    home: "/",
    organization: workspace,
    "organization-refused": `${workspace}?${new URLSearchParams({ error: "The file is empty.", card: "uploads" })}`,
    settings: "/settings",
    "settings-saved": "/settings?saved=1",
    search: "/search",
    "search-found": search(person.name),
    "search-nothing": search("no such words"),
    forbidden: "/admin/jobs",
  };
}

function adminPaths(completedRun: string, failedRun: string): Record<string, string> {
  return {
    home: "/",
    organization: "/organizations/org_northwind",
    search: "/search?q=northwind",
    jobs: "/admin/jobs",
    "jobs-started": "/admin/jobs?job=health-check&outcome=started",
    "jobs-failed": "/admin/jobs?job=health-check&outcome=failed",
    "run-completed": `/admin/jobs/runs/${completedRun}`,
    "run-failed": `/admin/jobs/runs/${failedRun}`,
  };
}
