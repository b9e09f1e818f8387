/** A visitor with a browser window of their own: cookies, theme, width, with or without JavaScript. */
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, expect, inject } from "vitest";

export type WindowOptions = {
  theme?: "light" | "dark";
  javaScript?: boolean;
  /** 390 is a phone. */
  width?: number;
  appUrl?: string;
  /** True: what a page writes to the console as an error counts, too; breaches of a content policy are there. */
  quiet?: boolean;
};

const ACTION_LIMIT_MS = 20_000;
const windows: { context: BrowserContext; failures: string[] }[] = [];
let connected: Promise<Browser> | undefined;

// A test closes its windows, and fails when a page's script failed meanwhile.
afterEach(async () => {
  const opened = windows.splice(0);
  await Promise.all(opened.map(({ context }) => context.close()));
  expect(opened.flatMap(({ failures }) => failures)).toEqual([]);
});

afterAll(async () => {
  await (await connected)?.close();
});

export async function openWindow(options: WindowOptions = {}): Promise<Page> {
  const { theme = "light", javaScript = true, width = 1280, appUrl = inject("appUrl") } = options;
  const { quiet = false } = options;
  connected ??= chromium.connect(inject("browserAddress"));
  const context = await (await connected).newContext({
    baseURL: appUrl,
    colorScheme: theme,
    javaScriptEnabled: javaScript,
    viewport: { width, height: 844 },
    locale: "en-GB",
    timezoneId: "UTC",
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(ACTION_LIMIT_MS);
  windows.push({ context, failures: collectFailures(context, quiet) });
  return context.newPage();
}

/** Among them what React says when the browser's page is not the server's. */
function collectFailures(context: BrowserContext, quiet: boolean): string[] {
  const failures: string[] = [];
  context.on("weberror", (failure) => failures.push(String(failure.error())));
  context.on("console", (message) => {
    if (quiet && message.type() === "error") failures.push(message.text());
  });
  return failures;
}

/** Tells whether the page is still the same document: a reload forgets the mark. */
export async function markDocument(page: Page): Promise<() => Promise<boolean>> {
  const mark = crypto.randomUUID();
  await page.evaluate((text) => document.documentElement.setAttribute("data-mark", text), mark);
  return () => page.evaluate((text) => document.documentElement.getAttribute("data-mark") === text, mark);
}
