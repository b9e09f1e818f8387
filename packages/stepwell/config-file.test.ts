import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfigFile } from "./config-file.ts";

const BIN = join(import.meta.dirname, "bin", "stepwell.mjs");
const TIMEOUT_MS = 30_000;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "stepwell-config-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function write(name: string, content: unknown): string {
  const file = join(dir, name);
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}
async function refusal(given?: string, alsoKnownAs?: Record<string, string>): Promise<string> {
  const error = await readConfigFile(dir, given, alsoKnownAs).then(
    () => null,
    (error: Error) => error,
  );
  expect(error?.name).toBe("ConfigFileError");
  return error?.message ?? "";
}

it("is found from a folder below, and its folder is meant from where it stands", async () => {
  const file = write("stepwell.config.json", { port: 9000, dir: "data" });
  const below = join(dir, "apps", "web");
  mkdirSync(below, { recursive: true });
  expect(await readConfigFile(below, undefined)).toEqual({
    file,
    config: { port: 9000, dir: join(dir, "data") },
  });
});

it("the nearest one wins, and a path given wins over all", async () => {
  write("stepwell.config.json", { port: 9000 });
  const below = join(dir, "web");
  mkdirSync(below);
  writeFileSync(join(below, "stepwell.config.js"), "export default { port: 9001 };");
  const other = write("other.json", { port: 9002 });
  expect((await readConfigFile(below, undefined))?.config).toEqual({ port: 9001 });
  expect((await readConfigFile(below, "../other.json"))?.file).toBe(other);
  expect((await readConfigFile(tmpdir(), undefined))?.file ?? null).toBeNull();
});

it("takes a CommonJS file, too", async () => {
  write("stepwell.config.js", "module.exports = { port: 9003 };");
  expect((await readConfigFile(dir, undefined))?.config).toEqual({ port: 9003 });
});

describe("refuses", () => {
  it("unknown keys with the nearest name, also a flag's", async () => {
    const file = write("stepwell.config.json", { prot: 1, sqliteDir: "x", PORT: 1, sdkUrl: [], zzzzzzzz: 1 });
    const text = await refusal(undefined, { sqliteDir: "dir", sdkUrl: "sdkUrls" });
    expect(text).toContain(`${file} cannot be used:\n`);
    expect(text).toContain('prot: there is no such setting; did you mean "port"?');
    expect(text).toContain('sqliteDir: there is no such setting; did you mean "dir"?');
    expect(text).toContain('PORT: there is no such setting; did you mean "port"?');
    expect(text).toContain('sdkUrl: there is no such setting; did you mean "sdkUrls"?');
    expect(text).toMatch(/zzzzzzzz: there is no such setting; there are: dir, .*, logLevel/);
  });

  it("wrong types, all at once, and never shows a key", async () => {
    write("stepwell.config.json", { port: "9000", signingKey: 12345678, eventKeys: "top-secret" });
    const text = await refusal();
    expect(text).toContain('  port: must be a whole number from 0 to 65535, not the text "9000"');
    expect(text).toContain("  signingKey: must be text, not a number");
    expect(text).toContain("  eventKeys: must be a list of event keys");
    expect(text).not.toMatch(/12345678|top-secret/);
  });

  it("a file that is no JSON, saying where, without what it holds", async () => {
    write("stepwell.config.json", '{"signingKey": topsecret}');
    const text = await refusal();
    expect(text).toMatch(/stepwell\.config\.json cannot be loaded: it is not JSON/);
    expect(text).not.toContain("topsecret");
    write("stepwell.config.json", "[1]");
    expect(await refusal()).toContain("expected an object with settings, not a list");
  });

  it("two in one folder, and a path where nothing is", async () => {
    write("stepwell.config.json", {});
    write("stepwell.config.js", "export default {}");
    expect(await refusal()).toContain("has stepwell.config.js and stepwell.config.json: keep one of them");
    expect(await refusal("nowhere.json")).toBe(`there is no config file ${join(dir, "nowhere.json")}`);
  });

  it("a file that throws or exports nothing", async () => {
    write("throws.js", "\nthrow new Error('no DATABASE_URL');");
    expect(await refusal("throws.js")).toMatch(/throws\.js cannot be loaded: Error: no DATABASE_URL/);
    write("nothing.js", "export const port = 1;");
    expect(await refusal("nothing.js")).toMatch(/exports nothing by default: write `export default/);
  });
});

/** The real command line with Node's own loader. */
function run(...args: string[]): Promise<{ code: number; stderr: string }> {
  return new Promise((resolve) => {
    const { PATH = "" } = process.env;
    const child = execFile(
      process.execPath,
      [BIN, ...args],
      { cwd: dir, env: { PATH, NO_COLOR: "1" }, encoding: "utf8" },
      (_error, _stdout, stderr) => resolve({ code: child.exitCode ?? -1, stderr }),
    );
  });
}

describe("by the command line", { timeout: TIMEOUT_MS }, () => {
  it("TypeScript that does not parse ends with code 78 and names file, cause and line", async () => {
    const file = write("stepwell.config.ts", "const a: number = 1;\nexport default { port: };");
    const { code, stderr } = await run("dev");
    expect(code).toBe(78);
    expect(stderr).toMatch(
      new RegExp(`^stepwell: ${file} cannot be loaded: SyntaxError: .*\\(line 2\\)\\n$`),
    );
  });

  it("a typed config is taken; a flag wins over a variable, and a variable over the file", async () => {
    mkdirSync(join(dir, "node_modules"));
    symlinkSync(import.meta.dirname, join(dir, "node_modules", "stepwell"));
    write(
      "stepwell.config.ts",
      'import { defineConfig, type StepwellConfig } from "stepwell";\n' +
        'const more: StepwellConfig = { host: "no.such.host.invalid" };\n' +
        'export default defineConfig({ port: 1, durability: "normal", ...more });',
    );
    const { code, stderr } = await run("dev", "--port", "0");
    expect(code).toBe(78);
    expect(stderr).toContain("Cannot listen on no.such.host.invalid:0");
    expect(stderr).not.toContain("Warning");
  });

  it("names the file for what is wrong only in this mode", async () => {
    const file = write("stepwell.config.json", { signingKey: "abc", inMemory: false });
    const { code, stderr } = await run("start");
    expect(code).toBe(78);
    expect(stderr).toContain("  --event-key: at least one is required");
    expect(stderr).toContain(`  signingKey in ${file}: the signing key has an odd number`);
    write("stepwell.config.json", { inMemory: true });
    expect((await run("start")).stderr).toContain("inMemory: only dev can drop its data");
  });
});
