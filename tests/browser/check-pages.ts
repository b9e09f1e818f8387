/**
 * Every page, in both themes, on a desk and on phones: axe, the content policy, the console, and the width.
 * Two files take half of the scenes each, since two go on at once.
 */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findByAxe, findOverflow } from "./check-page.ts";
import { makeAdmin } from "./people.ts";
import { openPlace, type Place } from "./place.ts";
import { type Places, type Scene, scenesOf } from "./scenes.ts";
import { type Seeded, seed } from "./seed.ts";
import { settled } from "./settled.ts";
import { openWindow } from "./window.ts";

/** Names only; addresses are known when the shop has been open. */
const names = scenesOf({ waiting: noRuns() } as Seeded, {} as Places).map(({ name }) => name);
/** One scene of each page, and what only a phone lays out in another way; states of a page are looked at on the desk. */
const onPhones =
  /^(?:overview|runs|run-(?:failed|step|waits-concurrency)|events?|functions?|schedules|apps|bulk.*|settings-.*|sign-in|set-up|not-found|rerun|empty-overview)$/;
/** They differ in words only, and are looked at once. */
const alike = /^(?:run-waits-(?!concurrency)|error-(?!run)|loading-(?!run)|empty-(?!overview)|runs-10000)/;

/** Registers a test for each scene that is wanted. */
export function checkPages(isWanted: (name: string) => boolean): void {
  let opened: Place[] = [];
  let scenes: Scene[] = [];

  beforeAll(async () => {
    const empty = await openPlace({ functions: () => [] });
    const locked = await openPlace({ mode: "start", functions: () => [] });
    const fresh = await openPlace({ mode: "start", functions: () => [] });
    await makeAdmin(locked);
    const place = await openPlace();
    opened = [place, fresh, locked, empty];
    scenes = scenesOf(await seed(place, { hours: 4, orders: 3 }), { place, empty, locked, fresh });
  });
  afterAll(async () => {
    for (const place of opened) await place.close();
  });

  test.each(names.filter(isWanted))("%s", async (name) => {
    await check(scenes.find((one) => one.name === name) as Scene);
  });
}

function noRuns(): Seeded["waiting"] {
  const gates = [
    "concurrency",
    "throttle",
    "sleep",
    "event",
    "signal",
    "invoke",
    "retry",
    "pause",
    "start",
    "app",
  ];
  return Object.fromEntries(gates.map((gate) => [gate, ""])) as Seeded["waiting"];
}

const desk = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };
const narrow = { width: 360, height: 740 };

async function open(page: Page, scene: Scene, { width }: { width: number }): Promise<void> {
  await page.goto(scene.path);
  if (scene.loads) await page.locator('.skeleton-line[data-shown="true"]').first().waitFor();
  else await settled(page);
  await scene.act?.(page, width);
}

async function check(scene: Scene): Promise<void> {
  const { name } = scene;
  const { url } = scene.place;
  const page = await openWindow({ url, ...desk, ...(scene.expected && { expected: scene.expected }) });
  await scene.prepare?.(page);
  await open(page, scene, desk);
  const found: string[] = [];
  const note = (where: string, complaints: string[]): void => {
    found.push(...complaints.map((complaint) => `${where}: ${complaint}`));
  };
  note("light, desk", [...(await findByAxe(page)), ...(await findOverflow(page))]);
  if (!alike.test(name)) {
    // The other theme has other colours, and nothing else.
    await page.emulateMedia({ colorScheme: "dark" });
    note("dark, desk", await findByAxe(page, ["color-contrast"]));
  }
  if (onPhones.test(name)) {
    await page.setViewportSize(phone);
    if (!scene.act) await open(page, scene, phone);
    note("dark, phone", [...(await findByAxe(page)), ...(await findOverflow(page))]);
  }
  await page.setViewportSize(narrow);
  await expect.poll(() => findOverflow(page)).toEqual([]);
  expect(found).toEqual([]);
}
