import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { OpenDatabase } from "@/db/client.ts";
import { openEmptyDatabase } from "@/db/fixtures/empty-database.ts";
import { seedDemo } from "@/db/seed.ts";
import { createCleanupService } from "./cleanup-service.ts";
import { createStorageService, type StorageService } from "./storage-service.ts";
import { createUploadService, type UploadService } from "./upload-service.ts";

const now = new Date("2026-03-31T12:00:00Z");
const HOUR_MS = 3_600_000;
const organizationId = "org_northwind";
const notes = { organizationId, fileName: "Notes März.txt", bytes: Buffer.from("hello"), at: now };

let root: string;
let database: OpenDatabase;
let storage: StorageService;
let uploads: UploadService;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "saas-uploads-"));
  database = await openEmptyDatabase();
  await seedDemo(database.db, now);
  storage = createStorageService({ folder: root, secret: "s".repeat(32), appUrl: "http://127.0.0.1:3000" });
  uploads = createUploadService({ db: database.db, storage });
});
afterEach(async () => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true });
  await database.close();
});

const filesThere = async () => (await storage.list("uploads")).map(({ path }) => path);

async function open(link: string) {
  const { pathname, searchParams } = new URL(link);
  const [expires = "", signature = ""] = ["expires", "signature"].map((name) => searchParams.get(name) ?? "");
  const opened = await storage.open(pathname.replace("/files/", ""), expires, signature);
  return opened.is === "file" ? Buffer.from(opened.bytes).toString() : opened.is;
}

describe("an upload", () => {
  it("is kept with its name, under a path that has nothing of the name but its end", async () => {
    const upload = await uploads.keep(notes);
    expect(upload).toMatchObject({ fileName: "Notes März.txt", sizeBytes: 5, createdAt: now });
    expect(upload.filePath).toMatch(/^uploads\/org_northwind\/[0-9a-f-]{36}\.txt$/);
    expect(await uploads.list(organizationId, 10)).toEqual([upload]);
    expect(await uploads.findByPath(upload.filePath)).toEqual(upload);
    expect(await open(uploads.downloadUrl(upload))).toBe("hello");
  });

  it.each([
    "../../../escape",
    ".htaccess",
    "con:/x\\y.html",
    "\u0000\u202e",
    "..",
    "a.b.c.",
    "x".repeat(4_000),
  ])("stays in its folder, whatever it is called: %j", async (fileName) => {
    const { filePath } = await uploads.keep({ ...notes, fileName });
    expect(filePath).toMatch(/^uploads\/org_northwind\/[0-9a-f-]{36}(\.[a-z0-9]+)?$/);
    expect(await filesThere()).toEqual([filePath]);
  });

  it("of the same name is another one", async () => {
    const [first, second] = [
      await uploads.keep(notes),
      await uploads.keep({ ...notes, at: new Date(+now + 1) }),
    ];
    expect(await uploads.list(organizationId, 10)).toEqual([second, first]);
    expect(await uploads.list(organizationId, 1)).toEqual([second]);
    expect(await filesThere()).toHaveLength(2);
  });

  it("belongs to its organization", async () => {
    const upload = await uploads.keep(notes);
    expect(await uploads.list("org_halyard", 10)).toEqual([]);
    expect(await uploads.remove("org_halyard", upload.id)).toBeUndefined();
    expect(await open(uploads.downloadUrl(upload))).toBe("hello");
  });

  it("is removed with its file, once", async () => {
    const [gone, kept] = [await uploads.keep(notes), await uploads.keep(notes)];
    expect(await uploads.remove(organizationId, gone.id)).toEqual(gone);
    expect(await uploads.remove(organizationId, gone.id)).toBeUndefined();
    expect(await uploads.list(organizationId, 10)).toEqual([kept]);
    expect(await filesThere()).toEqual([kept.filePath]);
    expect(await open(uploads.downloadUrl(gone))).toBe("missing");
  });
});

describe("a crash", () => {
  // The files' age is the machine's.
  const cleanupIn = (ms: number) =>
    createCleanupService({ db: database.db, storage }).deleteOrphanedUploads(new Date(Date.now() + ms));

  async function expectOneOrphan() {
    expect(await uploads.list(organizationId, 10)).toEqual([]);
    expect(await filesThere()).toHaveLength(1);
    expect(await cleanupIn(0)).toEqual({ files: 0, rows: 0 });
    expect(await cleanupIn(HOUR_MS + 60_000)).toEqual({ files: 1, rows: 0 });
    expect(await filesThere()).toEqual([]);
  }

  it("between file and row leaves what the clean-up removes an hour later", async () => {
    const nobody = { ...notes, organizationId: "org_nobody" };
    await expect(uploads.keep(nobody)).rejects.toThrow();
    await expectOneOrphan();
  });

  it("between row and file of a deletion does, too", async () => {
    const { id } = await uploads.keep(notes);
    vi.spyOn(storage, "remove").mockRejectedValueOnce(new Error("the disk is gone"));
    await expect(uploads.remove(organizationId, id)).rejects.toThrow("the disk is gone");
    await expectOneOrphan();
  });

  it("before the file is whole leaves no row", async () => {
    vi.spyOn(storage, "save").mockRejectedValueOnce(new Error("the disk is full"));
    await expect(uploads.keep(notes)).rejects.toThrow("the disk is full");
    expect(await uploads.list(organizationId, 10)).toEqual([]);
  });
});
