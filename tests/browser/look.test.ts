/** What a visitor chooses for themselves: theme, density, time zone, and the whole time behind a short one. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlace, type Place } from "./place.ts";
import { openWindow } from "./window.ts";

let place: Place;
beforeAll(async () => {
  place = await openPlace();
  const [event = ""] = await place.send({ name: "shop/order.packed", data: { order: "A-1" } });
  const [run = ""] = await place.runsOf(event);
  await place.runIs(run, "completed");
});
afterAll(() => place.close());

const looks = (page: Page) =>
  page.evaluate(() => ({ ...document.documentElement.dataset }) as Record<string, string | undefined>);

test("density by a key, theme and zone by their menus; all are kept over a reload", async () => {
  const page = await openWindow({ url: place.url });
  await page.goto("/runs");
  await page.getByTestId("run-row").first().waitFor();
  const height = async () => (await page.getByTestId("run-row").first().boundingBox())?.height ?? 0;
  const comfortable = await height();
  expect((await looks(page))["density"]).toBe("comfortable");
  await page.keyboard.press("d");
  await expect.poll(async () => (await looks(page))["density"]).toBe("compact");
  expect(await height()).toBeLessThan(comfortable);
  await page.getByRole("button", { name: /^Theme/ }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  await expect.poll(async () => (await looks(page))["theme"]).toBe("dark");
  await page.getByRole("button", { name: "time zone" }).click();
  await page.getByRole("menuitemradio", { name: "UTC", exact: true }).click();
  await page.getByRole("button", { name: "UTC, time zone" }).waitFor();
  await page.reload();
  await page.getByRole("button", { name: "UTC, time zone" }).waitFor();
  expect(await looks(page)).toMatchObject({ density: "compact", theme: "dark" });
});

test("a short time shows the whole one, with its zone, to who points at it", async () => {
  const page = await openWindow({ url: place.url });
  await page.goto("/runs");
  await page.getByTestId("run-row").first().click();
  await page.getByTestId("waterfall").waitFor();
  await page.locator("main time").first().hover();
  await expect.poll(() => page.getByRole("tooltip").textContent()).toMatch(/2026.*\d\d:\d\d:\d\d/);
});
