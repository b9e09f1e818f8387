/**
 * `server.json` in the data folder says where the running server is, so that commands find it without
 * being told. It is a hint, not a lock: the lock is the store's (hard-parts.md §8).
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export interface ServerFile {
  url: string;
  port: number;
  pid: number;
  /** ISO time. */
  startedAt: string;
  mode: "dev" | "start";
}

const NAME = "server.json";

/** Writes it whole or not at all: a reader never sees half a file. */
export function writeServerFile(dir: string, server: ServerFile): void {
  const file = join(dir, NAME);
  const draft = `${file}.${server.pid}`;
  writeFileSync(draft, `${JSON.stringify(server, null, 2)}\n`);
  renameSync(draft, file);
}

/** Removes it if it is still this server's. */
export function removeServerFile(dir: string, server: ServerFile): void {
  const found = readServerFile(dir);
  if (found?.pid === server.pid && found.port === server.port) rmSync(join(dir, NAME), { force: true });
}

export function readServerFile(dir: string): ServerFile | null {
  try {
    const found = JSON.parse(readFileSync(join(dir, NAME), "utf8")) as Partial<ServerFile> | null;
    if (typeof found?.url !== "string" || typeof found.pid !== "number") return null;
    return found as ServerFile;
  } catch {
    return null;
  }
}

/** The nearest `.stepwell/server.json` from a folder upward. */
export function findServerFile(from: string): ServerFile | null {
  for (let dir = resolve(from); ; dir = dirname(dir)) {
    const found = readServerFile(join(dir, ".stepwell"));
    if (found !== null) return found;
    if (dir === dirname(dir)) return null;
  }
}
