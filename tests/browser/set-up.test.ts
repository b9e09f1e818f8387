/** The first minutes of a server: nothing but the set-up page, by the link of its log, once. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { api, password, setUpLink } from "./people.ts";
import { openPlace, type Place } from "./place.ts";
import { signInBy } from "./visits.ts";
import { openWindow } from "./window.ts";

let place: Place;
beforeAll(async () => {
  place = await openPlace({ mode: "start" });
});
afterAll(() => place.close());

/** What the API says to somebody who is not let in. */
const refused = /status of 4(?:01|03|09)/;

test("before an admin exists every page is the set-up page, and the API answers nothing", async () => {
  const page = await openWindow({ url: place.url, expected: refused });
  for (const path of ["/", "/runs", "/functions/shop-fulfil-order", "/settings/users", "/sign-in"]) {
    await page.goto(path);
    await page.getByRole("heading", { name: "Set up this server" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/set-up");
    await page.getByText("The server wrote a one-time link to its log").waitFor();
  }
  for (const path of ["/runs", "/overview", "/users", "/stream"])
    expect((await fetch(`${place.url}${api}${path}`)).status).toBe(403);
});

test("the log's link makes the first admin, who is signed in, and works once", async () => {
  const page = await openWindow({ url: place.url, expected: refused });
  const late = await openWindow({ url: place.url, expected: refused });
  const link = setUpLink(place);
  await late.goto(link);
  await late.getByRole("button", { name: "Make the admin" }).waitFor();

  await page.goto(link);
  // The token does not stay where it could be read over a shoulder or sent on.
  await expect.poll(() => page.url()).not.toContain("token=");
  const make = page.getByRole("button", { name: "Make the admin" });
  await page.getByLabel("Name").fill("ana");
  await page.getByLabel("Password", { exact: true }).fill("short");
  await make.click();
  await page.getByText("It needs at least 12 characters and has 5.").waitFor();
  await page.getByLabel("Password", { exact: true }).fill(password);
  await make.click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await page.getByRole("button", { name: "Signed in as ana" }).waitFor();
  const [cookie] = await page.context().cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax" });

  await late.getByLabel("Name").fill("eve");
  await late.getByLabel("Password", { exact: true }).fill(password);
  await late.getByRole("button", { name: "Make the admin" }).click();
  await late.getByRole("alert").filter({ hasText: /./ }).waitFor();
  const later = await openWindow({ url: place.url });
  await later.goto(link);
  await later.getByRole("heading", { name: "This is done already" }).waitFor();
  await later.getByRole("link", { name: "Sign in" }).click();
  await signInBy(later, "ana");
  await later.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
});
