/**
 * Files on disk, handed out through links that expire. A link is the file's path, an instant
 * and an HMAC over both; a path is made of plain names only, so it cannot leave the folder.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

export type Opened =
  | { is: "file"; bytes: Uint8Array }
  | { is: "refused"; why: "bad-signature" | "expired" }
  | { is: "missing" };

export interface StorageService {
  /** Writes the whole file or nothing; saving again replaces it. */
  save(path: string, bytes: Uint8Array): Promise<void>;
  /** An absolute link that works until `expiresAt`. */
  linkTo(path: string, expiresAt: Date): string;
  /** What a request for a link gets. */
  open(path: string, expires: string, signature: string): Promise<Opened>;
}

type Settings = { folder: string; secret: string; appUrl: string; now?: () => number };

const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/;

export function createStorageService(settings: Settings): StorageService {
  const { folder, secret, appUrl, now = Date.now } = settings;
  const sign = (path: string, expires: string) =>
    createHmac("sha256", secret).update(`${path}\n${expires}`).digest();
  return {
    async save(path, bytes) {
      const file = join(folder, ...plainParts(path));
      const unfinished = `${file}.${crypto.randomUUID()}.part`;
      await mkdir(dirname(file), { recursive: true });
      await writeFile(unfinished, bytes);
      await rename(unfinished, file);
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
        return { is: "file", bytes: await readFile(join(folder, ...plainParts(path))) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return { is: "missing" };
        throw error;
      }
    },
  };
}

function isPlain(path: string): boolean {
  return path.split("/").every((part) => PLAIN_NAME.test(part));
}

function plainParts(path: string): string[] {
  if (!isPlain(path)) throw new Error(`"${path}" is not a plain path`);
  return path.split("/");
}
