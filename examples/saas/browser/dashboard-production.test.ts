/** The console as in production: without a key of the server it is not there, with one it sees and acts. */
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Catcher, startCatcher } from "@/lib/mail/catcher.ts";
import { freePort, stop, until } from "../../../scripts/processes.mjs";
import {
  type Admin,
  callServer,
  consolePath,
  isLive,
  isStatus,
  openConsoleWindow,
  openRunOf,
} from "./console.ts";
import { newcomer, signUp } from "./people.ts";
import { answers, openPlace, type Place, type Process, sdkSettings, startApp } from "./place.ts";
import { readDemoAdmin, signInByPost } from "./sessions.ts";
import { openWindow } from "./window.ts";

let catcher: Catcher;
let place: Place;
/** The same app once more, with a key. */
let withKey: Process;
/** Signed in at the app without a key. */
let admin: Admin;
/** The server's own admin. */
let owner: Record<string, string>;

beforeAll(async () => {
  catcher = await startCatcher(async () => {});
  const mail = { SMTP_HOST: "127.0.0.1", SMTP_PORT: String(catcher.port), SAAS_SEED: "on" };
  place = await openPlace("start", mail);
  const session = await signInByPost(place.appUrl, readDemoAdmin(place.appOutput));
  admin = { appUrl: place.appUrl, session };
  owner = await setUpServer();
  const scopes = ["read", "runs:write", "events:write", "functions:write"];
  const body = { name: "the console", scopes };
  const { data: key } = await callServer<{ secret: string }>(place, "/keys", { body, headers: owner });
  withKey = startApp(await freePort(35_000), {
    ...sdkSettings(place.serverUrl, place.keys),
    ...mail,
    DATABASE_URL: place.databaseFile,
    FILES_DIR: join(dirname(place.databaseFile), "files"),
    STEPWELL_API_KEY: key.secret,
  });
  await answers("the app with a key", withKey, `${withKey.url}/sign-in`);
});
afterAll(async () => {
  if (withKey) await stop(withKey.entry);
  await place?.close();
  await catcher.close();
});

test("without a key there is neither the page nor a link to it", async () => {
  const page = await openWindow({ appUrl: place.appUrl });
  await page.context().addCookies(admin.session);
  await page.goto("/admin/jobs");
  await page.getByTestId("job-card").first().waitFor();
  expect(await page.getByRole("link", { name: "Open the console" }).count()).toBe(0);
  for (const path of ["", "/runs", "/api/stepwell/v1/runs"])
    expect((await page.request.get(`${consolePath}${path}`)).status()).toBe(404);
});

test("with a key it shows what happens, and does what its admin wants in their name", async () => {
  const session = admin.session.map((cookie) => ({ ...cookie, url: withKey.url }));
  const page = await openConsoleWindow({ appUrl: withKey.url, session });
  await page.goto("/admin/jobs");
  await page.getByRole("link", { name: "Open the console" }).click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await page.getByRole("navigation").getByRole("link", { name: "Runs", exact: true }).click();
  await isLive(page);
  await signUp(await openWindow({ appUrl: place.appUrl }), newcomer());
  await page.getByTestId("run-row").filter({ hasText: "send-welcome-email" }).waitFor();
  await openRunOf(page, "send-welcome-email");
  await page.getByTestId("why-reason").filter({ hasText: "wait-1-day" }).waitFor();

  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel the run" }).click();
  await isStatus(page, "Cancelled");
  type Entry = { action: string; actor: string; actorKind: string };
  const { data: audit } = await callServer<Entry[]>(place, "/audit", { headers: owner });
  expect(audit.find(({ action }) => action === "run.cancel")).toMatchObject({
    actor: "Demo Admin",
    actorKind: "mounted",
  });
});

test("the key stays with the app, and opens nothing that it was not made for", async () => {
  const session = admin.session.map((cookie) => ({ ...cookie, url: withKey.url }));
  const page = await openConsoleWindow({ appUrl: withKey.url, session });
  const bodies: Promise<string>[] = [];
  page.on("response", (answer) => {
    if (!answer.url().endsWith("/stream")) bodies.push(answer.text().catch(() => ""));
  });
  await page.goto(consolePath);
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  const shown = (await Promise.all(bodies)).join("\n");
  expect(shown).toContain('"mode":"mounted"');
  expect(shown).not.toMatch(/swk_\w{8}/);
  // Keys and users are the server's own business.
  expect((await page.request.get(`${consolePath}/api/stepwell/v1/keys`)).status()).toBe(403);
});

/** Makes the server's first admin by the link of its log; headers of theirs. */
async function setUpServer(): Promise<Record<string, string>> {
  const token = await until(
    "the set-up link in the server's log",
    30_000,
    async () => /\/set-up#token=([\w-]+)/.exec(place.serverOutput.join("\n"))?.[1],
  );
  const body = { token, name: "owner", password: crypto.randomUUID() };
  const { data, answer } = await callServer<{ csrf: string }>(place, "/setup", { body });
  const [cookie = ""] = answer.headers.getSetCookie();
  return { cookie: cookie.split(";")[0] ?? "", "x-stepwell-csrf": data.csrf };
}
