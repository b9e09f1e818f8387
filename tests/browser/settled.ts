/** When a page is there: it has its heading, and nothing of it is still being read. */
import type { Page } from "playwright-core";

export async function settled(page: Page): Promise<void> {
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  const unread = page.locator(".skeleton-line");
  while ((await unread.count()) > 0) await unread.first().waitFor({ state: "detached" });
}
