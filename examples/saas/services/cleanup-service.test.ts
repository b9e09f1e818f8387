import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Db, OpenDatabase } from "@/db/client.ts";
import { openEmptyDatabase } from "@/db/fixtures/empty-database.ts";
import { auditLogs, logs, sessions, uploads } from "@/db/schema.ts";
import { seedDemo } from "@/db/seed.ts";
import { type CleanupService, createCleanupService } from "./cleanup-service.ts";
import { createStorageService, type StorageService } from "./storage-service.ts";

const now = new Date("2026-03-31T00:00:00Z");
const before = (ms: number) => new Date(now.getTime() - ms);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let root: string;
let database: OpenDatabase;
let db: Db;
let storage: StorageService;
let cleanup: CleanupService;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "saas-cleanup-"));
  database = await openEmptyDatabase();
  db = database.db;
  await seedDemo(db, now);
  storage = createStorageService({ folder: root, secret: "s".repeat(32), appUrl: "http://127.0.0.1:3000" });
  cleanup = createCleanupService({ db, storage, machineNow: () => now.getTime() });
});
afterEach(async () => {
  rmSync(root, { recursive: true });
  await database.close();
});

const idsOf = async (table: typeof sessions | typeof auditLogs | typeof logs | typeof uploads) =>
  (await db.select({ id: table.id }).from(table)).map(({ id }) => id).sort();

async function addFile(path: string, writtenAt: Date) {
  await storage.save(path, Buffer.from("x"));
  utimesSync(join(root, path), writtenAt, writtenAt);
}

async function addRow(id: string, filePath: string, createdAt: Date) {
  const row = { id, filePath, createdAt, organizationId: "org_northwind", fileName: "a.txt", sizeBytes: 1 };
  await db.insert(uploads).values(row);
}

describe("sessions", () => {
  const add = (id: string, expiresAt: Date, updatedAt = before(2 * DAY)) =>
    db
      .insert(sessions)
      .values({ id, token: id, userId: "usr_ada", createdAt: before(9 * DAY), updatedAt, expiresAt });

  it("go at the moment they expire, and not before", async () => {
    await add("long-ago", before(DAY));
    await add("just-now", now);
    await add("a-moment-to-go", before(-1));
    expect(await cleanup.deleteExpiredSessions(now)).toEqual({ deleted: 2 });
    expect(await idsOf(sessions)).toEqual(["a-moment-to-go"]);
    expect(await cleanup.deleteExpiredSessions(now)).toEqual({ deleted: 0 });
  });

  it("that somebody used today stay, however far the server's clock was moved", async () => {
    await add("here-now", before(-7 * DAY), before(HOUR));
    await add("was-here", before(-7 * DAY), before(DAY + 1));
    expect(await cleanup.deleteExpiredSessions(before(-40 * DAY))).toEqual({ deleted: 1 });
    expect(await idsOf(sessions)).toEqual(["here-now"]);
  });
});

describe("audit logs", () => {
  it("go when they are over 30 days old", async () => {
    const add = (id: string, createdAt: Date) =>
      db.insert(auditLogs).values({ id, action: "signed-in", subject: "usr_ada", createdAt });
    await add("31-days", before(31 * DAY));
    await add("a-moment-over", before(30 * DAY + 1));
    await add("30-days", before(30 * DAY));
    await add("today", now);
    expect(await cleanup.deleteOldAuditLogs(now)).toEqual({ deleted: 2 });
    expect(await idsOf(auditLogs)).toEqual(["30-days", "today"]);
  });
});

describe("logs", () => {
  it("go when they are over 90 days old", async () => {
    const add = (id: string, createdAt: Date) =>
      db.insert(logs).values({ id, level: "error", message: "The disk is full", createdAt });
    await add("91-days", before(91 * DAY));
    await add("a-moment-over", before(90 * DAY + 1));
    await add("90-days", before(90 * DAY));
    await add("today", now);
    expect(await cleanup.deleteOldLogs(now)).toEqual({ deleted: 2 });
    expect(await idsOf(logs)).toEqual(["90-days", "today"]);
    expect(await cleanup.deleteOldLogs(now)).toEqual({ deleted: 0 });
  });
});

