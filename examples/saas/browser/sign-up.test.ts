/** From the sign-up form to the welcome mail, and from a report's request to its figures. */
import { expect, test } from "vitest";
import { newcomer, signUp } from "./people.ts";
import { openWindow } from "./window.ts";

test("whoever signs up finds the welcome mail in the mailbox, as HTML and as text", async () => {
  const page = await openWindow();
  const { name, email } = await signUp(page, newcomer());
  await page.getByRole("status").filter({ hasText: "welcome mail" }).waitFor();

  await page.getByRole("navigation").getByRole("link", { name: "Mailbox" }).click();
  // The mailbox asks for news by itself.
  const mail = page.getByTestId("mail").filter({ hasText: email });
  await mail.getByRole("link").first().click();
  await page.waitForURL(/\/dev\/mailbox\/./);

  const html = page.frameLocator("iframe");
  await html.getByText(name).first().waitFor();
  const links = await html.getByRole("link").evaluateAll((found) => found.map((a) => a.getAttribute("href")));
  expect(links.length).toBeGreaterThan(0);
  for (const link of links) expect(link).toMatch(/^https?:\/\//);
  const text = await page.locator("pre").innerText();
  // Headings are in capitals there.
  expect(text.toLowerCase()).toContain(name.toLowerCase());
  expect(text).not.toMatch(/<[a-z]+[ >]/);
});
