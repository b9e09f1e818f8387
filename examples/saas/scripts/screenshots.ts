/**
 * `npm run screenshots [FOLDER]`: pictures of every page and every mail, in both themes, as on a desk and
 * on a phone. Of the app that runs (as `npm run demo` finds it), else of one started for it.
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { buildExample, isExampleBuilt } from "../../../scripts/build-example.mjs";
import { ask, killAll } from "../../../scripts/processes.mjs";
import { launchChromium } from "../browser/chromium.ts";
import { openPlace } from "../browser/place.ts";
import { openDemoDatabase } from "./demo-database.ts";
import { findPlace } from "./demo-place.ts";
import { openServer } from "./demo-server.ts";
import { DemoFailure } from "./demo-steps.ts";
import { listMailScenes } from "./screenshot-mails.ts";
import { prepareScenes, type Scene } from "./screenshot-scenes.ts";

const themes = ["light", "dark"] as const;
const widths = { desktop: 1280, phone: 390 } as const;

type Running = { appUrl: string; serverUrl: string; databaseFile?: string; close(): Promise<void> };

async function findOrStart(): Promise<Running> {
  const place = findPlace();
  const isUp = await ask(`${place.appUrl}/api/health`).then(
    () => true,
    () => false,
  );
  if (isUp) return { ...place, close: async () => {} };
  console.log("No app is running: starting one");
  if (!isExampleBuilt()) await buildExample(process.execPath);
  return openPlace("dev");
}

async function takePictures(browser: Browser, scene: Scene, folder: string): Promise<number> {
  for (const theme of themes) {
    for (const [device, width] of Object.entries(widths)) {
      const context = await browser.newContext({
        colorScheme: theme,
        viewport: { width, height: 844 },
        locale: "en-GB",
        timezoneId: "UTC",
        reducedMotion: "reduce",
      });
      if (scene.cookies) await context.addCookies(scene.cookies);
      const page = await context.newPage();
      await page.goto(scene.url);
      await page.screenshot({ path: join(folder, `${scene.name}-${theme}-${device}.png`), fullPage: true });
      await context.close();
    }
  }
  return themes.length * Object.keys(widths).length;
}

async function takeAll({ appUrl, serverUrl, databaseFile }: Running, browser: Browser): Promise<void> {
  const folder = resolve(process.argv[2] ?? join(import.meta.dirname, "../.data/screenshots"));
  mkdirSync(folder, { recursive: true });
  const database = openDemoDatabase(databaseFile);
  try {
    const admin = await database.signInAdmin(appUrl);
    const pages = await prepareScenes(openServer(serverUrl), admin);
    let taken = 0;
    for (const scene of [...pages, ...listMailScenes(folder)]) {
      taken += await takePictures(browser, scene, folder);
      console.log(scene.name);
    }
    console.log(`${folder}: ${taken} pictures`);
  } finally {
    await database.close();
  }
}

process.once("exit", killAll);
const running = await findOrStart();
const chromiumServer = await launchChromium();
try {
  await takeAll(running, await chromium.connect(chromiumServer.wsEndpoint()));
} catch (error) {
  if (!(error instanceof DemoFailure)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await chromiumServer.close();
  await running.close();
}
