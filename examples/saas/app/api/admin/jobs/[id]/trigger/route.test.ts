import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { demoAdmin } from "@/db/create-admin.ts";
import { sessionCookie } from "@/lib/fixtures/session-cookie.ts";
import { type JobServer, startJobServer } from "@/lib/inngest/fixtures/job-server.ts";
import { services } from "@/services/index.ts";

let events: JobServer;
let isDown: boolean;
let POST: typeof import("./route.ts").POST;
let adminId: string;
let admin: string;
let user: string;

beforeAll(async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  vi.spyOn(console, "error").mockImplementation(() => {});
  await services().ready();
  const { internalAdapter } = await services().auth.$context;
  adminId = (await internalAdapter.findUserByEmail(demoAdmin.email))?.user.id ?? "";
  admin = await sessionCookie(adminId);
  user = await sessionCookie("usr_ben");
});
beforeEach(async () => {
  isDown = false;
  events = await startJobServer(() =>
    isDown
      ? { status: 400, body: { status: 400, error: "No" } }
      : { body: { ids: ["01M8G9YW534XE0PRFDN1Y76PYM"], status: 200 } },
  );
  vi.stubEnv("INNGEST_DEV", events.url);
  vi.resetModules();
  ({ POST } = await import("./route.ts"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await events.close();
});

const KEY = "7f0c1f5e-6c0e-4c39-9a55-2f6a1d1a3b10";
const HTML = { accept: "text/html,application/xhtml+xml" };

function trigger(id: string, headers: Record<string, string>, key?: string): Promise<Response> {
  const request = new Request(`http://127.0.0.1/api/admin/jobs/${id}/trigger`, {
    method: "POST",
    headers: { host: "127.0.0.1", ...headers },
    body: new URLSearchParams(key ? { key } : {}),
  });
  return POST(request, { params: Promise.resolve({ id }) });
}

const sent = () => events.asked.flatMap(({ body }) => JSON.parse(body) as { id: string }[]);
const auditedTries = async () =>
  (await services().audit.list(100)).filter(({ action }) => action.startsWith("job-trigger"));

describe("an admin", () => {
  it("starts a job by hand, and is noted", async () => {
    const response = await trigger("daily-cleanup", { cookie: admin }, KEY);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ success: true, jobId: "daily-cleanup" });
    expect(sent()).toMatchObject([
      {
        name: "app/daily-cleanup",
        data: { triggeredBy: adminId, manual: true },
        id: `run-now-daily-cleanup-${KEY}`,
      },
    ]);
    expect(await auditedTries()).toMatchObject([
      { actorId: adminId, action: "job-triggered", subject: "daily-cleanup" },
    ]);
  });

  it("starts one run by a double click, and another one by another page", async () => {
    await Promise.all([
      trigger("health-check", { cookie: admin }, KEY),
      trigger("health-check", { cookie: admin }, KEY),
    ]);
    await trigger("health-check", { cookie: admin }, "0d3d7f0e-8e1c-4a49-8d7e-9a0f6b3d6c55");
    const ids = sent().map(({ id }) => id);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(2);
    const noted = (await auditedTries()).filter(({ subject }) => subject === "health-check");
    expect(noted).toHaveLength(2);
  });

  it("needs no key: each call of a program is its own", async () => {
    await trigger("hourly-sync", { cookie: admin });
    await trigger("hourly-sync", { cookie: admin }, "not a key of ours");
    const ids = sent().map(({ id }) => id);
    expect(ids[0]).toMatch(/^run-now-hourly-sync-[0-9a-f-]{36}$/);
    expect(ids[1]).not.toBe(ids[0]);
    expect(ids[1]).not.toContain("not a key");
  });

  it("hears that a job is unknown", async () => {
    const response = await trigger("no-such-job", { cookie: admin });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ error: "There is no such scheduled job" });
    expect(events.asked).toEqual([]);
  });

  it("cannot start a function that has no schedule", async () => {
    expect((await trigger("send-email", { cookie: admin })).status).toBe(404);
    expect(events.asked).toEqual([]);
  });

  it("hears that it could not be started, which is noted, too", async () => {
    isDown = true;
    const response = await trigger("weekly-cleanup", { cookie: admin }, KEY);
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ error: "Failed to trigger job" });
    expect((await auditedTries()).filter(({ subject }) => subject === "weekly-cleanup")).toMatchObject([
      { actorId: adminId, action: "job-trigger-failed" },
    ]);
  });

  it.each([
    ["a start", "daily-cleanup", false, "/admin/jobs?job=daily-cleanup&outcome=started"],
    ["a failure", "daily-cleanup", true, "/admin/jobs?job=daily-cleanup&outcome=failed"],
    ["an unknown job", "no-such-job", false, "/admin/jobs?job=no-such-job&outcome=unknown"],
  ])("is led back to the page by a form without JavaScript: %s", async (_what, id, down, place) => {
    isDown = down;
    const response = await trigger(id, { cookie: admin, ...HTML }, KEY);
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe(place);
  });
});

describe("everybody else", () => {
  it.each([
    ["a stranger", () => ({})],
    ["a stranger with a form", () => HTML],
    ["a user", () => ({ cookie: user })],
    ["somebody with a cookie of their own making", () => ({ cookie: `${admin}x` })],
    ["an admin's browser on another site", () => ({ cookie: admin, origin: "https://evil.example" })],
    ["one that hides its origin", () => ({ cookie: admin, "sec-fetch-site": "cross-site" })],
    ["one that has none", () => ({ cookie: admin, origin: "null" })],
  ])("is refused: %s", async (_who, headers) => {
    const before = await auditedTries();
    for (const id of ["daily-cleanup", "no-such-job"]) {
      const response = await trigger(id, headers() as Record<string, string>, KEY);
      expect(response.status).toBe(403);
      expect(await response.json()).toEqual({ error: "Unauthorized" });
    }
    expect(events.asked).toEqual([]);
    expect(await auditedTries()).toEqual(before);
  });
});
