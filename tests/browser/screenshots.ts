/**
 * `npm run screenshots`: a picture of every page of the dashboard, in both themes, on a desk and on a phone,
 * over the shop's seeded days and a clock that stands still. `--docs` writes the few that README and the guide
 * show; `--only=NAME` takes one scene. Prints what it wrote.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Browser, chromium } from "playwright-core";
import { launchChromium } from "../../examples/saas/browser/chromium.ts";
import { makeAdmin } from "./people.ts";
import { openPlace } from "./place.ts";
import { type Scene, scenesOf } from "./scenes.ts";
import { seed } from "./seed.ts";
import { settled } from "./settled.ts";

const { values } = parseArgs({
  options: {
    out: { type: "string", default: ".screenshots/dashboard" },
    only: { type: "string" },
    docs: { type: "boolean", default: false },
  },
});
const root = join(import.meta.dirname, "../..");

interface View {
  theme: "light" | "dark";
  width: number;
  height: number;
}
const desk = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };
const all: View[] = [
  { theme: "light", ...desk },
  { theme: "dark", ...desk },
  { theme: "light", ...phone },
  { theme: "dark", ...phone },
];
const forDocs: View[] = [
  { theme: "light", ...desk },
  { theme: "dark", ...desk },
];

const failed: string[] = [];

async function main(): Promise<void> {
  execFileSync(process.execPath, [join(root, "packages/dashboard/build.mjs")], { stdio: "inherit" });
  const launched = await launchChromium();
  const browser = await chromium.connect(launched.wsEndpoint());
  const empty = await openPlace({ functions: () => [] });
  const locked = await openPlace({ mode: "start", functions: () => [] });
  const fresh = await openPlace({ mode: "start", functions: () => [] });
  await makeAdmin(locked);
  const place = await openPlace();
  try {
    process.stdout.write("The shop lives through two days …\n");
    const scenes = scenesOf(await seed(place), { place, empty, locked, fresh });
    const wanted = scenes.filter(
      ({ name, docs }) =>
        (values.only === undefined || name === values.only) && (!values.docs || docs === true),
    );
    const folder = join(root, values.docs ? "docs/images/dashboard" : values.out);
    mkdirSync(folder, { recursive: true });
    const views = values.docs ? forDocs : all;
    for (const scene of wanted) await Promise.all(views.map((view) => take(browser, scene, view, folder)));
  } finally {
    await browser.close();
    await launched.close();
    for (const one of [place, fresh, locked, empty]) await one.close();
  }
}

async function take(browser: Browser, scene: Scene, view: View, folder: string): Promise<void> {
  const { theme, width, height } = view;
  const context = await browser.newContext({
    baseURL: scene.place.url,
    colorScheme: theme,
    viewport: { width, height },
    locale: "en-US",
    timezoneId: "UTC",
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(20_000);
  // The browser's clock stands where the server's does.
  await context.clock.setFixedTime(scene.place.clock.now());
  const page = await context.newPage();
  try {
    await scene.prepare?.(page);
    await page.goto(scene.path);
    if (scene.loads) await page.locator('.skeleton-line[data-shown="true"]').first().waitFor();
    else await settled(page);
    await scene.act?.(page, width);
    await page.evaluate(() => document.fonts.ready);
    const name = values.docs ? `${scene.name}-${theme}` : `${scene.name}-${theme}-${width}`;
    await page.screenshot({ path: join(folder, `${name}.png`) });
    process.stdout.write(`${name}.png\n`);
  } catch (error) {
    failed.push(`${scene.name} (${theme}, ${width}): ${error instanceof Error ? error.message : error}`);
  } finally {
    await context.close();
  }
}

await main();
for (const one of failed) process.stderr.write(`${one}\n`);
process.exit(failed.length === 0 ? 0 : 1);
