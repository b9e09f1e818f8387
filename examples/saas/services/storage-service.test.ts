import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createStorageService, type StorageService } from "./storage-service.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const appUrl = "http://127.0.0.1:3000";
const soon = new Date(NOW + 60_000);

let root: string;
let storage: StorageService;
let now: number;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "saas-storage-"));
  now = NOW;
  const secret = "s".repeat(32);
  storage = createStorageService({ folder: join(root, "files"), secret, appUrl, now: () => now });
});
afterEach(() => rmSync(root, { recursive: true }));

function partsOf(link: string) {
  const url = new URL(link);
  const path = url.pathname.replace("/files/", "");
  const { expires = "", signature = "" } = Object.fromEntries(url.searchParams);
  return { path, expires, signature };
}

describe("a signed link", () => {
  it("opens the file until it expires, and not after", async () => {
    await storage.save("reports/r1.pdf", Buffer.from("%PDF-"));
    const { path, expires, signature } = partsOf(storage.linkTo("reports/r1.pdf", soon));
    const opened = await storage.open(path, expires, signature);
    expect(opened.is === "file" && Buffer.from(opened.bytes).toString()).toBe("%PDF-");
    now = soon.getTime();
    expect(await storage.open(path, expires, signature)).toEqual({ is: "refused", why: "expired" });
  });

  it.each([
    ["another path", { path: "reports/r2.pdf" }],
    ["a later expiry", { expires: String(soon.getTime() + 1) }],
    ["an expiry that is no number", { expires: "soon" }],
    ["no signature", { signature: "" }],
    ["a shortened signature", { signature: "AAAA" }],
    ["a signature that is no base64", { signature: "…" }],
  ])("is refused with %s", async (_what, change) => {
    await storage.save("reports/r1.pdf", Buffer.from("one"));
    await storage.save("reports/r2.pdf", Buffer.from("two"));
    const forged = { ...partsOf(storage.linkTo("reports/r1.pdf", soon)), ...change };
    expect(await storage.open(forged.path, forged.expires, forged.signature)).toEqual({
      is: "refused",
      why: "bad-signature",
    });
  });

  it("made with another secret is refused", async () => {
    const secret = "t".repeat(32);
    const other = createStorageService({ folder: root, secret, appUrl });
    const { path, expires, signature } = partsOf(other.linkTo("reports/r1.pdf", soon));
    expect((await storage.open(path, expires, signature)).is).toBe("refused");
  });

  it("to a file that is gone says so", async () => {
    const { path, expires, signature } = partsOf(storage.linkTo("reports/gone.pdf", soon));
    expect(await storage.open(path, expires, signature)).toEqual({ is: "missing" });
  });
});

describe("a path", () => {
  it.each(["../secret", "reports/../../secret", "/etc/passwd", "a//b", "", ".hidden", "a\\..\\b", "a/\0"])(
    "that could leave the folder is refused: %j",
    async (path) => {
      writeFileSync(join(root, "secret"), "hidden");
      expect(() => storage.linkTo(path, soon)).toThrow("not a plain path");
      await expect(storage.save(path, Buffer.from("x"))).rejects.toThrow("not a plain path");
      expect((await storage.open(path, String(soon.getTime()), "AAAA")).is).toBe("refused");
      expect(existsSync(join(root, "files"))).toBe(false);
    },
  );
});
