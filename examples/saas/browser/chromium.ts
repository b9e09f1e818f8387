/** The Chromium that came with `npm ci`, or the one that CHROMIUM_PATH names. */
import sparticuz from "@sparticuz/chromium";
import { type BrowserServer, chromium } from "playwright-core";

/** Nothing but our own pages is loaded, so it needs no sandbox; and it is not to ask anybody for anything. */
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function launchChromium(): Promise<BrowserServer> {
  // Ctrl-C is handled by who runs this: everything else is to end as well.
  const onlyByUs = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
  return chromium.launchServer({ ...(await findChromium()), args: flags, ...onlyByUs });
}

/** npm's is for Linux; its first start on a machine unpacks it, about 10 s. Elsewhere Chrome is looked for. */
async function findChromium(): Promise<{ executablePath: string } | { channel: string }> {
  const { CHROMIUM_PATH } = process.env;
  if (CHROMIUM_PATH) return { executablePath: CHROMIUM_PATH };
  if (process.platform !== "linux") return { channel: "chrome" };
  return { executablePath: await sparticuz.executablePath() };
}
