/**
 * The example app must run on Inngest's cloud by changing variables: a lint rule (biome.json) keeps out
 * what only exists here. This test keeps the rule.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";

const biome = createRequire(import.meta.url).resolve("@biomejs/biome/bin/biome");

const root = mkdtempSync(join(tmpdir(), "stepwell-lint-"));
copyFileSync(new URL("../biome.json", import.meta.url), join(root, "biome.json"));
afterAll(() => rmSync(root, { recursive: true }));

/** What the linter says about a file of the example with this import. */
function lint(file: string, imported: string): string {
  const path = join(root, "examples", "saas", file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `import { it } from "${imported}";\nexport { it };\n`);
  const { stdout, stderr } = spawnSync(process.execPath, [biome, "lint", "--vcs-enabled=false", path], {
    cwd: root,
    encoding: "utf8",
  });
  rmSync(path);
  const said = stdout + stderr;
  expect(said).toContain("Checked 1 file");
  return said;
}

test.each([
  ["jobs/new.ts", "stepwell"],
  ["jobs/new.ts", "stepwell/test"],
  ["jobs/new.ts", "@stepwell/engine"],
  ["jobs/new.ts", "../../../packages/engine/index.ts"],
  ["jobs/new.test.ts", "stepwell"],
  ["jobs/new.test.ts", "@stepwell/test"],
  ["jobs/new.ts", "stepwell/dashboard"],
  ["app/admin/jobs/console/[[...path]]/route.ts", "stepwell"],
])("%s may not import %s", (file, imported) => {
  expect(lint(file, imported)).toContain("noRestrictedImports");
});

test.each([
  ["lib/clock.ts", "stepwell/clock"],
  ["jobs/new.ts", "inngest"],
  ["jobs/new.test.ts", "stepwell/test"],
  ["app/admin/jobs/console/[[...path]]/route.ts", "stepwell/dashboard"],
])("%s may import %s", (file, imported) => {
  expect(lint(file, imported)).not.toContain("noRestrictedImports");
});
