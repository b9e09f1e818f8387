/** What visitors do again and again, and what tests look for on pages. */
import type { Locator, Page } from "playwright-core";
import { password } from "./people.ts";

/** Fills in the form of the sign-in page and waits until it is left. */
export async function signInBy(page: Page, name: string): Promise<void> {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL((url) => !url.pathname.endsWith("/sign-in"));
}

/** Waits until the page says that changes come by themselves. */
export async function isLive(page: Page): Promise<void> {
  await page.locator('[data-testid="live-state"][data-state="live"]').waitFor();
}

/** Leaves a mark that a reload of the page would wipe off. */
export async function mark(page: Page): Promise<void> {
  await page.evaluate(() => document.documentElement.setAttribute("data-marked", ""));
}
export async function hasMark(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.hasAttribute("data-marked"));
}

export const hasFocus = (target: Locator): Promise<boolean> =>
  target.evaluate((element) => element === document.activeElement);

/** Text of the JSON editor, written anew. */
export async function writeJson(page: Page, within: Locator, text: string): Promise<void> {
  const editor = within.locator(".cm-content");
  await editor.click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(text);
}
