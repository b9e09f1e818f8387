import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeDataFolder } from "./data-folder.ts";

let above: string;
beforeEach(() => {
  above = mkdtempSync(join(tmpdir(), "stepwell-folder-"));
});
afterEach(() => rmSync(above, { recursive: true, force: true }));
const modeOf = (path: string) => statSync(path).mode & 0o777;

it("is its owner's alone, and kept out of git", () => {
  const dir = join(above, "a", ".stepwell");
  makeDataFolder(dir);
  expect(modeOf(dir)).toBe(0o700);
  expect(readdirSync(dir)).toEqual([".gitignore"]);
});

it("is left as it is where somebody has made it", () => {
  chmodSync(above, 0o750);
  makeDataFolder(above);
  expect(modeOf(above)).toBe(0o750);
  expect(readdirSync(above)).toEqual([]);
});
