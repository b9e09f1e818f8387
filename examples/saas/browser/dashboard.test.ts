/** The dashboard inside the app, at /admin/jobs/console: who may see it, and what it shows of the app's own runs. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Admin,
  callServer,
  consolePath,
  expectFit,
  isLive,
  isStatus,
  openConsoleWindow,
  openRunOf,
} from "./console.ts";
import { requestReport } from "./organization.ts";
import { newcomer, signUp } from "./people.ts";
import { openPlace, type Place } from "./place.ts";
import { type Credentials, readDemoAdmin, signInByPost } from "./sessions.ts";
import { markDocument, openWindow } from "./window.ts";

let place: Place;
let credentials: Credentials;
let admin: Admin;
beforeAll(async () => {
  place = await openPlace("dev");
  credentials = readDemoAdmin(place.appOutput);
  admin = { appUrl: place.appUrl, session: await signInByPost(place.appUrl, credentials) };
  // Days pass here: their jobs of every hour and every five minutes would take minutes.
  const { data: functions } = await callServer<{ id: string; slug: string }[]>(place, "/functions");
  for (const { id } of functions.filter(({ slug }) => /health-check|hourly-sync/.test(slug)))
    await callServer(place, `/functions/${id}/mode`, { body: { mode: "paused" } });
});
afterAll(() => place?.close());

describe("the console", () => {
  test("opens from the admin's page, with nothing of the app around it", async () => {
    const page = await openConsoleWindow(admin);
    await page.goto("/admin/jobs");
    const asked: string[] = [];
    page.on("response", (answer) => {
      const { pathname } = new URL(answer.url());
      if (answer.status() >= 400 || !pathname.startsWith(consolePath)) asked.push(pathname);
    });
    await page.getByRole("link", { name: "Open the console" }).click();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await isLive(page);
    for (const name of ["Runs", "Events", "Functions", "Schedules", "Apps"]) {
      await page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
      await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
      expect(new URL(page.url()).pathname).toBe(`${consolePath}/${name.toLowerCase()}`);
    }
    expect(asked).toEqual([]);
  });

  test("keeps its content policy, and the address of a page", async () => {
    const page = await openConsoleWindow(admin);
    const answer = await page.goto(`${consolePath}/runs?q=status%3Afailed`);
    expect(answer?.headers()).toMatchObject({
      "content-security-policy": expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/),
      "cache-control": "no-store",
    });
    await page.getByRole("heading", { level: 1, name: "Runs" }).waitFor();
    expect(await page.getByRole("combobox", { name: "Filter runs" }).inputValue()).toBe("status:failed");
  });

  test("sends a stranger to sign in, and then to the page they wanted", async () => {
    const page = await openWindow({ appUrl: place.appUrl, quiet: true });
    await page.goto(`${consolePath}/runs?q=status%3Afailed`);
    expect(new URL(page.url()).pathname).toBe("/sign-in");
    await page.getByLabel("E-mail").fill(credentials.email);
    await page.getByLabel("Password").fill(credentials.password);
    await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(`**${consolePath}/runs?q=status%3Afailed`);
    await page.getByRole("heading", { level: 1, name: "Runs" }).waitFor();
  });

  test("leads to the sign-in page once the session is over", async () => {
    const page = await openConsoleWindow(admin, { quiet: false });
    await page.goto(consolePath);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await page.context().clearCookies();
    await page.getByRole("navigation").getByRole("link", { name: "Runs", exact: true }).click();
    await page.waitForURL(({ pathname }) => pathname === "/sign-in");
    expect(new URL(page.url()).searchParams.get("next")).toBe(`${consolePath}/runs`);
  });

  test("is closed to everybody else, pages and calls alike", async () => {
    const page = await openWindow({ appUrl: place.appUrl });
    await signUp(page, newcomer());
    for (const path of ["", "/runs", "/api/stepwell/v1/runs", "/api/stepwell/v1/stream"]) {
      expect((await page.request.get(`${consolePath}${path}`)).status()).toBe(403);
      expect((await fetch(`${place.appUrl}${consolePath}${path}`)).status).toBe(401);
    }
  });
});

describe("a welcome mail's run", () => {
  test("arrives by itself, says why it waits, and completes while one looks on", async () => {
    const page = await openConsoleWindow(admin);
    const person = newcomer();
    const filter = `function:*send-welcome-email event.data.email:"${person.email}"`;
    await page.goto(`${consolePath}/runs?q=${encodeURIComponent(filter)}`);
    await isLive(page);
    await page.getByTestId("run-count").filter({ hasText: /^0/ }).waitFor();
    const isSameDocument = await markDocument(page);
    await signUp(await openWindow({ appUrl: place.appUrl }), person);
    await openRunOf(page, "send-welcome-email");

    const why = page.getByTestId("why-reason");
    await why.filter({ hasText: "wait-1-day" }).waitFor();
    expect(await why.getAttribute("data-gate")).toBe("sleep");
    expect(await why.innerText()).toMatch(/it sleeps until .*in (?:1 d|23 h)/s);
    expect(await stepsOf(page)).toEqual(["send-email Completed", "wait-1-day Sleeping"]);
    await expectFit(admin, page.url(), "why-reason");

    await passTime("1d");
    await why.filter({ hasText: "wait-3-days" }).waitFor();
    await passTime("3d");
    await isStatus(page, "Completed");
    await why.waitFor({ state: "detached" });
    const steps = ["send-email", "wait-1-day", "send-tips-email", "wait-3-days", "check-activity"];
    const all = [...steps, "send-reengagement"].map((step) => `${step} Completed`);
    await expect.poll(() => stepsOf(page)).toEqual(all);
    expect(await isSameDocument()).toBe(true);
    await page.getByRole("tab", { name: "Events" }).click();
    await page.getByText(person.email).first().waitFor();
  });
});

describe("a report's run that fails", () => {
  test("shows what broke, where and how often, and completes from that step once the cause is gone", async () => {
    // No folder can be made where a file is.
    const files = join(dirname(place.databaseFile), "files");
    const blocked = join(files, "reports");
    mkdirSync(files, { recursive: true });
    writeFileSync(blocked, "");
    const member = await openWindow({ appUrl: place.appUrl });
    await signUp(member, newcomer());
    await requestReport(member);

    const page = await openConsoleWindow(admin);
    await page.goto(`${consolePath}/runs?q=${encodeURIComponent("function:*generate-report")}`);
    await openRunOf(page, "generate-report");
    const failed = page.url();
    const isSameDocument = await markDocument(page);
    const retry = page.getByTestId("why-reason").filter({ hasText: "attempt 1 of 4 failed" });
    await retry.waitFor();
    expect(await retry.getAttribute("data-gate")).toBe("retry");
    await passTime("1h");
    await isStatus(page, "Failed");
    expect(await stepsOf(page)).toEqual([
      "fetch-data Completed",
      "generate-pdf Failed",
      ...[1, 2, 3, 4].map((attempt) => `Attempt ${attempt} Failed`),
    ]);

    await page.getByRole("button", { name: "Go to step" }).click();
    const detail = page.getByTestId("detail-panel");
    await detail.getByText("EEXIST: file already exists, mkdir").first().waitFor();
    const frames = detail.getByRole("list", { name: "Frames of the app" }).getByRole("listitem");
    expect(await frames.first().innerText()).toMatch(/save.+:\d+/s);
    expect(await detail.getByRole("tab", { name: "Attempts" }).innerText()).toMatch(/4/);
    await expectFit(admin, page.url(), "detail-panel");

    rmSync(blocked);
    await page.getByRole("button", { name: "Rerun from step" }).click();
    const drawer = page.getByTestId("rerun-drawer");
    await drawer.getByText("Kept (1)").waitFor();
    await drawer.getByRole("button", { name: "Rerun from this step" }).click();
    await page.waitForURL((url) => url.pathname !== new URL(failed).pathname);
    await isStatus(page, "Completed");
    expect(await isSameDocument()).toBe(true);
    await expect
      .poll(() => stepsOf(page))
      .toEqual(["fetch-data Completed", "generate-pdf Completed", "notify-user Completed"]);
    await page.getByText("kept from the original run").waitFor();
    await member.reload();
    await member.locator('[data-testid="report"][data-status="ready"]').waitFor();
  });
});

/** Moves the server's clock; everything that is due on the way has happened afterwards. */
async function passTime(advance: string): Promise<void> {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ advance });
  const answer = await fetch(`${place.serverUrl}/dev/clock`, { method: "POST", headers, body });
  expect(answer.status).toBe(200);
}

/** Steps and attempts of the waterfall with how they stand, without the run itself and its end. */
async function stepsOf(page: Page): Promise<string[]> {
  const rows = await page.getByTestId("waterfall-row").evaluateAll((found) =>
    found.map((row) => {
      const title = row.querySelector(".wf-title")?.textContent ?? "";
      const words = row.querySelector(".wf-bars .sr-only")?.textContent ?? "";
      return [title, words.split(", ")[1] ?? ""] as const;
    }),
  );
  return rows
    .filter(([title]) => title !== "Run" && title !== "Finalization")
    .map(([title, status]) => `${title} ${status.charAt(0).toUpperCase()}${status.slice(1)}`);
}
