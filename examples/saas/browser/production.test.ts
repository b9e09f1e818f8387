/** As in production, on `stepwell start`: events need the event key, and calls are signed with the signing key. */
import { createHmac } from "node:crypto";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Catcher, type CaughtMail, startCatcher } from "@/lib/mail/catcher.ts";
import { freePort, stop } from "../../../scripts/processes.mjs";
import { requestReport } from "./organization.ts";
import { newcomer, signUp } from "./people.ts";
import { answers, type Keys, makeKeys, openPlace, type Place, sdkSettings, startApp } from "./place.ts";
import { openWindow } from "./window.ts";

const Events = z.object({ data: z.array(z.object({ internal_id: z.string() })) });
const Runs = z.object({ data: z.array(z.object({ status: z.string(), output: z.unknown() })) });

/** The mail server that an app in production must have. */
let catcher: Catcher;
const mails: CaughtMail[] = [];
let place: Place & { keys: Keys };
beforeAll(async () => {
  catcher = await startCatcher(async (mail) => void mails.push(mail));
  const { keys, ...opened } = await openPlace("start", smtpSettings());
  if (!keys) throw new Error("`stepwell start` was started without keys");
  place = { ...opened, keys };
});
afterAll(async () => {
  await place?.close();
  await catcher.close();
});

const smtpSettings = () => ({ SMTP_HOST: "127.0.0.1", SMTP_PORT: String(catcher.port) });

test("an event of the app is accepted, and its run completes", async () => {
  const page = await openWindow({ appUrl: place.appUrl });
  const person = newcomer();
  await signUp(page, person);
  await requestReport(page);
  await page.locator('[data-testid="report"][data-status="ready"]').waitFor();

  const [event] = (await askServer(Events, "/v1/events?name=report/generate")).data;
  const readRuns = async () => (await askServer(Runs, `/v1/events/${event?.internal_id}/runs`)).data;
  await expect.poll(async () => (await readRuns()).map(({ status }) => status)).toEqual(["Completed"]);
  const subjects = () => mails.filter(({ to }) => to === person.email).map(({ subject }) => subject);
  await expect.poll(subjects).toContainEqual(expect.stringContaining("Welcome"));
});

test.each([
  ["GET", "/dev/mailbox"],
  ["GET", "/api/dev/mailbox"],
  ["POST", "/api/dev/users/usr_ada/active"],
  ["POST", "/api/dev/users/usr_ada/leftovers"],
])("%s %s is for development only", async (method, path) => {
  expect((await fetch(`${place.appUrl}${path}`, { method })).status).toBe(404);
});

test("the app refuses calls that are not signed, or not with its key", async () => {
  expect((await callApp(undefined)).status).toBe(401);
  expect((await callApp(makeKeys().signingKey)).status).toBe(401);
  // The same call is not refused for its signature when the key is right.
  expect((await callApp(place.keys.signingKey)).status).not.toBe(401);
});

test("the server refuses wrong keys: for events, for reading, and of a whole app", async () => {
  const others = makeKeys();
  const post = { method: "POST", body: JSON.stringify({ name: "user/created", data: {} }) };
  expect((await fetch(`${place.serverUrl}/e/${others.eventKey}`, post)).status).toBe(401);
  expect((await readEvents(others.signingKey)).status).toBe(401);
  expect((await fetch(`${place.serverUrl}/v1/events`)).status).toBe(401);

  const app = startApp(await freePort(34_000), {
    ...sdkSettings(place.serverUrl, others),
    ...smtpSettings(),
    DATABASE_URL: ":memory:",
    FILES_DIR: join(dirname(place.databaseFile), "other-files"),
  });
  try {
    await answers("the other app", app, `${app.url}/sign-up`);
    expect((await fetch(`${app.url}/api/inngest`, { method: "PUT" })).status).toBe(401);
    const page = await openWindow({ appUrl: app.url });
    await signUp(page, newcomer(), /\/sign-up/);
    expect(await page.getByRole("main").getByRole("alert").innerText()).toContain("Nothing was saved");
  } finally {
    await stop(app.entry);
  }
});

async function askServer<T>(shape: z.ZodType<T>, path: string): Promise<T> {
  const headers = { Authorization: `Bearer ${place.keys.signingKey}` };
  return shape.parse(await (await fetch(`${place.serverUrl}${path}`, { headers })).json());
}

function readEvents(signingKey: string): Promise<Response> {
  const headers = { Authorization: `Bearer ${signingKey}` };
  return fetch(`${place.serverUrl}/v1/events`, { headers });
}

/** A call as the server makes it, of a function that does not exist. */
function callApp(signingKey: string | undefined): Promise<Response> {
  const body = JSON.stringify({ ctx: { attempt: 0, run_id: "run" }, event: {}, events: [], steps: {} });
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (signingKey) headers["X-Inngest-Signature"] = sign(body, signingKey);
  return fetch(`${place.appUrl}/api/inngest?fnId=saas-nothing&stepId=step`, {
    method: "POST",
    headers,
    body,
  });
}

/** As the SDK checks it: the key without its prefix, over the body (keys in order) and the second. */
function sign(body: string, signingKey: string): string {
  const second = String(Math.floor(Date.now() / 1000));
  const key = signingKey.replace(/^signkey-\w+-/, "");
  return `t=${second}&s=${createHmac("sha256", key).update(body).update(second).digest("hex")}`;
}
