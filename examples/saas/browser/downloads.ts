import { buffer } from "node:stream/consumers";
import type { Locator, Page } from "playwright-core";

/** Follows a link to a file, and takes what comes. */
export async function download(page: Page, link: Locator): Promise<Buffer> {
  const [file] = await Promise.all([page.waitForEvent("download"), link.click()]);
  return buffer(await file.createReadStream());
}
