/**
 * A place to test in: the built app and a Stepwell server, as real processes with data of their own,
 * in development mode or as in production.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { example, nextScript } from "../../../scripts/build-example.mjs";
import {
  ask,
  type Entry,
  freePort,
  howEnded,
  killAll,
  root,
  start,
  stop,
  until,
} from "../../../scripts/processes.mjs";

export type Keys = { eventKey: string; signingKey: string };
export type Place = {
  appUrl: string;
  serverUrl: string;
  databaseFile: string;
  /** Absent in development mode, which has none. */
  keys: Keys | undefined;
  /** Every line that the app has printed. */
  appOutput: string[];
  serverOutput: string[];
  close(): Promise<void>;
};

const START_LIMIT_MS = 60_000;

/** @param settings of the app, beside those that make the place its own */
export async function openPlace(
  mode: "dev" | "start",
  settings: Record<string, string> = {},
): Promise<Place> {
  const folder = makeFolder();
  const serverPort = await freePort(38_288);
  const serverUrl = `http://127.0.0.1:${serverPort}`;
  const keys = mode === "start" ? makeKeys() : undefined;
  const appPort = await freePort(33_000);
  const databaseFile = join(folder, "saas.db");
  const app = startApp(appPort, {
    ...sdkSettings(serverUrl, keys),
    DATABASE_URL: databaseFile,
    FILES_DIR: join(folder, "files"),
    ...settings,
  });
  const server = startServer(mode, { port: serverPort, folder, appUrl: app.url, keys });
  const close = async () => {
    // The server first: calls in flight can still be answered.
    await stop(server.entry);
    await stop(app.entry);
    remove(folder);
  };
  try {
    await answers("the app", app, `${app.url}/api/inngest`);
    await answers("the server", server, `${serverUrl}/health`);
    await until("the app to tell the server its functions", START_LIMIT_MS, async () =>
      accepted(await ask(`${app.url}/api/inngest`, { method: "PUT" })),
    );
  } catch (error) {
    await close();
    throw error;
  }
  const outputs = { appOutput: app.output, serverOutput: server.output };
  return { appUrl: app.url, serverUrl, databaseFile, keys, ...outputs, close };
}

/** Removed also when whoever tests is ended in the middle, after all that writes there. */
function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tallyho-browser-"));
  process.once("exit", () => {
    killAll();
    remove(folder);
  });
  return folder;
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

export type Process = { url: string; entry: Entry; output: string[] };

/** `next start` with these variables and no others: neither the shell's nor those of an .env file count. */
export function startApp(port: number, settings: Record<string, string>): Process {
  const url = `http://127.0.0.1:${port}`;
  const ownOnly = { SMTP_HOST: "", REDIS_URL: "", STRIPE_SECRET_KEY: "", NEXT_TELEMETRY_DISABLED: "1" };
  const env = { NODE_ENV: "production", PORT: String(port), APP_URL: url, ...ownOnly, ...settings } as const;
  return { url, ...run([nextScript(), "start", "-H", "127.0.0.1", "-p", String(port)], env, example) };
}

/** What the SDK reads. */
export function sdkSettings(serverUrl: string, keys: Keys | undefined): Record<string, string> {
  if (!keys) return { INNGEST_DEV: serverUrl, INNGEST_BASE_URL: serverUrl };
  const { eventKey, signingKey } = keys;
  return {
    INNGEST_DEV: "0",
    INNGEST_BASE_URL: serverUrl,
    INNGEST_EVENT_KEY: eventKey,
    INNGEST_SIGNING_KEY: signingKey,
  };
}

export function makeKeys(): Keys {
  return {
    eventKey: randomBytes(16).toString("hex"),
    signingKey: `signkey-prod-${randomBytes(32).toString("hex")}`,
  };
}

export async function answers(who: string, { entry, output }: Process, url: string): Promise<void> {
  await Promise.race([
    until(`${who} to answer at ${url}`, START_LIMIT_MS, async () => (await ask(url)).status < 500),
    entry.ended.then((ending) => {
      throw new Error(`${who} ended before it was ready (${howEnded(ending)}):\n${output.join("\n")}`);
    }),
  ]);
}

type ServerOptions = { port: number; folder: string; appUrl: string; keys: Keys | undefined };

function startServer(mode: "dev" | "start", { port, folder, appUrl, keys }: ServerOptions): Process {
  const script = join(root, "packages", "stepwell", "bin", "stepwell.mjs");
  const data = ["--port", String(port), "--sqlite-dir", join(folder, "stepwell")];
  const env: Record<string, string> = { STEPWELL_NO_DISCOVERY: "1" };
  if (keys) Object.assign(env, { STEPWELL_EVENT_KEY: keys.eventKey, STEPWELL_SIGNING_KEY: keys.signingKey });
  const args = [script, mode, ...data, "--sdk-url", `${appUrl}/api/inngest`];
  return { url: `http://127.0.0.1:${port}`, ...run(args, env, folder) };
}

function run(args: string[], env: Record<string, string>, cwd: string): { entry: Entry; output: string[] } {
  const output: string[] = [];
  const { PATH = "", HOME = "" } = process.env;
  const entry = start(process.execPath, args, {
    cwd,
    env: { PATH, HOME, NODE_ENV: "production", ...env },
    onLine: (line) => output.push(line),
  });
  return { entry, output };
}

async function accepted(answer: Response): Promise<true> {
  if (answer.ok) return true;
  throw new Error(`${answer.status} ${await answer.text()}`);
}
