/** The admin starts every scheduled job by hand, and sees how it goes. */
import type { Locator, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { until } from "../../../scripts/processes.mjs";
import { listManualRuns, type ManualRun, waitForNewRun } from "./jobs.ts";
import { openAdminWindow } from "./people.ts";
import { markDocument } from "./window.ts";

const jobs = [
  { id: "daily-cleanup", name: "Daily Cleanup", cron: "0 0 * * *", inWords: /At 00:00, every day/ },
  { id: "send-daily-reports", name: "Daily Reports", cron: "0 9 * * *", inWords: /At 09:00, every day/ },
  { id: "weekly-cleanup", name: "Weekly Cleanup", cron: "0 3 * * 0", inWords: /Sunday/ },
  { id: "monthly-invoices", name: "Monthly Invoices", cron: "0 0 1 * *", inWords: /day 1 of the month/ },
  { id: "health-check", name: "Health Check", cron: "*/5 * * * *", inWords: /Every 5 minutes/ },
  { id: "hourly-sync", name: "Hourly Sync", cron: "0 * * * *", inWords: /Every hour/ },
];

test("every scheduled job has a card with its cron, also in words, and its next run", async () => {
  const page = await openAdminWindow();
  await page.goto("/admin/jobs");
  await page.getByTestId("job-card").first().waitFor();
  expect(await page.getByTestId("job-card").count()).toBe(jobs.length);
  for (const { name, cron, inWords } of jobs) {
    const card = cardOf(page, name);
    expect(await card.getByTestId("job-cron").innerText()).toBe(cron);
    expect(await card.innerText()).toMatch(inWords);
    expect(await card.innerText()).toMatch(/Next run (?:in \d|now)/);
  }
});

describe("Run now", () => {
  test("shows the new run of each job as completed, without a reload", async () => {
    const page = await openAdminWindow();
    await page.goto("/admin/jobs");
    const isSameDocument = await markDocument(page);
    const before = await listAllManualRuns();
    for (const { name } of jobs) await cardOf(page, name).getByTestId("run-now").click();
    for (const { id, name } of jobs) {
      const card = cardOf(page, name);
      await completedRun(card, await waitForNewRun(id, before)).waitFor();
      await card.getByTestId("job-status").filter({ hasText: "Completed" }).waitFor();
      await card
        .getByTestId("job-last-run")
        .filter({ hasText: /^Last run (?:just now|\d+ seconds? ago)/ })
        .waitFor();
    }
    expect(await isSameDocument()).toBe(true);
  });

  test("works without JavaScript: a reload shows the new run of each job as completed", async () => {
    const page = await openAdminWindow({ javaScript: false });
    await page.goto("/admin/jobs");
    const before = await listAllManualRuns();
    for (const { name } of jobs) {
      await cardOf(page, name).getByTestId("run-now").click();
      await page
        .getByRole("status")
        .filter({ hasText: `${name} was started` })
        .waitFor();
    }
    for (const { id, name } of jobs) {
      const run = completedRun(cardOf(page, name), await waitForNewRun(id, before));
      await until(`the new run of ${name} as completed`, 30_000, async () => {
        await page.reload();
        return run.isVisible();
      });
    }
  });

  test("says who started the run, on the card, on the run's page and in the audit log", async () => {
    const page = await openAdminWindow();
    await page.goto("/admin/jobs");
    const before = await listManualRuns("weekly-cleanup");
    const card = cardOf(page, "Weekly Cleanup");
    await card.getByTestId("run-now").click();
    const runId = await waitForNewRun("weekly-cleanup", before);
    const run = completedRun(card, runId);
    await run.waitFor();
    expect(await card.getByTestId("job-last-run").innerText()).toContain("manual by Demo Admin");
    await run.click();
    await page.waitForURL(`**/admin/jobs/runs/${runId}`);
    await page.getByRole("definition").filter({ hasText: "Demo Admin" }).waitFor();
    await page.getByTestId("step").first().waitFor();
    expect(await page.getByTestId("step").allInnerTexts()).toEqual([
      expect.stringContaining("delete-old-logs"),
      expect.stringContaining("delete-expired-sessions"),
    ]);
    await page.goto("/admin/jobs");
    const entries = page.getByRole("listitem").filter({ hasText: /Demo Admin.*weekly-cleanup/ });
    await entries.first().waitFor();
  });
});

function cardOf(page: Page, name: string): Locator {
  return page.getByTestId("job-card").filter({ has: page.getByRole("heading", { name, exact: true }) });
}

async function listAllManualRuns(): Promise<ManualRun[]> {
  return (await Promise.all(jobs.map(({ id }) => listManualRuns(id)))).flat();
}

/** The completed run among the last five of the card. */
function completedRun(card: Locator, runId: string): Locator {
  return card.locator(`a[href="/admin/jobs/runs/${runId}"][aria-label^="Completed"]`);
}
