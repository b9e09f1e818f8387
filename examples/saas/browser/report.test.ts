/** A report: asked for, made while one looks on, downloaded, and read back against the database. */
import { expect, test } from "vitest";
import { lastDays } from "@/lib/days.ts";
import { readPdf, readUsageTable } from "@/scripts/read-pdf.ts";
import { until } from "../../../scripts/processes.mjs";
import { download } from "./downloads.ts";
import { addUp, readUsage } from "./figures.ts";
import { requestReport } from "./organization.ts";
import { newcomer, signUp } from "./people.ts";
import { markDocument, openWindow } from "./window.ts";

test("a report becomes ready without a reload, and its PDF has the database's figures", async () => {
  const page = await openWindow();
  await signUp(page, newcomer());
  const organizationId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  const period = lastDays(60, new Date());
  await requestReport(page, period);
  const isSameDocument = await markDocument(page);
  await page.locator('[data-testid="report"][data-status="ready"]').waitFor();
  expect(await isSameDocument()).toBe(true);

  const pages = await readPdf(await download(page, page.getByRole("link", { name: "Download PDF" })));
  expect(pages.length).toBeGreaterThanOrEqual(2);
  const { rows, total } = readUsageTable(pages);
  const usage = readUsage(organizationId, period);
  expect(usage).toHaveLength(60);
  expect(rows).toEqual(usage);
  expect(total).toEqual(addUp(usage));
});

test("without JavaScript a reload shows that the report is ready", async () => {
  const page = await openWindow({ javaScript: false });
  await signUp(page, newcomer());
  await requestReport(page);
  const report = page.getByTestId("report");
  await until("the report to be ready", 30_000, async () => {
    await page.reload();
    return (await report.getAttribute("data-status")) === "ready";
  });
  expect(await report.innerText()).toContain("Ready");
});
