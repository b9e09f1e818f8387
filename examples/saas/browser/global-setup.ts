/** Once for all files: builds the app unless that is done, starts app, server and browser, and ends them. */
import type { TestProject } from "vitest/node";
import { buildExample, isExampleBuilt } from "../../../scripts/build-example.mjs";
import { launchChromium } from "./chromium.ts";
import { openPlace } from "./place.ts";
import { type Credentials, readDemoAdmin, type SessionCookie, signInByPost } from "./sessions.ts";

declare module "vitest" {
  export interface ProvidedContext {
    appUrl: string;
    serverUrl: string;
    databaseFile: string;
    browserAddress: string;
    admin: Credentials;
    /** Signed in once: the app counts sign-ins. */
    adminSession: SessionCookie[];
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!isExampleBuilt()) await buildExample(process.execPath);
  const [place, chromium] = await Promise.all([openPlace("dev"), launchChromium()]);
  const close = async () => {
    await chromium.close();
    await place.close();
  };
  try {
    const admin = readDemoAdmin(place.appOutput);
    project.provide("adminSession", await signInByPost(place.appUrl, admin));
    project.provide("admin", admin);
  } catch (error) {
    await close();
    throw error;
  }
  project.provide("appUrl", place.appUrl);
  project.provide("serverUrl", place.serverUrl);
  project.provide("databaseFile", place.databaseFile);
  project.provide("browserAddress", chromium.wsEndpoint());
  return close;
}
