/** docs/guides/testing.md: its examples are the files beside this test, which are run; its output is real. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";

const require = createRequire(import.meta.url);
const folder = join(import.meta.dirname, "fixtures/guide");
const page = readFileSync(join(import.meta.dirname, "../../docs/guides/testing.md"), "utf8");
const blocks = [...page.matchAll(/^```(\w+) (\S+)\n([\s\S]*?)^```$/gm)].map(([, kind, name, text]) => ({
  kind,
  name: name ?? "",
  text: text ?? "",
}));

/** What users import is `stepwell/test`; here it is the room itself. */
const asOnPage = (text: string) => text.replaceAll('"@stepwell/test', '"stepwell/test');
const fileOf = (name: string) => asOnPage(readFileSync(join(folder, name), "utf8"));

test("the examples of the page are files that are run", () => {
  const examples = blocks.filter(({ kind }) => kind === "ts");
  for (const { name, text } of examples) expect(fileOf(name), name).toContain(text.trim());
  const shown = new Set(examples.map(({ name }) => name));
  expect(readdirSync(folder).sort()).toEqual([...shown].sort());
});

test("the page's tests with node:test pass, and its simulation finds what the page says", async () => {
  const files = ["checkout.node.ts", "repeat.node.ts"].map((name) => join(folder, name));
  const output = await run(["--conditions=stepwell-source", "--test", "--test-reporter=tap", ...files]);
  expect(output).toMatch(/^ok \d+ - a month of a checkout/m);
  expect(output).toMatch(/^not ok \d+ - an order is charged once, whatever happens/m);
  const told = blocks.find(({ name }) => name === "found");
  const bare = (text: string) =>
    text
      .split("\n")
      .map((line) => line.trim())
      .join("\n")
      .trim();
  expect(told?.text).toContain("is not safe to repeat");
  expect(bare(output)).toContain(bare(told?.text ?? ""));
}, 120_000);

test("the page's test with Jest passes, and so does one in CommonJS", async () => {
  const jest = require.resolve("jest/bin/jest");
  const config = join(import.meta.dirname, "fixtures/jest/config.mjs");
  const output = await run([
    "--experimental-vm-modules",
    jest,
    "--config",
    config,
    "--verbose",
    "--runInBand",
  ]);
  expect(output).toMatch(/✓ a month of a checkout/);
  expect(output).toMatch(/✓ a month in CommonJS, with a step that fails once/);
  expect(output).toMatch(/Tests: +3 passed, 3 total/);
}, 120_000);

function run(args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env: {} });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    child.on("error", reject);
    child.on("close", () => resolve(output));
  });
}
