/** How a sign-in ends, and API keys: shown once, used by a program, revoked. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { api, makeAdmin, signIn } from "./people.ts";
import { openPlace, type Place } from "./place.ts";
import { isLive, signInBy } from "./visits.ts";
import { openWindow } from "./window.ts";

let place: Place;
beforeAll(async () => {
  place = await openPlace({ mode: "start" });
  await makeAdmin(place);
  await place.send({ name: "report/requested", data: {} });
  await place.idle();
});
afterAll(() => place.close());

const HOUR = 3_600_000;
const refused = /status of 401/;

test("signing out ends the session, also for who kept its cookie", async () => {
  const session = await signIn(place, "ana");
  const page = await openWindow({ url: place.url, session, expected: refused });
  await page.goto("/runs");
  await page.getByTestId("run-row").waitFor();
  await page.getByRole("button", { name: "Signed in as ana" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  expect((await session.call("GET", "/runs")).status).toBe(401);
  await page.goto("/functions");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
});

test("a wrong password and an unknown name get the same answer", async () => {
  const page = await openWindow({ url: place.url, expected: refused });
  await page.goto("/sign-in");
  const tell = async (name: string): Promise<string | null> => {
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Password", { exact: true }).fill("not the right words");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    const alert = page.getByRole("alert").filter({ hasText: /./ });
    await alert.waitFor();
    return alert.textContent();
  };
  expect(await tell("ana")).toBe(await tell("nobody"));
});

test("a session that ends in the middle leads to the sign-in, and from there back to the same page", async () => {
  const page = await openWindow({ url: place.url, session: await signIn(place, "ana"), expected: refused });
  await page.goto("/runs?q=status%3Acompleted%20function%3Ashop-nightly-report");
  await page.getByTestId("run-row").first().waitFor();
  await isLive(page);
  // Nobody did anything for longer than a session lives; then something happens, and the page wants to read.
  place.clock.advance(13 * HOUR);
  await place.send({ name: "report/requested", data: {} });
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await signInBy(page, "ana");
  await page.getByTestId("run-row").first().waitFor();
  const { pathname, searchParams } = new URL(page.url());
  expect([pathname, searchParams.get("q")]).toEqual([
    "/runs",
    "status:completed function:shop-nightly-report",
  ]);
});

test("an API key is shown once, works for a program, and is refused once it is revoked", async () => {
  const page = await openWindow({ url: place.url, session: await signIn(place, "ana") });
  await page.goto("/settings/keys");
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("monitor");
  await page.getByRole("dialog").getByRole("button", { name: "Make the key" }).click();
  const shown = page.getByTestId("new-key");
  await shown.getByText(/swk_/).waitFor();
  const secret = (await shown.locator("pre, code").filter({ hasText: /^swk_/ }).first().textContent()) ?? "";
  await shown.getByRole("button", { name: "I have kept it" }).click();

  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${place.url}${api}${path}`, { ...init, headers: { authorization: `Bearer ${secret}` } });
  expect((await ask("/runs")).status).toBe(200);
  // It holds `read` only.
  expect((await ask("/events", { method: "POST", body: '{"name":"a","data":{}}' })).status).toBe(403);

  await page.reload();
  const row = page.getByTestId("key-row").filter({ hasText: "monitor" });
  await row.filter({ hasText: secret.slice(-4) }).waitFor();
  expect(await page.content()).not.toContain(secret);
  await row.getByRole("button", { name: "Revoke monitor" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke the key" }).click();
  await row.getByText("Revoked").waitFor();
  expect((await ask("/runs")).status).toBe(401);
});
