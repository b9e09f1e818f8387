/** The dashboard at a route of somebody's own app, which says who its visitors are; the server is elsewhere. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { createDashboard, type Dashboard } from "@stepwell/dashboard";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeAdmin, type Session } from "./people.ts";
import { openPlace, type Place } from "./place.ts";
import { hasMark, isLive, mark } from "./visits.ts";
import { openWindow } from "./window.ts";

const base = "/a/b";
let place: Place;
let admin: Session;
let app: Server;
let url: string;
const outside: string[] = [];

beforeAll(async () => {
  place = await openPlace({ mode: "start" });
  admin = await makeAdmin(place);
  const made = await admin.call("POST", "/keys", {
    name: "the app",
    scopes: ["read", "runs:write", "events:write", "functions:write", "apps:write", "settings"],
  });
  const { data } = (await made.json()) as { data: { secret: string } };
  const dashboard = createDashboard({
    url: place.url,
    apiKey: data.secret,
    basePath: base,
    // The app's own sign-in: a cookie that names the role.
    authorize: (request) => {
      const role = /who=(viewer|admin)/.exec(request.headers.get("cookie") ?? "")?.[1];
      return role === "viewer" || role === "admin"
        ? { id: `u-${role}`, name: `${role} of the app`, role }
        : null;
    },
  });
  app = createServer((incoming, outgoing) => void answer(dashboard, incoming, outgoing));
  await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
  await place.send({ name: "shop/refund.requested", data: { order: "A-1" } });
  await place.idle();
});
afterAll(async () => {
  app.closeAllConnections();
  await new Promise((resolve) => app.close(resolve));
  await place.close();
});

/** What any framework does around a handler of `Request` and `Response`. */
async function answer(
  dashboard: Dashboard,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { method = "GET", url: path = "/" } = incoming;
  if (path !== base && !path.startsWith(`${base}/`)) {
    outside.push(path);
    outgoing.writeHead(404).end();
    return;
  }
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  const body = method === "GET" || method === "HEAD" ? null : Readable.toWeb(incoming);
  const request = new Request(`http://${incoming.headers.host}${path}`, {
    method,
    headers,
    signal: gone.signal,
    ...(body === null ? {} : { body: body as BodyInit, duplex: "half" }),
  });
  const response = await dashboard(request);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) outgoing.end();
  else
    Readable.fromWeb(response.body as never)
      .on("error", () => outgoing.destroy())
      .pipe(outgoing);
}

async function visit(role: "viewer" | "admin") {
  const page = await openWindow({ url });
  await page.context().addCookies([{ name: "who", value: role, url }]);
  return page;
}

test("every page works below the base, and asks for nothing above it", async () => {
  const page = await visit("admin");
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  for (const [path, heading] of [
    ["", "Overview"],
    ["/runs", "Runs"],
    ["/events", "Events"],
    ["/functions", "Functions"],
    ["/schedules", "Schedules"],
    ["/apps", "Apps"],
    ["/settings/health", "Settings"],
  ] as const) {
    await page.goto(`${base}${path}`);
    await page.getByRole("heading", { level: 1, name: heading }).waitFor();
    await page.waitForLoadState("load");
  }
  await page.getByRole("link", { name: "Runs", exact: true }).first().click();
  await page.getByTestId("run-row").getByRole("link").first().click();
  await page.getByTestId("waterfall-row").first().waitFor();
  expect(new URL(page.url()).pathname).toMatch(/^\/a\/b\/runs\/\w+$/);
  await page.reload();
  await page.getByTestId("waterfall-row").first().waitFor();
  expect(asked.filter((path) => path !== base && !path.startsWith(`${base}/`))).toEqual([]);
  expect(outside).toEqual([]);
  expect(await page.content()).not.toContain("swk_");
});

test("the app says who it is: no sign-in page, no sign-out, no users and keys", async () => {
  const page = await visit("admin");
  await page.goto(`${base}/sign-in`);
  await page.waitForURL((at) => !at.pathname.endsWith("/sign-in"));
  await page.getByRole("button", { name: "Signed in as admin of the app" }).click();
  await page.getByRole("menuitem", { name: "Account" }).waitFor();
  expect(await page.getByRole("menuitem", { name: "Sign out" }).count()).toBe(0);
  await page.keyboard.press("Escape");
  await page.goto(`${base}/settings/users`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  expect(
    await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Users" }).count(),
  ).toBe(0);
  expect((await fetch(`${url}${base}/api/stepwell/v1/runs`)).status).toBe(401);
});

test("a viewer of the app cannot act; an admin does, live, and the audit log says who", async () => {
  const viewer = await visit("viewer");
  await viewer.goto(`${base}/runs?q=status%3Arunning`);
  await viewer.getByTestId("run-row").getByRole("link").first().click();
  const cancel = viewer.getByRole("button", { name: "Cancel…" });
  await cancel.waitFor();
  expect(await cancel.textContent()).toContain("Needs the role operator; yours is viewer");
  const run = new URL(viewer.url()).pathname.split("/").at(-1);
  const refused = await viewer.request.post(`${url}${base}/api/stepwell/v1/runs/${run}/cancel`, {
    headers: { "x-stepwell-csrf": "1" },
  });
  expect(refused.status()).toBe(403);
  await isLive(viewer);
  await mark(viewer);

  const page = await visit("admin");
  await page.goto(`${base}/runs/${run}`);
  await page.getByRole("button", { name: "Cancel…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel the run" }).click();
  await page.getByTestId("run-status").filter({ hasText: "Cancelled" }).waitFor();
  await viewer.getByTestId("run-status").filter({ hasText: "Cancelled" }).waitFor();
  expect(await hasMark(viewer)).toBe(true);

  const audit = await admin.call("GET", "/audit?action=run.cancel");
  const { data } = (await audit.json()) as { data: object[] };
  expect(data[0]).toMatchObject({ actor: "admin of the app", actorKind: "mounted", outcome: "done" });
  await page.goto(`${base}/settings/audit`);
  await page
    .getByRole("row")
    .filter({ hasText: "run.cancel" })
    .filter({ hasText: "admin of the app" })
    .first()
    .waitFor();
});
