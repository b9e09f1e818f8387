/** What the numbers were measured on. Without it they mean nothing. */

import { execFileSync } from "node:child_process";
import { closeSync, fsyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { quantile } from "./report.ts";

export interface Machine {
  date: string;
  cpu: string;
  cores: number;
  memoryGb: number;
  /** Of the folder for temporary files, where the data lies: source and file system. */
  disk: string;
  /** One write of 4 KiB and its fsync there, median of 50, in milliseconds: FULL pays about that for a commit. */
  fsyncMs: number;
  system: string;
  node: string;
  sqlite: string;
  inngest: string;
  /** Of the last minute, when the bench began: over about 0.3 something else was running. */
  load: number;
}

export function machine(): Machine {
  const db = new DatabaseSync(":memory:");
  const version = db.prepare("select sqlite_version() as version").get()?.["version"];
  db.close();
  const manifest = new URL("package.json", import.meta.resolve("inngest"));
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    disk: diskOf(tmpdir()),
    fsyncMs: fsyncMs(tmpdir()),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    sqlite: String(version),
    inngest: versionIn(manifest),
    load: loadavg()[0] ?? Number.NaN,
  };
}

export function machineText(facts: Machine): string {
  const { date, cpu, cores, memoryGb, disk, fsyncMs, system, node, sqlite, inngest, load } = facts;
  return `${date} · ${cpu}, ${cores} cores, ${memoryGb} GiB, ${system} · ${disk}, fsync ${fsyncMs.toFixed(2)} ms · Node ${node}, SQLite ${sqlite}, inngest ${inngest} · load at the start ${load.toFixed(2)}`;
}

function diskOf(folder: string): string {
  try {
    const text = execFileSync("df", ["--output=source,fstype", folder], { encoding: "utf8" });
    return (text.trim().split("\n")[1] ?? "unknown disk").replace(/\s+/g, " ");
  } catch {
    return "unknown disk";
  }
}

function fsyncMs(folder: string): number {
  const dir = mkdtempSync(join(folder, "stepwell-bench-"));
  const file = openSync(join(dir, "fsync"), "w");
  const page = Buffer.alloc(4096, 1);
  const times = Array.from({ length: 50 }, () => {
    const began = performance.now();
    writeSync(file, page);
    fsyncSync(file);
    return performance.now() - began;
  });
  closeSync(file);
  rmSync(dir, { recursive: true });
  return quantile(times, 0.5);
}

function versionIn(manifest: URL): string {
  try {
    return String((JSON.parse(readFileSync(manifest, "utf8")) as { version?: string }).version);
  } catch {
    return "unknown";
  }
}