describe("uploads", () => {
  it("lose the files that no row knows and the rows whose file is gone, and keep whole ones", async () => {
    await addFile("uploads/a/whole.txt", before(DAY));
    await addRow("whole", "uploads/a/whole.txt", before(DAY));
    await addFile("uploads/lost.txt", before(DAY));
    await addFile("uploads/b/deep/lost.txt", before(HOUR + 1));
    await addRow("no-file", "uploads/c/gone.txt", before(DAY));
    await addRow("out-of-the-folder", "../etc/passwd", before(DAY));
    expect(await cleanup.deleteOrphanedUploads(now)).toEqual({ files: 2, rows: 2 });
    expect(await storage.list("uploads")).toMatchObject([{ path: "uploads/a/whole.txt" }]);
    expect(await idsOf(uploads)).toEqual(["whole"]);
    expect(await cleanup.deleteOrphanedUploads(now)).toEqual({ files: 0, rows: 0 });
  });

  it("of the last hour are left alone, the file before its row and the row before its file", async () => {
    await addFile("uploads/file-first.txt", before(HOUR));
    await addRow("row-first", "uploads/row-first.txt", before(HOUR));
    expect(await cleanup.deleteOrphanedUploads(now)).toEqual({ files: 0, rows: 0 });
    const later = new Date(now.getTime() + 1);
    expect(await cleanup.deleteOrphanedUploads(later)).toEqual({ files: 1, rows: 1 });
  });

  it("are judged by the time that is handed in, not by the machine's clock", async () => {
    await storage.save("uploads/written-now.txt", Buffer.from("x"));
    const inTwoHours = new Date(Date.now() + 2 * HOUR);
    expect(await cleanup.deleteOrphanedUploads(new Date())).toEqual({ files: 0, rows: 0 });
    expect(await cleanup.deleteOrphanedUploads(inTwoHours)).toEqual({ files: 1, rows: 0 });
  });

  it("are all that is looked at: a report's file is none, nor what a link or another hand put there", async () => {
    await addFile("reports/r1.pdf", before(90 * DAY));
    mkdirSync(join(root, "uploads"));
    writeFileSync(join(root, "uploads", ".keep"), "");
    utimesSync(join(root, "uploads", ".keep"), before(DAY), before(DAY));
    symlinkSync(join(root, "reports"), join(root, "uploads", "linked"));
    expect(await cleanup.deleteOrphanedUploads(now)).toEqual({ files: 0, rows: 0 });
    expect(await storage.exists("reports/r1.pdf")).toBe(true);
  });

  it("cost nothing where there has never been a file", async () => {
    rmSync(root, { recursive: true });
    expect(await cleanup.deleteOrphanedUploads(now)).toEqual({ files: 0, rows: 0 });
    mkdirSync(root);
  });
});

describe("an unfinished file", () => {
  it("goes when the crash that left it is over an hour ago", async () => {
    const left = join(root, ".unfinished", "left");
    mkdirSync(join(root, ".unfinished"));
    writeFileSync(left, "half");
    utimesSync(left, before(HOUR), before(HOUR));
    expect(await cleanup.deleteOrphanedUploads(now)).toEqual({ files: 0, rows: 0 });
    utimesSync(left, before(HOUR + 1), before(HOUR + 1));
    expect(await cleanup.deleteOrphanedUploads(now)).toEqual({ files: 1, rows: 0 });
  });

  it("that is being written stays, however far the clock was moved", async () => {
    const big = Buffer.alloc(64 * 1024 * 1024, "x");
    let saved = false;
    const saving = storage.save("uploads/big.bin", big).then(() => {
      saved = true;
    });
    let looks = 0;
    while (!saved) {
      // Not past `uploads`: this file has no row, and would rightly go once it is whole.
      expect(await storage.removeUnfinished(new Date(Date.now() + 90 * DAY))).toBe(0);
      looks++;
    }
    await saving;
    expect(looks).toBeGreaterThan(0);
    expect(await storage.exists("uploads/big.bin")).toBe(true);
    expect(await storage.removeUnfinished(new Date(Date.now() + 90 * DAY))).toBe(0);
  });
});
