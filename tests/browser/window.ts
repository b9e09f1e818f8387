/**
 * A browser window of one visitor on a server of the test. A test closes its windows, and fails when a
 * page's script failed, wrote an error or broke the content policy meanwhile.
 */
import { type Browser, type BrowserContext, type ConsoleMessage, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, expect, inject } from "vitest";
import { type Session, wear } from "./people.ts";

export interface WindowOptions {
  /** Where the dashboard answers. */
  url: string;
  theme?: "light" | "dark";
  /** 390 is a phone. */
  width?: number;
  height?: number;
  /** Who is signed in; absent: nobody. */
  session?: Session;
  /** Console errors that the test brings about itself, like an answer of 403. */
  expected?: RegExp;
}

const ACTION_LIMIT_MS = 20_000;
/** Of a test that failed: its pages as they were. */
const pictures = ".screenshots/failed";
const windows: { context: BrowserContext; failures: string[] }[] = [];
let connected: Promise<Browser> | undefined;

afterEach(async ({ task }) => {
  const opened = windows.splice(0);
  if (task.result?.state === "fail") await takePictures(task.name, opened);
  await Promise.all(opened.map(({ context }) => context.close()));
  expect(opened.flatMap(({ failures }) => failures)).toEqual([]);
});

afterAll(async () => {
  await (await connected)?.close();
});

async function takePictures(test: string, opened: typeof windows): Promise<void> {
  const pages = opened.flatMap(({ context }) => context.pages());
  const name = test.replace(/\W+/g, "-").slice(0, 60);
  for (const [index, page] of pages.entries())
    await page.screenshot({ path: `${pictures}/${name}-${index}.png` }).catch(() => {});
}

export async function openWindow(options: WindowOptions): Promise<Page> {
  const { url, theme = "light", width = 1440, height = 900, expected } = options;
  connected ??= chromium.connect(inject("browserAddress"));
  const context = await (await connected).newContext({
    baseURL: url,
    colorScheme: theme,
    viewport: { width, height },
    locale: "en-US",
    timezoneId: "UTC",
    reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  context.setDefaultTimeout(ACTION_LIMIT_MS);
  await context.addInitScript(tellViolations);
  const failures: string[] = [];
  context.on("weberror", (failure) => failures.push(String(failure.error())));
  context.on("console", (message) => {
    const text = complaintOf(message);
    if (text !== null && !(expected?.test(text) ?? false)) failures.push(text);
  });
  windows.push({ context, failures });
  if (options.session) await wear(context, options.session, url);
  return context.newPage();
}

/** Runs in the page: where a violation of the content policy came from. */
function tellViolations(): void {
  document.addEventListener("securitypolicyviolation", (event) => {
    const { effectiveDirective, blockedURI, sourceFile, lineNumber, columnNumber, sample } = event;
    console.error(
      `policy ${effectiveDirective} by ${sourceFile}:${lineNumber}:${columnNumber} (${blockedURI}) ${sample}`,
    );
  });
}

/** Errors of scripts and of the policy; what was asked for and refused is told by the page itself. */
function complaintOf(message: ConsoleMessage): string | null {
  return message.type() === "error" ? `${message.text()} (${message.location().url})` : null;
}
