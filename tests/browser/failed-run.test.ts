/** Somebody signs in, finds the run that failed for a customer, reads why, and runs it again with another card. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeAdmin } from "./people.ts";
import { openPlace, type Place } from "./place.ts";
import { hasMark, mark, signInBy, writeJson } from "./visits.ts";
import { openWindow } from "./window.ts";

let place: Place;
let failed: string;
beforeAll(async () => {
  place = await openPlace({ mode: "start" });
  await makeAdmin(place);
  const order = (customer: string, card: string) => ({
    name: "shop/order.placed",
    data: { order: "A-1", customer, total: 40, card, hold: "mail of A-1" },
  });
  const [declined = ""] = await place.send(order("eva@example.com", "declined"));
  [failed = ""] = await place.runsOf(declined);
  // Two retries, some minutes apart.
  for (let tries = 0; tries < 3; tries += 1) {
    await place.idle();
    place.clock.advance(10 * 60_000);
  }
  await place.runIs(failed, "failed");
  await place.send(
    ...["bob", "cy", "dan"].map((who) => ({
      ...order(`${who}@example.com`, "ok"),
      data: { order: "A-2", customer: `${who}@example.com`, total: 12, card: "ok" },
    })),
  );
  await place.idle();
});
afterAll(() => place.close());

test("sign in, find a failed run by its payload, read its error, rerun from the failed step, watch it complete", async () => {
  const page = await openWindow({ url: place.url, expected: /status of 401/ });
  await page.goto("/runs");
  await signInBy(page, "ana");
  await page.getByRole("heading", { level: 1, name: "Runs" }).waitFor();
  await page.getByTestId("run-row").nth(3).waitFor();

  const filter = page.getByRole("combobox", { name: "Filter runs" });
  await filter.fill('status:failed event.data.customer:"eva@example.com"');
  await filter.press("Enter");
  await expect.poll(() => page.getByTestId("run-row").count()).toBe(1);
  const row = page.getByTestId("run-row");
  expect(await row.textContent()).toContain("402: the card of eva@example.com was declined");
  await row.getByRole("link").first().click();

  await page.getByTestId("run-status").filter({ hasText: "Failed" }).waitFor();
  expect(new URL(page.url()).pathname).toBe(`/runs/${failed}`);
  await page.getByRole("button", { name: "Go to step" }).click();
  const detail = page.getByTestId("detail-panel");
  await detail.getByText("CardDeclined").first().waitFor();
  await detail.getByText("402: the card of eva@example.com was declined").first().waitFor();
  await detail.getByText("insufficient funds").first().waitFor();
  // The app's own frame comes first, with file and line.
  await detail
    .getByRole("list", { name: "Frames of the app" })
    .getByText(/shop\.ts:\d+/)
    .first()
    .waitFor();

  await page.getByRole("button", { name: "Rerun from step" }).click();
  const drawer = page.getByTestId("rerun-drawer");
  await drawer.getByText("Kept (1)").waitFor();
  await writeJson(page, drawer, '[{ "card": "ok", "total": 41 }]');
  await drawer.getByText("Changed: the step gets these.").waitFor();
  await mark(page);
  await drawer.getByRole("button", { name: "Rerun from this step" }).click();
  await page.waitForURL((url) => url.pathname !== `/runs/${failed}`);
  await page.getByTestId("run-status").filter({ hasText: "Running" }).waitFor();
  expect(await hasMark(page)).toBe(true);

  const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  await expect.poll(() => place.held.count()).toBe(1);
  place.held.release("mail of A-1");
  await page.getByTestId("run-status").filter({ hasText: "Completed" }).waitFor();
  expect(await hasMark(page)).toBe(true);
  expect((await place.server.engine.read.run(id))?.status).toBe("completed");
  await page.getByTestId("waterfall-row").filter({ hasText: "charge-card" }).click();
  await page.getByTestId("detail-panel").getByRole("tab", { name: "Output" }).click();
  await page.getByTestId("detail-panel").getByText("41").waitFor();
  // Both ways: the new run names the old one.
  await page
    .getByRole("link", { name: new RegExp(failed.slice(-6)) })
    .first()
    .waitFor();
});
