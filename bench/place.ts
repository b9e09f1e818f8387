/**
 * A folder with room, a server as users start it (`stepwell start`), and the app of the benches beside it,
 * each in a process of its own. Everything is removed afterwards, also after a failure.
 */
import { mkdirSync, mkdtempSync, rmSync, statfsSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { answers, type Child, freePort, startNode } from "./child.ts";
import { get, send } from "./http.ts";
import { EVENT_KEY, SIGNING_KEY } from "./keys.ts";

const bin = join(import.meta.dirname, "../packages/stepwell/bin/stepwell.mjs");
const appScript = join(import.meta.dirname, "app-process.ts");

export type Durability = "full" | "normal";

export interface Place {
  dir: string;
  /** The data file; its folder is what `--sqlite-dir` gets. */
  file: string;
  url: string;
  eventUrl: string;
  appUrl: string;
  /** Where the app is asked for what it saw. */
  appControl: string;
  startServer(durability: Durability, flags?: string[]): Promise<Started>;
  /** Resolves once it answers; `sync` tells the server about it. */
  startApp(): Promise<Child>;
  sync(): Promise<void>;
  /** How many runs have ended, asked of the file itself: that costs the server nothing. */
  ended(): number;
  remove(): void;
}
export interface Started {
  child: Child;
  /** From the start of the process to the first answer of `/health`. */
  readyMs: number;
}

/** @param needGb free disk that must be there before anything is written */
export async function makePlace(needGb: number, profiles: string | null = null): Promise<Place> {
  const free = statfsSync(tmpdir());
  const freeGb = (free.bavail * free.bsize) / 2 ** 30;
  if (freeGb < needGb) throw new Error(`${tmpdir()} has ${freeGb.toFixed(1)} GiB free; this needs ${needGb}`);
  const dir = mkdtempSync(join(tmpdir(), "stepwell-bench-"));
  const remove = (): void => rmSync(dir, { recursive: true, force: true });
  process.on("exit", remove);
  const [port, appPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const app = `http://127.0.0.1:${appPort}`;
  const file = join(dir, "data", "main.db");
  mkdirSync(join(dir, "data"));
  let reader: DatabaseSync | null = null;
  return {
    dir,
    file,
    url,
    eventUrl: `${url}/e/${EVENT_KEY}`,
    appUrl: `${app}/api/inngest`,
    appControl: `${app}/bench`,
    async startServer(durability, flags = []) {
      const args = ["--port", String(port), "--sqlite-dir", join(dir, "data"), "--durability", durability];
      const keys = ["--event-key", EVENT_KEY, "--signing-key", SIGNING_KEY];
      const node = profiles === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profiles}`];
      const began = performance.now();
      const child = startNode(
        [...node, bin, "start", ...args, ...keys, ...flags],
        {},
        join(dir, "server.log"),
      );
      await answers(child, `${url}/health`);
      return { child, readyMs: performance.now() - began };
    },
    async startApp() {
      const env = { APP_PORT: String(appPort), SERVER_URL: url, EVENT_KEY, SIGNING_KEY };
      const child = startNode([appScript], env, join(dir, "app.log"));
      await answers(child, `${app}/bench/seen`);
      return child;
    },
    async sync() {
      const reply = await send("PUT", `${app}/api/inngest`, {}, "");
      if (reply.status !== 200) throw new Error(`the sync answered ${reply.status}: ${reply.text}`);
    },
    ended() {
      reader ??= new DatabaseSync(file, { readOnly: true });
      const row = reader.prepare("select count(*) as n from runs where ended_at is not null").get();
      return Number(row?.["n"]);
    },
    remove() {
      reader?.close();
      reader = null;
      process.off("exit", remove);
      remove();
    },
  };
}

/** Size of the data file with its log, in MiB. */
export function fileMb(file: string): number {
  const size = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return (size(file) + size(`${file}-wal`)) / 2 ** 20;
}

/** What the app has seen so far, per function. */
export interface Seen {
  calls: number;
  functions: Record<string, { count: number; firstAt: number; lastAt: number }>;
}

export async function seenBy(place: Place): Promise<Seen> {
  return JSON.parse((await get(`${place.appControl}/seen`)).text) as Seen;
}
