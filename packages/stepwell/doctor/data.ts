/** The data folder and file, or the database: can they be written, are they whole, who holds them, is there room? */
import { accessSync, constants, existsSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Settings } from "@stepwell/server";
import { broken, type Check, errorText, note, ok, warning } from "./check.ts";

export interface DataFound {
  checks: Check[];
  /** Apps that the file knows, when no server holds it. */
  appUrls: string[];
}

export async function checkData(settings: Settings): Promise<DataFound> {
  if (settings.postgresUri !== null) return checkDatabase(settings.postgresUri);
  if (settings.inMemory)
    return { checks: [note("data", "inMemory is set: nothing is kept on disk")], appUrls: [] };
  const dir = resolve(settings.dir);
  const folder = checkFolder(dir);
  if (folder.is === "broken") return { checks: [folder], appUrls: [] };
  const file = await checkFile(join(dir, "main.db"), settings.durability);
  const rest = [checkDurability(settings.durability), ...checkDisk(dir)];
  return { checks: [folder, ...file.checks, ...rest], appUrls: file.appUrls };
}

async function checkDatabase(uri: string): Promise<DataFound> {
  const { lookAtDatabase, placeOf } = await import("@stepwell/store-postgres");
  try {
    const { version, holder, isMade, appUrls } = await lookAtDatabase(uri);
    const tables = isMade ? "" : "; no tables yet: the first start makes them";
    const held = holder === null ? "no server holds it" : `it is held by a running server: ${holder}`;
    const says = `PostgreSQL ${version} at ${placeOf(uri)} answers; ${held}${tables}`;
    return { checks: [ok("database", says)], appUrls: holder === null ? appUrls : [] };
  } catch (error) {
    const cure = "Nothing runs without it: mend it, or leave postgresUri out to use a file.";
    return { checks: [broken("database", `${placeOf(uri)}: ${errorText(error)}`, cure)], appUrls: [] };
  }
}

function checkFolder(dir: string): Check {
  const cure = "Give this user the right to write there, or choose another folder with --sqlite-dir.";
  if (!existsSync(dir)) {
    const above = existing(dir);
    try {
      accessSync(above, constants.W_OK);
      return ok("data", `${dir} does not exist yet; the first start makes it`);
    } catch (error) {
      return broken("data", `${dir} cannot be made: ${errorText(error)}`, cure);
    }
  }
  if (!statSync(dir).isDirectory())
    return broken("data", `${dir} is a file, not a folder`, "Choose another folder with --sqlite-dir.");
  const trial = join(dir, `.doctor-${process.pid}`);
  try {
    writeFileSync(trial, "");
    rmSync(trial);
    return ok("data", `${dir} can be written`);
  } catch (error) {
    return broken("data", `${dir} cannot be written: ${errorText(error)}`, cure);
  }
}

/** Opens the file as a server would, which tells whether one could, and lets go at once. */
async function checkFile(file: string, durability: Settings["durability"]): Promise<DataFound> {
  if (!existsSync(file))
    return { checks: [ok("file", "no data yet: the first start makes main.db")], appUrls: [] };
  const size = `${(statSync(file).size / 1024 ** 2).toFixed(1)} MiB`;
  try {
    const { openSqliteStore } = await import("@stepwell/store-sqlite");
    const store = await openSqliteStore({ file, durability });
    try {
      const appUrls = (await store.read.apps()).map((app) => app.url);
      return { checks: [ok("file", `${file} opens (${size}); no server holds it`)], appUrls };
    } finally {
      await store.close();
    }
  } catch (error) {
    if ((error as { code?: unknown }).code === "store_locked") {
      const holder = /\((.*)\)\. Stop it/.exec(errorText(error))?.[1];
      return {
        checks: [ok("file", `${file} (${size}) is held by a running server: ${holder ?? "unknown"}`)],
        appUrls: [],
      };
    }
    const cure = "Bring back a copy of the folder, or move the file away to start with an empty one.";
    return { checks: [broken("file", `${file} cannot be used: ${errorText(error)}`, cure)], appUrls: [] };
  }
}

function checkDurability(durability: Settings["durability"]): Check {
  return durability === "full"
    ? ok("durability", "full: an acknowledged event survives a power cut")
    : note(
        "durability",
        "normal: an acknowledged event survives a crash of the process, but not a power cut",
      );
}

/** Kinds of file systems (statfs) whose locks or shared memory SQLite cannot rely on. */
const remote: Record<number, string> = {
  0x6969: "NFS",
  0x517b: "SMB",
  0xff534d42: "CIFS",
  0xfe534d42: "SMB2",
  0x01021997: "9p",
};
const LOW_BYTES = 1024 ** 3;
const EMPTY_BYTES = 100 * 1024 ** 2;

function checkDisk(dir: string): Check[] {
  const { bavail, bsize, type } = statfsSync(existing(dir));
  const free = bavail * bsize;
  const says = `${(free / 1024 ** 3).toFixed(1)} GiB free where the data is`;
  const cure = "Make room: events are refused with 503 while the disk is full.";
  const checks = [
    free < EMPTY_BYTES
      ? broken("disk", says, cure)
      : free < LOW_BYTES
        ? warning("disk", says, cure)
        : ok("disk", says),
  ];
  const kind = remote[type];
  if (kind !== undefined)
    checks.push(
      warning(
        "disk",
        `${dir} is on a network file system (${kind}), whose locks SQLite cannot trust`,
        "Keep the data on a local disk.",
      ),
    );
  return checks;
}

/** The folder itself, or the nearest one above it that exists. */
function existing(dir: string): string {
  let found = dir;
  while (!existsSync(found) && found !== dirname(found)) found = dirname(found);
  return found;
}
