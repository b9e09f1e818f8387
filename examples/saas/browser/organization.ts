/** What people do on an organization's page. */
import type { Page } from "playwright-core";
import type { DayRange } from "@/lib/days.ts";

/** For a period, or for what the form begins with. */
export async function requestReport(page: Page, period?: DayRange): Promise<void> {
  if (period) {
    await page.getByLabel("From").fill(period.start);
    await page.getByLabel("To").fill(period.end);
  }
  await page.getByRole("button", { name: "Request report" }).click();
  await page.getByTestId("report").waitFor();
}

export async function uploadFile(page: Page, file: { name: string; text: string }): Promise<void> {
  const { name, text } = file;
  await page.getByLabel("File").setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
  await page.getByRole("button", { name: "Upload" }).click();
  await page.getByTestId("upload").filter({ hasText: name }).waitFor();
}
