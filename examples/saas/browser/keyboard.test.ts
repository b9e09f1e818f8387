/** The admin signs in and starts a job with the keyboard alone, and always sees where the focus is. */
import type { Locator, Page } from "playwright-core";
import { expect, inject, test } from "vitest";
import { listManualRuns, waitForNewRun } from "./jobs.ts";
import { openWindow } from "./window.ts";

const MOST_STOPS = 80;

test("sign in and Run now", async () => {
  const { email, password } = inject("admin");
  const page = await openWindow();
  await page.goto("/");
  await tabTo(page, page.getByRole("navigation").getByRole("link", { name: "Sign in" }));
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/sign-in/);
  await tabTo(page, page.getByLabel("E-mail"));
  await page.keyboard.type(email);
  await tabTo(page, page.getByLabel("Password"));
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  const toJobs = page.getByRole("navigation").getByRole("link", { name: "Scheduled jobs" });
  await toJobs.waitFor();

  await tabTo(page, toJobs);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/admin\/jobs/);
  const card = page.getByTestId("job-card").filter({ hasText: "Daily Cleanup" });
  const before = await listManualRuns("daily-cleanup");
  const button = card.getByTestId("run-now");
  await tabTo(page, button);
  await page.keyboard.press("Enter");
  const runId = await waitForNewRun("daily-cleanup", before);
  await card.locator(`a[href$="/${runId}"][aria-label^="Completed"]`).waitFor();
  // Whoever pressed it is still there, and can go on from there.
  expect(await hasFocus(button)).toBe(true);
});

/** Presses Tab until this has the focus; every stop on the way can be seen. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    await page.keyboard.press("Tab");
    expect(await readFocus(page)).toMatchObject({ isVisible: true });
    if (await hasFocus(target)) return;
  }
  throw new Error(`Tab does not reach ${target}`);
}

const hasFocus = (target: Locator): Promise<boolean> =>
  target.evaluate((element) => element === document.activeElement);

function readFocus(page: Page): Promise<{ on: string; isVisible: boolean }> {
  return page.evaluate(() => {
    const element = document.activeElement ?? document.body;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    const hasRing = (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
    return { on: element.outerHTML.slice(0, 200), isVisible: element !== document.body && hasRing };
  });
}
