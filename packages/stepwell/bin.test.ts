import { execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readVersion } from "./version.ts";

const TIMEOUT_MS = 30_000;
const BIN = join(import.meta.dirname, "bin", "stepwell.mjs");
/** A Node of the system that is too old, if there is one. */
const OLD = ["/usr/bin/node", "/usr/local/bin/node"].find(
  (node) =>
    existsSync(node) && /^v(1\d|2[0-3])\./.test(execFileSync(node, ["--version"], { encoding: "utf8" })),
);

function run(
  node: string,
  args: string[],
  cwd = tmpdir(),
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(node, args, { cwd, encoding: "utf8" }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

it("runs the source in the clone on the Node it was started with", { timeout: TIMEOUT_MS }, async () => {
  expect(await run(process.execPath, [BIN, "--version"])).toEqual({
    code: 0,
    stdout: `${readVersion()}\n`,
    stderr: "",
  });
});

it("passes the exit code on", { timeout: TIMEOUT_MS }, async () => {
  expect((await run(process.execPath, [BIN, "nonsense"])).code).toBe(2);
});

describe.skipIf(OLD === undefined)("on an older Node", { timeout: TIMEOUT_MS }, () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "stepwell-bin-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it("runs with the newer Node of node_modules", async () => {
    expect(await run(OLD ?? "", [BIN, "--version"])).toEqual({
      code: 0,
      stdout: `${readVersion()}\n`,
      stderr: "",
    });
    expect((await run(OLD ?? "", [BIN, "nonsense"])).code).toBe(2);
  });

  it("says which version it needs when there is none", async () => {
    const bin = join(dir, "bin", "stepwell.mjs");
    cpSync(BIN, bin);
    const { code, stderr } = await run(OLD ?? "", [bin, "--version"], dir);
    expect(code).toBe(78);
    expect(stderr).toMatch(/needs Node 24\.15 or newer; this is v\d+/);
    expect(stderr).toContain("npm install --save-dev node-");
  });

  it("finds a newer Node above the working directory and runs dist when packed", async () => {
    const bin = join(dir, "package", "bin", "stepwell.mjs");
    cpSync(BIN, bin);
    mkdirSync(join(dir, "package", "dist", "cli"), { recursive: true });
    writeFileSync(join(dir, "package", "package.json"), '{"type":"module"}');
    writeFileSync(
      join(dir, "package", "dist", "cli", "main.js"),
      "export const run = (args) => console.log(process.version, ...args);",
    );
    mkdirSync(join(dir, "app", "src"), { recursive: true });
    mkdirSync(join(dir, "app", "node_modules", ".bin"), { recursive: true });
    symlinkSync(process.execPath, join(dir, "app", "node_modules", ".bin", "node"));
    const { stdout } = await run(OLD ?? "", [bin, "runs", "--json"], join(dir, "app", "src"));
    expect(stdout).toBe(`${process.version} runs --json\n`);
  });
});
