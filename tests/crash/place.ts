/** Server and app of the crash test: each can be killed and started again on the same port and data. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AppLine } from "./app-process.ts";
import { type Child, freePort, ready, spawnNode, stepwell } from "./cli.ts";

const EVENT_KEY = "crash-event-key";
const SIGNING_KEY = "signkey-test-00112233445566778899aabbccddeeff";

export interface Place {
  /** Where events are sent to. */
  eventUrl: string;
  appUrl: string;
  /** The data file. */
  file: string;
  startServer(): Promise<Child>;
  startApp(): Promise<Child>;
  /** The app's log so far. */
  lines(): Promise<AppLine[]>;
  /** `data` of an answer of the server's API. */
  json<T>(path: string, method?: "GET" | "POST"): Promise<T>;
  remove(): Promise<void>;
}

/**
 * @param does which functions the app has
 * @param serverEnv variables of the server, such as another store
 */
export async function makePlace(
  does: "steps" | "everything" | "gates" = "steps",
  serverEnv: Record<string, string> = {},
): Promise<Place> {
  const dir = await mkdtemp(join(tmpdir(), "stepwell-crash-"));
  const [port, appPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const app = `http://127.0.0.1:${appPort}`;
  const log = join(dir, "app.jsonl");
  const flags = ["--port", String(port), "--sqlite-dir", join(dir, "data"), "--retry-interval", "1"];
  const keys = ["--event-key", EVENT_KEY, "--signing-key", SIGNING_KEY];
  const keysOf = { EVENT_KEY, SIGNING_KEY };
  // Starts are most of what these tests do: Node keeps what it has compiled, each time a process ends in peace.
  const quick = { NODE_COMPILE_CACHE: join(tmpdir(), "stepwell-crash-compiled") };
  const env = {
    APP_PORT: String(appPort),
    SERVER_URL: url,
    APP_LOG: log,
    APP_DOES: does,
    ...keysOf,
    ...quick,
  };
  return {
    eventUrl: `${url}/e/${EVENT_KEY}`,
    appUrl: `${app}/api/inngest`,
    file: join(dir, "data", "main.db"),
    async startServer() {
      const child = stepwell(["start", ...flags, ...keys], { cwd: dir, env: { ...quick, ...serverEnv } });
      await ready(child, `${url}/health`);
      return child;
    },
    async startApp() {
      const child = spawnNode([join(import.meta.dirname, "app-process.ts")], env);
      await ready(child, `${app}/alive`);
      return child;
    },
    async lines() {
      const text = await readFile(log, "utf8").catch(() => "");
      const whole = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
      return whole.filter((line) => line !== "").map((line) => JSON.parse(line) as AppLine);
    },
    async json<T>(path: string, method = "GET"): Promise<T> {
      const headers = { authorization: `Bearer ${SIGNING_KEY}` };
      const response = await fetch(url + path, { method, headers });
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
      return ((await response.json()) as { data: T }).data;
    },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}
