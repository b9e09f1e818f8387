import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openEmptyDatabase } from "@/db/fixtures/empty-database.ts";
import { createCleanupService } from "./cleanup-service.ts";
import { createLeftoverService } from "./leftover-service.ts";
import { createStorageService } from "./storage-service.ts";
import { createUserService } from "./user-service.ts";

const at = new Date();
const DAY_MS = 86_400_000;

it("leaves what a clean-up two days later deletes, and what it keeps", async () => {
  const folder = mkdtempSync(join(tmpdir(), "saas-leftovers-"));
  const database = await openEmptyDatabase();
  try {
    const storage = createStorageService({ folder, secret: "s".repeat(32), appUrl: "http://127.0.0.1" });
    const cleanup = createCleanupService({ ...database, storage });
    const leftovers = createLeftoverService({ ...database, storage });
    const zoe = { name: "Zoe", email: "z@x.example", password: "eight or more", organization: "Z" };
    const signUp = await createUserService(database).signUp(zoe);
    if (signUp.is === "taken") throw new Error("Nobody can have taken it");
    const { user } = signUp;
    const clean = async (now: Date) => [
      (await cleanup.deleteExpiredSessions(now)).deleted,
      (await cleanup.deleteOldAuditLogs(now)).deleted,
      (await cleanup.deleteOrphanedUploads(now)).files,
    ];

    await leftovers.leave(user, at);
    await leftovers.leave(user, at);
    expect(Object.values(await leftovers.look(user.id))).toEqual(Array(7).fill(true));
    expect(await clean(at)).toEqual([0, 0, 0]);
    expect(await clean(new Date(at.getTime() + 2 * DAY_MS))).toEqual([1, 1, 1]);
    expect(await leftovers.look(user.id)).toEqual({
      endedSession: false,
      openSession: true,
      oldAuditLog: false,
      newAuditLog: true,
      fileWithoutRow: false,
      rowWithoutFile: false,
      wholeUpload: true,
    });
  } finally {
    rmSync(folder, { recursive: true });
    await database.close();
  }
});
