/** The dashboard inside the app, as admins see it, and what only its server can be asked. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { checkPage } from "./check-page.ts";
import type { Place } from "./place.ts";
import type { SessionCookie } from "./sessions.ts";
import { openWindow, type WindowOptions } from "./window.ts";

export const consolePath = "/admin/jobs/console";
const api = "/api/stepwell/v1";

export type Admin = { appUrl: string; session: SessionCookie[] };

/** A window of the admin that fails the test when a page of the console reports an error or breaks its policy. */
export async function openConsoleWindow(
  { appUrl, session }: Admin,
  options: WindowOptions = {},
): Promise<Page> {
  const page = await openWindow({ appUrl, quiet: true, ...options });
  await page.context().addCookies(session);
  return page;
}

/** Waits until changes come by themselves. */
export async function isLive(page: Page): Promise<void> {
  await page.locator('[data-testid="live-state"][data-state="live"]').waitFor();
}

export async function isStatus(page: Page, status: string): Promise<void> {
  await page.getByTestId("run-status").filter({ hasText: status }).waitFor();
}

/** The page of a run, from the list of runs. */
export async function openRunOf(page: Page, functionId: string): Promise<void> {
  const row = page.getByTestId("run-row").filter({ hasText: functionId }).first();
  await row.getByRole("link").first().click();
  await page.waitForURL(`**${consolePath}/runs/*`);
  await page.getByTestId("waterfall-row").first().waitFor();
}

/** What axe and a phone have to say about the page at this address, in both themes. */
export async function expectFit(admin: Admin, url: string, ready: string): Promise<void> {
  const complaints: string[] = [];
  for (const theme of ["light", "dark"] as const) {
    const page = await openConsoleWindow(admin, { theme });
    await page.goto(url);
    await page.getByTestId(ready).first().waitFor();
    complaints.push(...(await checkPage(page)).map((complaint) => `${url} (${theme}): ${complaint}`));
  }
  expect(complaints).toEqual([]);
}

/** Calls the API of the server itself; `headers` say who calls where it asks for that. */
export async function callServer<T>(
  { serverUrl }: Pick<Place, "serverUrl">,
  path: string,
  { body, headers = {} }: { body?: object; headers?: Record<string, string> } = {},
): Promise<{ data: T; answer: Response }> {
  const answer = await fetch(`${serverUrl}${api}${path}`, {
    headers: { "x-stepwell-csrf": "1", "Content-Type": "application/json", ...headers },
    ...(body && { method: "POST", body: JSON.stringify(body) }),
  });
  const told = (await answer.json()) as { data: T };
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(told)}`);
  return { data: told.data, answer };
}
