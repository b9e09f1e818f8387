/** Everything by keyboard: signing in, going about, reading a run, opening what acts; and no single key writes. */
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeAdmin, password } from "./people.ts";
import { openPlace, type Place } from "./place.ts";
import { hasFocus } from "./visits.ts";
import { openWindow } from "./window.ts";

let place: Place;
let failed: string;
beforeAll(async () => {
  place = await openPlace({ mode: "start" });
  await makeAdmin(place);
  const [report = ""] = await place.send({ name: "report/requested", data: { fail: true } });
  [failed = ""] = await place.runsOf(report);
  await place.runIs(failed, "failed");
  for (let n = 0; n < 4; n += 1) await place.send({ name: "shop/order.packed", data: { order: `A-${n}` } });
  await place.idle();
});
afterAll(() => place.close());

const MOST_STOPS = 60;

/** Presses Tab until this has the focus; every stop on the way can be seen. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    await page.keyboard.press("Tab");
    await expectVisibleFocus(page);
    if (await hasFocus(target)) return;
  }
  throw new Error(`Tab does not reach ${target}`);
}

/** The focus is on something that is in view, not covered by a bar, and has a ring. */
async function expectVisibleFocus(page: Page): Promise<void> {
  const found = await page.evaluate(() => {
    const element = document.activeElement ?? document.body;
    const ringed = (one: Element | null): boolean => {
      if (one === null || one === document.body) return false;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
      return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
    };
    const ring = ringed(element) || ringed(element.closest("[data-row], .field, .top-search"));
    return { on: element.outerHTML.slice(0, 160), ring };
  });
  expect(found).toMatchObject({ ring: true });
}

test("sign in, look for help, find a run, read it, and open what would rerun it", async () => {
  const page = await openWindow({ url: place.url, expected: /status of 401/ });
  const writes: string[] = [];
  page.on("request", (request) => {
    if (request.method() !== "GET") writes.push(`${request.method()} ${new URL(request.url()).pathname}`);
  });
  const { keyboard } = page;
  await page.goto("/");
  await page.getByLabel("Name").waitFor();
  await expect.poll(() => hasFocus(page.getByLabel("Name"))).toBe(true);
  await keyboard.type("ana");
  await keyboard.press("Tab");
  await keyboard.type(password);
  await keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  expect(writes.splice(0)).toEqual(["POST /api/stepwell/v1/session"]);

  await keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keys" });
  await help.getByText("No single key changes anything on the server.").waitFor();
  await keyboard.press("Escape");
  await help.waitFor({ state: "detached" });

  await keyboard.press("g");
  await keyboard.press("r");
  await page.getByRole("heading", { level: 1, name: "Runs" }).waitFor();
  await page.getByTestId("run-row").nth(4).waitFor();
  await keyboard.press("/");
  const filter = page.getByRole("combobox", { name: "Filter runs" });
  expect(await hasFocus(filter)).toBe(true);
  await keyboard.type("status:failed");
  await keyboard.press("Enter");
  await expect.poll(() => page.getByTestId("run-row").count()).toBe(1);
  // Out of the field, then into the rows: letters are text while one writes.
  await tabTo(page, page.getByTestId("run-row").getByRole("link").first());
  await keyboard.press("Enter");
  await page.waitForURL(`**/runs/${failed}**`);
  await page.getByTestId("waterfall-row").first().waitFor();
  expect(await page.title()).toContain("Nightly report");

  const tree = page.getByRole("treegrid", { name: "Timeline of the run" });
  await tabTo(page, tree);
  await keyboard.press("ArrowDown");
  await keyboard.press("ArrowDown");
  const active = page.locator('[data-testid="waterfall-row"][aria-selected="true"]');
  await active.filter({ hasText: "collect" }).waitFor();
  await page.getByTestId("detail-panel").getByText("collect").first().waitFor();
  await keyboard.press("Home");
  await active.filter({ hasText: "Run" }).waitFor();
  // In and out of the tree.
  await keyboard.press("ArrowRight");
  await active.filter({ hasText: "collect" }).waitFor();
  await keyboard.press("ArrowLeft");
  await active.filter({ hasText: "Run" }).waitFor();

  await tabBack(page, page.getByRole("tab", { name: "Timeline" }));
  await keyboard.press("ArrowRight");
  await page.getByRole("tab", { name: /Events/, selected: true }).waitFor();
  await keyboard.press("End");
  await page.getByRole("tab", { name: "Raw JSON", selected: true }).waitFor();
  await keyboard.press("Home");

  await keyboard.press("Shift+R");
  const drawer = page.getByTestId("rerun-drawer");
  await drawer.waitFor();
  expect(await drawer.evaluate((element) => element.contains(document.activeElement))).toBe(true);
  await keyboard.press("Escape");
  await drawer.waitFor({ state: "detached" });
  expect(await hasFocus(page.getByRole("tab", { name: "Timeline" }))).toBe(true);
  expect(writes).toEqual([]);
});

async function tabBack(page: Page, target: Locator): Promise<void> {
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    await page.keyboard.press("Shift+Tab");
    if (await hasFocus(target)) return;
  }
  throw new Error(`Shift+Tab does not reach ${target}`);
}

test("rows by j and k, the palette, and no key that writes", async () => {
  const page = await openWindow({ url: place.url, expected: /status of 401/ });
  await page.goto("/runs");
  await page.getByLabel("Name").fill("ana");
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.keyboard.press("Enter");
  await page.getByTestId("run-row").nth(4).waitFor();
  const writes: string[] = [];
  page.on("request", (request) => {
    if (request.method() !== "GET") writes.push(request.url());
  });
  const row = (at: number): Locator => page.getByTestId("run-row").nth(at).getByRole("link").first();
  await page.keyboard.press("j");
  expect(await hasFocus(row(0))).toBe(true);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  expect(await hasFocus(row(1))).toBe(true);
  await expectVisibleFocus(page);
  await page.keyboard.press("x");
  await page.getByText("1 selected").waitFor();

  await page.keyboard.press("ControlOrMeta+k");
  const palette = page.getByRole("dialog").filter({ has: page.getByRole("combobox") });
  await palette.waitFor();
  await page.keyboard.type("schedules");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Schedules" }).waitFor();

  // Every letter and sign, on the pages where something could be done.
  const keys = [
    ..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,-+[]/?",
    "Delete",
    "Backspace",
  ];
  for (const path of [`/runs/${failed}`, "/functions/shop-fulfil-order", "/schedules", "/runs"]) {
    await page.goto(path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    for (const key of keys) {
      await page.keyboard.press(key);
      if (await page.locator("dialog[open]").count()) await page.keyboard.press("Escape");
    }
  }
  expect(writes).toEqual([]);
});
