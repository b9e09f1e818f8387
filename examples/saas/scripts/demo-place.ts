/** Where the app and its server are. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { DemoFailure } from "./demo-steps.ts";

const Written = z.object({ appUrl: z.url(), serverUrl: z.url() });
export type Place = z.infer<typeof Written>;

/** SAAS_URL and STEPWELL_URL, else what the repository's `npm start` wrote, else the usual addresses. */
export function findPlace(): Place {
  const { SAAS_URL, STEPWELL_URL } = process.env;
  // What was written belongs together: an app from elsewhere has another server.
  const written = SAAS_URL ? undefined : readWritten();
  const place = {
    appUrl: SAAS_URL || written?.appUrl || "http://127.0.0.1:3000",
    serverUrl: STEPWELL_URL || written?.serverUrl || "http://127.0.0.1:8288",
  };
  const checked = Written.safeParse(place);
  if (checked.success) return { appUrl: bare(checked.data.appUrl), serverUrl: bare(checked.data.serverUrl) };
  throw new DemoFailure(`SAAS_URL and STEPWELL_URL must be addresses such as http://127.0.0.1:3000`);
}

function bare(url: string): string {
  return url.replace(/\/+$/, "");
}

function readWritten(): Place | undefined {
  const file = new URL("../../../.stepwell/demo.json", import.meta.url);
  try {
    return Written.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new DemoFailure(`${file.pathname} is damaged. Stop and start again: npm start`);
  }
}
