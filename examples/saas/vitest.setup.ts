/**
 * Before each test file: the app's own folder to work in (it finds its migrations from there), and
 * services, rows and files of its own. Nothing here may import what reads DATABASE_URL.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, inject, vi } from "vitest";
import { createPostgresDatabase, type PostgresDatabase } from "./db/fixtures/postgres-database.ts";

declare module "vitest" {
  export interface ProvidedContext {
    postgresUri: string;
  }
}

process.chdir(import.meta.dirname);
// Nothing of the file that was tested before in this process: neither modules nor services.
vi.resetModules();
delete (globalThis as { saasServices?: unknown }).saasServices;
const folder = mkdtempSync(join(tmpdir(), "saas-test-"));
// Provided where the project runs on PostgreSQL.
const server: string | undefined = inject("postgresUri");
const database: PostgresDatabase | undefined = server ? await createPostgresDatabase(server) : undefined;
Object.assign(process.env, {
  DATABASE_URL: database?.url ?? ":memory:",
  FILES_DIR: join(folder, "files"),
  INNGEST_DEV: "1",
  SMTP_HOST: "",
});

afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
  await database?.drop();
});
