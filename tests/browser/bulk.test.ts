/** Acting on many runs: what would happen is shown first, and nothing has happened while it can be undone. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlace, type Place } from "./place.ts";
import { hasMark, isLive, mark } from "./visits.ts";
import { openWindow } from "./window.ts";

let place: Place;
beforeAll(async () => {
  place = await openPlace();
});
afterAll(() => place.close());

/** Starts runs that wait for a signal; answers their ids. */
async function startWaiting(count: number, batch: string, signal = batch): Promise<string[]> {
  const events = await place.send(
    ...Array.from({ length: count }, (_, number) => ({
      name: "shop/refund.requested",
      data: { order: `${signal}-${number}`, batch },
    })),
  );
  const runs = await Promise.all(events.map((event) => place.runsOf(event)));
  await place.idle();
  return runs.flat();
}

async function statuses(ids: string[]): Promise<string[]> {
  const found = await Promise.all(ids.map((id) => place.server.engine.read.run(id)));
  return [...new Set(found.map((run) => run?.status ?? "gone"))];
}

test("twelve waiting runs: filter, choose all, preview with what is left out, confirm, all cancelled", async () => {
  const ids = await startWaiting(12, "first");
  const [over = ""] = await startWaiting(1, "first", "over");
  expect(await place.server.engine.cancel(over)).toBe("cancelled");
  await place.runIs(over, "cancelled");

  const page = await openWindow({ url: place.url });
  await page.goto("/runs?q=event.data.batch%3Afirst");
  await expect.poll(() => page.getByTestId("run-row").count()).toBe(13);
  await isLive(page);
  await page.getByRole("checkbox", { name: "Select all shown" }).check();
  const bar = page.getByRole("region", { name: "Chosen runs" });
  await bar.getByText("13 selected").waitFor();
  await bar.getByRole("button", { name: "Cancel…" }).click();

  const dialog = page.getByTestId("bulk-dialog");
  await dialog.getByTestId("bulk-total").filter({ hasText: "12 runs will be cancelled" }).waitFor();
  await dialog.getByText(/1 left out: /).waitFor();
  expect(await dialog.getByRole("region", { name: "By function" }).textContent()).toContain(
    "Approve a refund12",
  );
  await mark(page);
  await dialog.getByRole("button", { name: "Cancel 12 runs" }).click();

  await page.waitForURL(/\/bulk\/\w+/);
  await page.getByTestId("bulk-status").filter({ hasText: "Starts soon" }).waitFor();
  await page.getByText("Nothing has been done yet.").waitFor();
  expect(await statuses(ids)).toEqual(["running"]);
  await expect
    .poll(async () => {
      place.clock.advance(1_000);
      await place.idle();
      return statuses(ids);
    })
    .toEqual(["cancelled"]);
  await page.getByTestId("bulk-status").filter({ hasText: "Done" }).waitFor();
  await page.getByRole("progressbar", { name: "Runs dealt with" }).waitFor();
  expect(await page.getByRole("progressbar").getAttribute("aria-valuetext")).toBe("12 of 12, 100 %");
  expect(await hasMark(page)).toBe(true);
});

test("all that match, confirmed by their number, and undone in time: none is cancelled", async () => {
  const ids = await startWaiting(104, "second");
  const page = await openWindow({ url: place.url });
  await page.goto("/runs?q=event.data.batch%3Asecond");
  await expect.poll(() => page.getByTestId("run-row").count()).toBeGreaterThan(10);
  await page
    .getByRole("checkbox", { name: /^Select Approve/ })
    .first()
    .check();
  await page.getByRole("button", { name: /Choose all .*104 matching/ }).click();
  await page.getByText(/All .*104 matching/).waitFor();
  await page.getByRole("region", { name: "Chosen runs" }).getByRole("button", { name: "Cancel…" }).click();
  const dialog = page.getByTestId("bulk-dialog");
  await dialog.getByTestId("bulk-total").filter({ hasText: "104 runs will be cancelled" }).waitFor();
  const confirm = dialog.getByRole("button", { name: "Cancel 104 runs" });
  expect(await confirm.getAttribute("aria-disabled")).toBe("true");
  await dialog.getByLabel("Type 104 to confirm").fill("104");
  await confirm.click();
  await page.getByTestId("bulk-status").filter({ hasText: "Starts soon" }).waitFor();
  place.clock.advance(8_000);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByTestId("bulk-status").filter({ hasText: "Undone" }).waitFor();
  place.clock.advance(60_000);
  await place.idle();
  expect(await statuses(ids)).toEqual(["running"]);
  await page.goto("/bulk");
  await page.getByText("Cancel 104 runs").waitFor();
});
