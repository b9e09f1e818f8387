/** An organization's files and invoices, and the search over them. */
import { expect, test } from "vitest";
import { readPdf } from "@/scripts/read-pdf.ts";
import { download } from "./downloads.ts";
import { readInvoices } from "./figures.ts";
import { completeJob } from "./jobs.ts";
import { uploadFile } from "./organization.ts";
import { newcomer, openAdminWindow, signUp } from "./people.ts";
import { openWindow } from "./window.ts";

test("a file is uploaded, fetched again as it was, and deleted", async () => {
  const page = await openWindow();
  await signUp(page, newcomer());
  const file = { name: "Figures März.txt", text: "Tee, Kännchen\n1, 2\n" };
  await uploadFile(page, file);
  const upload = page.getByTestId("upload").filter({ hasText: file.name });
  const fetched = await download(page, upload.getByRole("link", { name: file.name }));
  expect(fetched.toString()).toBe(file.text);
  await upload.getByRole("button", { name: "Delete" }).click();
  await upload.waitFor({ state: "detached" });
});

test("monthly invoices show up with a PDF that says what the database says", async () => {
  await completeJob("monthly-invoices");
  const [invoice] = readInvoices("sub_northwind");
  expect(invoice).toBeDefined();
  const { number, amountCents } = invoice ?? { number: "", amountCents: 0 };
  const amount = `$${(amountCents / 100).toFixed(2)}`;

  const page = await openAdminWindow();
  await page.goto("/organizations/org_northwind");
  const row = page.getByTestId("invoice").filter({ hasText: number });
  expect(await row.innerText()).toContain(amount);
  const pages = await readPdf(await download(page, row.getByRole("link", { name: "PDF" })));
  const lines = pages.flatMap(({ lines }) => lines);
  expect(lines.flat().join(" ")).toContain(number);
  expect(lines.find(([first]) => first === "Total")?.at(-1)).toBe(amount);

  // Run again, it makes no second one.
  await completeJob("monthly-invoices");
  expect(readInvoices("sub_northwind")).toHaveLength(1);
});

test("the search finds a report and the organization once the index is fresh, and for others neither", async () => {
  const page = await openWindow();
  const { organization } = await signUp(page, newcomer());
  const path = new URL(page.url()).pathname;
  await completeJob("hourly-sync");
  await page.getByRole("navigation").getByRole("link", { name: "Search" }).click();
  const box = page.getByRole("search").getByRole("textbox");
  await box.fill(organization);
  await box.press("Enter");
  const result = page.getByRole("main").getByRole("link", { name: organization });
  await result.first().click();
  await page.waitForURL(`**${path}*`);

  const other = await openWindow();
  await signUp(other, newcomer());
  await other.goto(`/search?${new URLSearchParams({ q: organization })}`);
  expect(await other.getByRole("main").getByRole("link", { name: organization }).count()).toBe(0);
});
