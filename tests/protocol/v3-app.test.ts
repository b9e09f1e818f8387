/** An app written for SDK v3, as people have them, runs unchanged (tests/fixtures/v3-app). */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { FunctionRun } from "@stepwell/api";
import { Inngest } from "inngest-v3";
import { serve } from "inngest-v3/node";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { audit, failures, invoices, mailbox } from "../fixtures/v3-app/services.ts";
import { openWorld, type RunView, until, type World } from "./world.ts";

const DAY = 86_400_000;
let world: World;
let server: Server;

beforeAll(async () => {
  world = await openWorld({ functions: () => [] });
  vi.stubEnv("INNGEST_DEV", world.server.url);
  // The SDK prints the errors that the tests provoke.
  vi.spyOn(console, "error").mockImplementation(() => {});
  ({ server } = await import("../fixtures/v3-app/serve.ts"));
  await listenAndSync(server);
});
beforeEach(() => {
  for (const list of [mailbox, audit, invoices]) list.length = 0;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  server?.closeAllConnections();
  server?.close();
  await world?.close();
});

async function listenAndSync(app: Server): Promise<void> {
  await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
  const { port } = app.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/api/inngest`, { method: "PUT" });
  expect(await answer.json()).toMatchObject({ modified: true });
}

async function start(name: string, data: object): Promise<RunView> {
  const [id = ""] = await world.send({ name, data });
  return world.runOf(id);
}

/** Waits until a step of the run waits for its time or an event. */
const waiting = (runId: string, step: string): Promise<unknown> =>
  until(`${step} waits`, async () => {
    const { rootSpan } = (await world.json(`/v2/runs/${runId}/trace`)).data;
    const spans = rootSpan.children as { name: string; status: string }[];
    return spans.some(({ name, status }) => name === step && status === "WAITING");
  });

const templates = (): string[] => mailbox.map(({ template }) => template);

test("all its functions are known, with the names and triggers that they have", async () => {
  const { functions } = await world.json<{ functions: { slug: string; name: string }[] }>("/dev");
  expect(functions.map(({ slug }) => slug).sort()).toEqual([
    "v3-saas-daily-cleanup",
    "v3-saas-generate-report",
    "v3-saas-generate-report-failure",
    "v3-saas-health-check",
    "v3-saas-hourly-sync",
    "v3-saas-monthly-invoices",
    "v3-saas-on-subscription-created",
    "v3-saas-record-audit",
    "v3-saas-send-email",
    "v3-saas-send-welcome-email",
  ]);
});

test("the welcome mails of a user who is active, and of one who is not", async () => {
  const users = ["ann", "bob"].map((userId) => ({ userId, email: `${userId}@example.com`, name: userId }));
  const runs: RunView[] = [];
  for (const user of users) runs.push(await start("user/created", user));
  for (const run of runs) await waiting(run.run_id, "wait-a-day");
  expect(templates()).toEqual(["welcome", "welcome"]);
  world.advance(DAY);
  for (const run of runs) await waiting(run.run_id, "wait-for-activity");
  const [active, idle] = runs.map((run) => world.ended(run.run_id));
  await world.send({ name: "user/active", data: { userId: "ann" } });
  expect(await active).toMatchObject({ status: "Completed", output: { active: "ann" } });
  world.advance(3 * DAY);
  expect(await idle).toMatchObject({ status: "Completed", output: { active: null } });
  expect(templates().sort()).toEqual(["re-engagement", "tips", "tips", "welcome", "welcome"]);
  expect(mailbox.find(({ template }) => template === "re-engagement")?.to).toBe("bob@example.com");
});

test("a report is made and mailed by a function that it invokes", async () => {
  const run = await start("report/requested", { reportId: "q3", requester: "ann@example.com" });
  expect(await world.ended(run.run_id)).toMatchObject({
    status: "Completed",
    output: { file: "q3.pdf with 3 rows", messageId: "mail-1" },
  });
  expect(mailbox).toEqual([{ to: "ann@example.com", template: "report-ready" }]);
});

test("a report that cannot be made is tried again, and then its requester is told", async () => {
  failures.pdf = 2;
  const run = await start("report/requested", { reportId: "q4", requester: "ann@example.com" });
  await until("the first attempt has failed", () => failures.pdf === 1);
  await waiting(run.run_id, "generate-pdf");
  world.advance(45_000);
  expect(await world.ended(run.run_id)).toMatchObject({
    status: "Failed",
    output: { message: "pdf is down" },
  });
  await until("the mail", () => mailbox.length === 1);
  expect(mailbox).toEqual([{ to: "ann@example.com", template: "failed: pdf is down" }]);
});

test("a subscription is confirmed, and its event reaches the audit", async () => {
  const data = { subscriptionId: "sub-9", email: "ann@example.com", plan: "pro" };
  const run = await start("subscription/created", data);
  expect(await world.ended(run.run_id)).toMatchObject({ status: "Completed", output: 1 });
  await until("the audit", () => audit.length === 1);
  expect([audit, templates()]).toEqual([["sub-9 subscribed to pro"], ["confirm"]]);
});

test("a mail of an unknown template fails without another try", async () => {
  const run = await start("email/send", { to: "ann@example.com", template: "odd", variables: {} });
  const ended = await world.ended(run.run_id);
  expect(ended).toMatchObject({ status: "Failed", output: { message: "no template odd" } });
  expect(mailbox).toEqual([]);
});

test("at the first midnight of a month all four schedules run once", async () => {
  const now = new Date(world.clock.now());
  const midnight = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
  failures.invoice = 1;
  world.advance(midnight - 20 - world.clock.now());
  // Earlier moves of the clock may have ended just after a full five minutes.
  const atMidnight = (run: FunctionRun) => Date.parse(run.queuedAt) >= midnight - 1000;
  const ticked = (count: number, ended: boolean): Promise<FunctionRun[]> =>
    until(`${count} runs of schedules`, async () => {
      const { data } = await world.json<{ data: FunctionRun[] }>("/v2/runs");
      const runs = data.filter((run) => run.trigger.cronSchedule !== null && atMidnight(run));
      return runs.length === count && (!ended || runs.every((run) => run.endedAt !== null)) && runs;
    });
  const monthly = (await ticked(4, false)).find((run) => run.function.name === "Monthly Invoices");
  await waiting(monthly?.id ?? "", "invoice-sub-1");
  expect(invoices).toEqual([]);
  world.advance(45_000);
  const runs = await ticked(4, true);
  const outputs = await Promise.all(
    runs.map(async ({ id, function: { slug } }) => [slug, (await world.run(id)).output]),
  );
  expect(Object.fromEntries(outputs)).toEqual({
    "v3-saas-daily-cleanup": { success: true, removed: 5 },
    "v3-saas-health-check": { database: "ok", redis: "not configured", stripe: "no answer" },
    "v3-saas-hourly-sync": { synced: 3, trigger: "inngest/scheduled.timer" },
    "v3-saas-monthly-invoices": { invoiced: 2 },
  });
  expect(invoices).toEqual(["sub-1", "sub-2"]);
});

test("W-80: without INNGEST_DEV the SDK asks port 8288 for `/dev`, and then registers and sends there", async () => {
  vi.stubEnv("INNGEST_DEV", undefined);
  const asked: string[] = [];
  // The port of this server stands for 8288, which the machine may use for something else.
  const standIn: typeof fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.origin !== "http://localhost:8288") throw new Error(`${url} is not the local server`);
    const response = await fetch(new URL(url.pathname + url.search, world.server.url), init);
    asked.push(`${url.pathname} ${response.status}`);
    return response;
  };
  const client = new Inngest({ id: "guesses", fetch: standIn });
  const hello = client.createFunction({ id: "hello" }, { event: "hello" }, ({ event }) => event.data.name);
  const app = createServer(serve({ client, functions: [hello] }));
  try {
    await listenAndSync(app);
    const { ids } = await client.send({ name: "hello", data: { name: "ann" } });
    const run = await world.runOf(ids[0] ?? "");
    expect(await world.ended(run.run_id)).toMatchObject({ function_slug: "guesses-hello", output: "ann" });
  } finally {
    app.closeAllConnections();
    app.close();
  }
  expect(asked).toEqual(["/dev 200", "/fn/register 200", "/dev 200", "/e/NO_EVENT_KEY_SET 200"]);
});
