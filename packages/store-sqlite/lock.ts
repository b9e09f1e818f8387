/**
 * One engine per file (hard-parts.md §8). `<file>.engine` is a tiny SQLite file in rollback-journal mode,
 * held with BEGIN EXCLUSIVE for life: the operating system frees it when the process dies, however it
 * dies. Who holds it is written beside it, in `<file>.holder.json`, only for the text that the refused
 * one shows; a stale one is harmless. Never open `<file>.engine` by other means: closing any handle of
 * it would drop this process's lock.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { StoreError } from "@stepwell/store";
import { openConnection, type SqliteDriver } from "./driver.ts";
import { asStoreError, sqliteCode } from "./sqlite-error.ts";

export interface Holder {
  pid: number;
  /** Epoch milliseconds. */
  startedAt: number;
  port?: number;
  url?: string;
}
export interface HeldFile {
  /** Adds what became known later, such as the port. */
  describe(extra: Partial<Holder>): void;
  /** Twice is once. */
  release(): void;
}

const BUSY = 5;

/** @throws StoreError `store_locked` when another engine holds the file; the text names it */
export function holdFile(file: string, holder: Holder): HeldFile {
  const path = `${file}.holder.json`;
  let lock: SqliteDriver | null = takeLock(file);
  let known = holder;
  const write = (): void => {
    try {
      writeFileSync(path, `${JSON.stringify(known)}\n`);
    } catch {
      // Only the text of a refusal is poorer without it; a full disk must not stop the start.
    }
  };
  write();
  return {
    describe(extra) {
      known = { ...known, ...extra };
      if (lock !== null) write();
    },
    release() {
      if (lock === null) return;
      rmSync(path, { force: true });
      lock.close();
      lock = null;
    },
  };
}

function takeLock(file: string): SqliteDriver {
  let lock: SqliteDriver | null = null;
  try {
    lock = openConnection(`${file}.engine`, { timeoutMs: 0 });
    lock.exec("pragma journal_mode = delete; begin exclusive");
    return lock;
  } catch (error) {
    lock?.close();
    if (sqliteCode(error) !== BUSY) throw asStoreError(error);
    const message = `${file} is in use by another Stepwell${whoHolds(file)}. Stop it, or choose another file.`;
    throw new StoreError("store_locked", message, { cause: error });
  }
}

function whoHolds(file: string): string {
  let holder: Partial<Holder>;
  try {
    holder = JSON.parse(readFileSync(`${file}.holder.json`, "utf8")) as Partial<Holder>;
  } catch {
    return "";
  }
  const facts: string[] = [];
  if (holder.pid !== undefined) facts.push(`pid ${holder.pid}`);
  if (holder.url !== undefined) facts.push(holder.url);
  if (holder.port !== undefined) facts.push(`port ${holder.port}`);
  if (holder.startedAt !== undefined) facts.push(`started ${new Date(holder.startedAt).toISOString()}`);
  return facts.length === 0 ? "" : ` (${facts.join(", ")})`;
}
