/** Changes come by themselves, never under the pointer, not to hidden tabs, and again after the server was away. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlace, type Place } from "./place.ts";
import { hasMark, isLive, mark } from "./visits.ts";
import { openWindow } from "./window.ts";

let place: Place;
beforeAll(async () => {
  place = await openPlace();
  await pack(60);
});
afterAll(() => place.close());

async function pack(count: number): Promise<void> {
  await place.send(
    ...Array.from({ length: count }, (_, n) => ({ name: "shop/order.packed", data: { order: `A-${n}` } })),
  );
  await place.idle();
}

/** Waits until the page has been told, and has read what it was told of. */
const readAgain = (page: Page, call: string): Promise<unknown> =>
  page.waitForResponse((response) => new URL(response.url()).pathname.endsWith(call));

const firstRow = (page: Page): Promise<string | null> =>
  page.getByTestId("run-row").first().getAttribute("data-row");

test("a list that was scrolled stays where it is, and says how much is new", async () => {
  const page = await openWindow({ url: place.url });
  await page.goto("/runs");
  await page.getByTestId("run-row").first().waitFor();
  await isLive(page);
  await page.mouse.move(5, 400);
  await page.evaluate(() => scrollTo({ top: 400 }));
  const first = await firstRow(page);
  const looked = page.getByTestId("run-row").nth(14);
  const at = await looked.boundingBox();
  const name = await looked.getAttribute("data-row");
  await pack(3);
  const news = page.getByRole("button", { name: "3 new" });
  await news.waitFor();
  expect(await firstRow(page)).toBe(first);
  expect(await looked.getAttribute("data-row")).toBe(name);
  expect((await looked.boundingBox())?.y).toBe(at?.y);
  await news.click();
  await expect.poll(() => firstRow(page)).not.toBe(first);
  expect(await page.evaluate(() => scrollY)).toBe(0);
});

test("rows do not move under the pointer; away from it they come in", async () => {
  const page = await openWindow({ url: place.url });
  await page.goto("/runs");
  await page.getByTestId("run-row").first().waitFor();
  await isLive(page);
  const first = await firstRow(page);
  await page.getByTestId("run-row").nth(3).hover();
  await pack(1);
  await page.getByRole("button", { name: "1 new" }).waitFor();
  expect(await firstRow(page)).toBe(first);
  await page.mouse.move(5, 5);
  await expect.poll(() => firstRow(page)).not.toBe(first);
});

test("L holds the list, and lets go again", async () => {
  const page = await openWindow({ url: place.url });
  await page.goto("/runs");
  await page.getByTestId("run-row").first().waitFor();
  await isLive(page);
  await page.mouse.move(5, 5);
  const first = await firstRow(page);
  await page.keyboard.press("Shift+L");
  await page.getByRole("button", { name: "Held" }).waitFor();
  await pack(2);
  await page.getByRole("button", { name: "2 new" }).waitFor();
  expect(await firstRow(page)).toBe(first);
  await page.keyboard.press("Shift+L");
  await expect.poll(() => firstRow(page)).not.toBe(first);
});

test("a hidden tab gives its stream up after a minute, and reads everything again when it is looked at", async () => {
  const page = await openWindow({ url: place.url });
  await page.clock.install();
  let streams = 0;
  page.on("request", (request) => {
    if (request.url().endsWith("/stream")) streams += 1;
  });
  const ended = new Promise((resolve) => {
    page.on("requestfailed", (request) => request.url().endsWith("/stream") && resolve(true));
  });
  await page.goto("/runs");
  await page.getByTestId("run-row").first().waitFor();
  await isLive(page);
  const first = await firstRow(page);
  await setHidden(page, true);
  await page.clock.fastForward("00:30");
  await isLive(page);
  await page.clock.fastForward("00:31");
  await page.locator('[data-testid="live-state"][data-state="asleep"]').waitFor();
  await ended;
  await pack(1);
  expect([streams, await firstRow(page)]).toEqual([1, first]);
  const again = readAgain(page, "/runs");
  await setHidden(page, false);
  await again;
  await isLive(page);
  await expect.poll(() => firstRow(page)).not.toBe(first);
  expect(streams).toBe(2);
});

function setHidden(page: Page, hidden: boolean): Promise<void> {
  return page.evaluate((value) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
    Object.defineProperty(document, "visibilityState", {
      configurable: true,
      get: () => (value ? "hidden" : "visible"),
    });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
}

test("the server goes and comes back: the page says so, keeps what it has, and follows again", async () => {
  const page = await openWindow({ url: place.url, expected: /ERR_|Failed to load resource/ });
  await page.goto("/runs");
  await page.getByTestId("run-row").first().waitFor();
  await isLive(page);
  await mark(page);
  const first = await firstRow(page);
  await place.stop();
  await page
    .locator('[data-testid="live-state"]:is([data-state="connecting"], [data-state="polling"])')
    .waitFor();
  expect(await firstRow(page)).toBe(first);
  await place.restart();
  await isLive(page);
  await page.mouse.move(5, 5);
  await pack(1);
  await expect.poll(() => firstRow(page)).not.toBe(first);
  expect(await hasMark(page)).toBe(true);
});
