/**
 * Files on disk, handed out through links that expire. A link is the file's path, an instant
 * and an HMAC over both; a path is made of plain names only, so it cannot leave the folder. A
 * file is written apart, where no link reaches, and moved to its place when it is whole.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

export type Opened =
  | { is: "file"; bytes: Uint8Array }
  | { is: "refused"; why: "bad-signature" | "expired" }
  | { is: "missing" };

export type StoredFile = { path: string; writtenAt: Date };

export interface StorageService {
  /** Writes the whole file or nothing; saving again replaces it. */
  save(path: string, bytes: Uint8Array): Promise<void>;
  /** An absolute link that works until `expiresAt`. */
  linkTo(path: string, expiresAt: Date): string;
  /** What a request for a link gets. */
  open(path: string, expires: string, signature: string): Promise<Opened>;
  /** False also for a path that could leave the folder: no file of ours is there. */
  exists(path: string): Promise<boolean>;
  /** The whole files of a folder and its folders; those that `save` could not have made are left out. */
  list(folder: string): Promise<StoredFile[]>;
  /** False if there was none. */
  remove(path: string): Promise<boolean>;
  /** Removes what a crash in mid-write left behind, never what this process is writing; says how many. */
  removeUnfinished(before: Date): Promise<number>;
}

type Settings = { folder: string; secret: string; appUrl: string; now?: () => number };

/** Starts with a dot, so it is no plain name. */
const UNFINISHED = ".unfinished";
const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/;

export function createStorageService(settings: Settings): StorageService {
  const { folder, secret, appUrl, now = Date.now } = settings;
  const sign = (path: string, expires: string) =>
    createHmac("sha256", secret).update(`${path}\n${expires}`).digest();
  const placeOf = (path: string) => join(folder, ...plainParts(path));
  const inWork = new Set<string>();
  return {
    async save(path, bytes) {
      const file = placeOf(path);
      const unfinished = join(folder, UNFINISHED, crypto.randomUUID());
      inWork.add(unfinished);
      try {
        await mkdir(dirname(unfinished), { recursive: true });
        await mkdir(dirname(file), { recursive: true });
        await writeFile(unfinished, bytes);
        await rename(unfinished, file);
      } finally {
        inWork.delete(unfinished);
      }
    },
    linkTo(path, expiresAt) {
      const expires = String(expiresAt.getTime());
      const signature = sign(plainParts(path).join("/"), expires).toString("base64url");
      return `${appUrl}/files/${path}?${new URLSearchParams({ expires, signature })}`;
    },
    async open(path, expires, signature) {
      const given = Buffer.from(signature, "base64url");
      const wanted = sign(path, expires);
      if (!isPlain(path) || given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
        return { is: "refused", why: "bad-signature" };
      }
      if (!(Number(expires) > now())) return { is: "refused", why: "expired" };
      try {
        return { is: "file", bytes: await readFile(placeOf(path)) };
      } catch (error) {
        if (isMissing(error)) return { is: "missing" };
        throw error;
      }
    },
    async exists(path) {
      if (!isPlain(path)) return false;
      return (await findFile(placeOf(path))) !== undefined;
    },
    async list(path) {
      const found = await listFiles(placeOf(path));
      return found
        .map(({ file, writtenAt }) => ({ path: relative(folder, file).replaceAll("\\", "/"), writtenAt }))
        .filter((stored) => isPlain(stored.path));
    },
    remove: (path) => removeFile(placeOf(path)),
    async removeUnfinished(before) {
      let removed = 0;
      for (const { file, writtenAt } of await listFiles(join(folder, UNFINISHED))) {
        if (writtenAt < before && !inWork.has(file) && (await removeFile(file))) removed++;
      }
      return removed;
    },
  };
}

type FoundFile = { file: string; writtenAt: Date };

/** Undefined for what is not there, and for what is no file. */
async function findFile(file: string): Promise<FoundFile | undefined> {
  try {
    const found = await stat(file);
    return found.isFile() ? { file, writtenAt: found.mtime } : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Whatever vanishes while it is listed was not there. */
async function listFiles(folder: string): Promise<FoundFile[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const found = await Promise.all(files.map(({ parentPath, name }) => findFile(join(parentPath, name))));
    return found.filter((file) => file !== undefined);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function removeFile(file: string): Promise<boolean> {
  try {
    await rm(file);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}

function isPlain(path: string): boolean {
  return path.split("/").every((part) => PLAIN_NAME.test(part));
}

function plainParts(path: string): string[] {
  if (!isPlain(path)) throw new Error(`"${path}" is not a plain path`);
  return path.split("/");
}
