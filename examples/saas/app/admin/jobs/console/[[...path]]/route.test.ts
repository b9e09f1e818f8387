import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { demoAdmin } from "@/db/create-admin.ts";
import { sessionCookie } from "@/lib/fixtures/session-cookie.ts";
import { type JobServer, startJobServer } from "@/lib/inngest/fixtures/job-server.ts";
import { services } from "@/services/index.ts";

const KEY = "swk_of-the-app";
const RUNS = "/admin/jobs/console/api/stepwell/v1/runs";
const SEND = "/admin/jobs/console/api/stepwell/v1/events";
const JSON_ONLY = { accept: "application/json" };
const HTML = { accept: "text/html,application/xhtml+xml" };

let server: JobServer;
let admin: { id: string; cookie: string };
let user: string;

beforeAll(async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  await services().ready();
  const { internalAdapter } = await services().auth.$context;
  const id = (await internalAdapter.findUserByEmail(demoAdmin.email))?.user.id ?? "";
  admin = { id, cookie: await sessionCookie(id) };
  user = await sessionCookie("usr_ben");
});
beforeEach(async () => {
  server = await startJobServer(() => ({ body: { data: [], meta: {} } }));
});
afterEach(async () => {
  services().config.console = {};
  vi.unstubAllEnvs();
  await server.close();
});

/** The route of an app that is started with these settings. */
async function startRoute(settings: { apiKey?: string } | undefined) {
  vi.stubEnv("INNGEST_DEV", server.url);
  vi.resetModules();
  services().config.console = settings;
  return import("./route.ts");
}

const request = (path: string, headers: Record<string, string>, body?: string) =>
  new Request(`http://127.0.0.1:3000${path}`, {
    headers: { host: "127.0.0.1:3000", ...headers },
    ...(body !== undefined && { method: "POST", body }),
  });

it("passes an admin's calls on, with who they are and the app's key", async () => {
  const { GET } = await startRoute({ apiKey: KEY });
  const answer = await GET(request(`${RUNS}?q=status%3Afailed`, { ...JSON_ONLY, cookie: admin.cookie }));
  expect(answer.status).toBe(200);
  expect(server.asked).toMatchObject([
    { path: "/api/stepwell/v1/runs?q=status%3Afailed", headers: { authorization: `Bearer ${KEY}` } },
  ]);
  const actor = JSON.parse(decodeURIComponent(String(server.asked[0]?.headers["x-stepwell-actor"])));
  expect(actor).toMatchObject({ id: admin.id, role: "admin" });
  expect(server.asked[0]?.headers.cookie).toBeUndefined();
});

it("gives a dev server no key", async () => {
  const { GET } = await startRoute({});
  expect((await GET(request(RUNS, { ...JSON_ONLY, cookie: admin.cookie }))).status).toBe(200);
  expect(server.asked[0]?.headers.authorization).toBeUndefined();
});

it("is not there where no Stepwell server runs the functions", async () => {
  const { GET } = await startRoute(undefined);
  for (const path of ["/admin/jobs/console", RUNS]) {
    expect((await GET(request(path, { ...HTML, cookie: admin.cookie }))).status).toBe(404);
  }
  expect(server.asked).toEqual([]);
});

it("leads a stranger to the sign-in page, and from there to the page they wanted", async () => {
  const { GET } = await startRoute({});
  const answer = await GET(request("/admin/jobs/console/runs?q=status%3Afailed", HTML));
  expect(answer.status).toBe(303);
  const wanted = new URLSearchParams({ next: "/admin/jobs/console/runs?q=status%3Afailed" });
  expect(answer.headers.get("location")).toBe(`/sign-in?${wanted}`);
});

it.each([
  ["a stranger", () => "", 401],
  ["a user who is no admin", () => user, 403],
])("answers no call of %s", async (_who, cookie, status) => {
  const { GET, POST } = await startRoute({ apiKey: KEY });
  const headers = { ...JSON_ONLY, cookie: cookie(), "x-stepwell-csrf": "mounted" };
  expect((await GET(request(RUNS, headers))).status).toBe(status);
  expect((await POST(request(SEND, headers, "{}"))).status).toBe(status);
  expect(server.asked).toEqual([]);
});

it("refuses what another site lets an admin's browser write", async () => {
  const { POST } = await startRoute({ apiKey: KEY });
  const headers = { ...JSON_ONLY, cookie: admin.cookie, "x-stepwell-csrf": "mounted" };
  const foreign = { ...headers, origin: "https://evil.example" };
  expect((await POST(request(SEND, foreign, "{}"))).status).toBe(403);
  expect(server.asked).toEqual([]);
  const own = { ...headers, origin: "http://127.0.0.1:3000" };
  expect((await POST(request(SEND, own, "{}"))).status).toBe(200);
});
