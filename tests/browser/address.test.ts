/** An address is the whole state of a page: it survives a reload, Back, and being sent to a colleague. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlace, type Place } from "./place.ts";
import { settled } from "./settled.ts";
import { openWindow } from "./window.ts";

let place: Place;
let run: string;
beforeAll(async () => {
  place = await openPlace();
  const [event = ""] = await place.send(
    { name: "shop/order.placed", data: { order: "A-1", customer: "a@example.com", total: 3, card: "ok" } },
    { name: "report/requested", data: {} },
  );
  [run = ""] = await place.runsOf(event);
  await place.idle();
});
afterAll(() => place.close());

test("the filter of the runs: reload, Back and Forward", async () => {
  const page = await openWindow({ url: place.url });
  const rows = page.getByTestId("run-row");
  const filter = page.getByRole("combobox", { name: "Filter runs" });
  await page.goto("/runs");
  await expect.poll(() => rows.count()).toBe(3);
  await filter.fill("function:shop-nightly-report");
  await filter.press("Enter");
  await expect.poll(() => rows.count()).toBe(1);
  await page.reload();
  await expect.poll(() => rows.count()).toBe(1);
  expect(await filter.inputValue()).toBe("function:shop-nightly-report");
  await rows.getByRole("link").first().click();
  await page.getByTestId("waterfall-row").first().waitFor();
  await page.goBack();
  await expect.poll(() => rows.count()).toBe(1);
  await page.goBack();
  await expect.poll(() => rows.count()).toBe(3);
  expect(await filter.inputValue()).toBe("");
  await page.goForward();
  await expect.poll(() => filter.inputValue()).toBe("function:shop-nightly-report");
  await filter.fill("stauts:failed");
  await page.getByRole("alert").filter({ hasText: /./ }).waitFor();
  // What is not understood is not applied.
  expect(new URL(page.url()).searchParams.get("q")).toBe("function:shop-nightly-report");
});

test("the step and the tab of a run", async () => {
  const page = await openWindow({ url: place.url });
  await page.goto(`/runs/${run}`);
  await page.getByTestId("waterfall-row").filter({ hasText: "charge-card" }).click();
  await page.getByTestId("detail-panel").getByText("charge-card").first().waitFor();
  const address = page.url();
  await page.reload();
  await page.getByTestId("detail-panel").getByText("charge-card").first().waitFor();
  await page.getByRole("tab", { name: "Output", exact: true }).first().click();
  await page.getByRole("tab", { name: "Config" }).click();
  expect(new URL(page.url()).searchParams.get("tab")).toBe("config");
  const colleague = await openWindow({ url: place.url });
  await colleague.goto(page.url());
  await colleague.getByRole("tab", { name: "Config", selected: true }).waitFor();
  await colleague.goto(address);
  await colleague.getByTestId("detail-panel").getByText("charge-card").first().waitFor();
});

test("the range of a function, and its tab", async () => {
  const page = await openWindow({ url: place.url });
  await page.goto("/functions/shop-fulfil-order?range=7d&tab=config");
  await page.getByRole("tab", { name: "Config", selected: true }).waitFor();
  await page.getByRole("tab", { name: "Runs" }).click();
  await page.reload();
  await page.getByRole("tab", { name: "Runs", selected: true }).waitFor();
  expect(new URL(page.url()).searchParams.get("range")).toBe("7d");
});

test("values that make no sense fall back", async () => {
  const page = await openWindow({ url: place.url });
  for (const path of [
    "/functions/shop-fulfil-order?range=forever&tab=9",
    `/runs/${run}?tab=nothing&step=nowhere`,
    "/schedules?open=%00",
    "/?range=1e9",
  ]) {
    await page.goto(path);
    await settled(page);
  }
});
