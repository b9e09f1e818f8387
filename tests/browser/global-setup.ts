/** Once for all files: builds the dashboard's pages unless that is done, and starts one Chromium. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { launchChromium } from "../../examples/saas/browser/chromium.ts";

declare module "vitest" {
  export interface ProvidedContext {
    browserAddress: string;
  }
}

const build = join(import.meta.dirname, "../../packages/dashboard/build.mjs");

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Vitest says "test", for which React would be the one for development.
  const env = { ...process.env, NODE_ENV: "production" };
  execFileSync(process.execPath, [build], { stdio: "inherit", env });
  const chromium = await launchChromium();
  project.provide("browserAddress", chromium.wsEndpoint());
  return () => chromium.close();
}
