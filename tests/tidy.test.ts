/**
 * The house is tidy, and each rule of tidy-rules.ts bites.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, test } from "vitest";
import {
  architectureComplaints,
  arrowComplaints,
  arrows,
  type Lock,
  licenceAllowed,
  licenceComplaints,
  linkComplaints,
  longest,
  type Manifest,
  nameComplaints,
  productionClosure,
  purityComplaints,
  type Source,
  sizeComplaints,
} from "./tidy-rules.ts";

const root = join(import.meta.dirname, "..");

// ---- what is there ----

const skipped = /^(?:node_modules|dist|\.next|\.data|\.stepwell|\.git|coverage|next-env\.d\.ts)$/;
function* walk(folder: string): Generator<string> {
  if (!existsSync(join(root, folder))) return;
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (skipped.test(entry.name)) continue;
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else yield path;
  }
}
const read = (path: string) => readFileSync(join(root, path), "utf8");
const paths = ["packages", "tests", "scripts", "examples", "bench"].flatMap((folder) => [...walk(folder)]);
const sources: Source[] = paths
  .filter((path) => /\.(?:tsx?|mjs|jsx?)$/.test(path))
  .map((path) => ({ path, text: read(path) }));
const manifests = new Map<string, Manifest>(
  readdirSync(join(root, "packages")).map((room) => [
    room,
    JSON.parse(read(`packages/${room}/package.json`)),
  ]),
);
const rootExists = (path: string) => existsSync(join(root, path));

describe("the house is tidy", () => {
  test("arrows between rooms point inward, through declared doors, to declared packages", () => {
    expect(sources.flatMap((source) => arrowComplaints(source, manifests))).toEqual([]);
    expect([...manifests.keys()].sort()).toEqual(Object.keys(arrows).sort());
  });

  test("core and protocol are pure", () => {
    expect(sources.flatMap(purityComplaints)).toEqual([]);
  });

  test("no source file is over 400 lines without a reason", () => {
    expect(sources.flatMap(sizeComplaints)).toEqual([]);
  });

  test("no file or folder has a name that says nothing", () => {
    expect(paths.flatMap(nameComplaints)).toEqual([]);
  });

  test("every path and function named in ARCHITECTURE.md exists", () => {
    const code = sources.filter(({ path }) => path.startsWith("packages/")).map(({ text }) => text);
    expect(architectureComplaints(read("ARCHITECTURE.md"), rootExists, code.join("\n"))).toEqual([]);
  });

  test("relative links in the docs lead somewhere", () => {
    const pages = [...walk("docs"), "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].filter(
      (path) => path.endsWith(".md") && rootExists(path),
    );
    expect(pages.flatMap((path) => linkComplaints({ path, text: read(path) }, rootExists))).toEqual([]);
  });

  test("every production dependency has a licence that we may pass on", () => {
    const lock = (JSON.parse(read("package-lock.json")) as { packages: Lock }).packages;
    const published = productionClosure(
      lock,
      [...manifests.keys()].map((room) => `packages/${room}`),
    );
    // What Vite packs into the dashboard's pages reaches users as well.
    const bundled = Object.keys(manifests.get("dashboard")?.devDependencies ?? {}).filter(
      (name) => !isBuildTool(name),
    );
    for (const place of productionClosure(
      lock,
      bundled.map((name) => `node_modules/${name}`),
    ))
      published.add(place);
    const shipped = productionClosure(lock, [
      ...[...manifests.keys()].map((room) => `packages/${room}`),
      "examples/saas",
    ]);
    expect(published.size).toBeGreaterThan(20);
    expect(shipped.size).toBeGreaterThan(published.size);
    const licenceOf = (place: string) =>
      rootExists(`${place}/package.json`)
        ? licenceIn(JSON.parse(read(`${place}/package.json`)), place)
        : undefined;
    expect(licenceComplaints(lock, published, shipped, licenceOf)).toEqual([]);
  });
});

/** Of the dashboard's packages, those that make the pages and are not in them. */
const isBuildTool = (name: string) =>
  /^(?:vite|tailwindcss|@vitejs\/.*|@tailwindcss\/.*|@types\/.*|@testing-library\/.*)$/.test(name);

/** Old manifests write `{type}`, or leave it to the LICENSE file. */
function licenceIn(manifest: { license?: string | { type: string } }, place: string): string | undefined {
  if (typeof manifest.license === "string") return manifest.license;
  if (manifest.license !== undefined) return manifest.license.type;
  const file = readdirSync(join(root, place)).find((name) => /^licen[cs]e/i.test(name));
  return file !== undefined &&
    /^(?:The )?MIT License|Permission is hereby granted, free of charge/m.test(read(`${place}/${file}`))
    ? "MIT"
    : undefined;
}

// ---- the rules bite ----

describe("each rule bites", () => {
  const room = (path: string, text: string) => arrowComplaints({ path, text }, manifests);
  const pure = (text: string) => purityComplaints({ path: "packages/core/run/planted.ts", text });

  test("an arrow the other way, a window instead of a door, an undeclared package", () => {
    expect(room("packages/core/x.ts", 'import type { Store } from "@stepwell/store";')).toHaveLength(1);
    expect(
      room("packages/engine/x.ts", 'const store = await import("@stepwell/store-sqlite");'),
    ).toHaveLength(1);
    expect(room("packages/engine/x.ts", 'import { x } from "../store/port.ts";')).toHaveLength(1);
    expect(
      room("packages/engine/x.ts", 'export {\n  x,\n} from "@stepwell/core/run/decide.ts";'),
    ).toHaveLength(1);
    expect(room("packages/store/x.ts", 'import "lodash";')).toHaveLength(1);
    expect(room("packages/engine/x.ts", 'import { decide } from "@stepwell/core";')).toEqual([]);
    expect(room("packages/engine/x.ts", '// import "@stepwell/server";\nimport "./y.ts";')).toEqual([]);
  });

  test.each([
    "const now = Date.now();",
    "const now = new Date();",
    "const now = new Date;",
    "const text = Date();",
    "const dice = Math.random();",
    "const shown = `${Math.random()}`;",
    "setTimeout(go, 5);",
    "export async function go() {}",
    "const go = async (x: number) => x;",
    "class A { async go() {} }",
    "for await (const x of y) {}",
    "let later: Promise<void>;",
    'import { createHash } from "node:crypto";',
    'import { readFileSync } from "fs";',
    'const level = process.env["LEVEL"];',
    'const quote = /["]/; const now = Date.now();',
  ])("in core: %s", (text) => {
    expect(pure(text)).not.toEqual([]);
  });

  test.each([
    "// Date.now() is banned here",
    "/** Never `Math.random()`, never\n * `await`. */",
    "const path = \"async.data.id\"; const text = 'new Date()';",
    "const text = `setTimeout(${1 + 1})`;",
    "const value = scope.async; const roots = { async: 1 };",
    "const at = new Date(moment.now); const ms = Date.UTC(2026, 0); const t = Date.parse(x);",
    "const pattern = /await|setTimeout/;",
  ])("not in core: %s", (text) => {
    expect(pure(text)).toEqual([]);
  });

  test("protocol may hash, and nothing else of Node", () => {
    const protocol = (text: string) => purityComplaints({ path: "packages/protocol/x.ts", text });
    expect(protocol('import { createHmac } from "node:crypto";')).toEqual([]);
    expect(protocol('import { readFileSync } from "node:fs";')).toHaveLength(1);
  });

  test("a long file, and one that says why", () => {
    const long = "x;\n".repeat(longest + 1);
    expect(sizeComplaints({ path: "x.ts", text: long })).toHaveLength(1);
    expect(
      sizeComplaints({ path: "x.ts", text: `/**\n * Long: one table, read as a whole.\n */\n${long}` }),
    ).toEqual([]);
    expect(
      sizeComplaints({ path: "x.ts", text: `${"\n".repeat(12)}// Long: too late to be seen\n${long}` }),
    ).toHaveLength(1);
  });

  test("names that say nothing", () => {
    expect(nameComplaints("packages/core/utils/x.ts")).toHaveLength(1);
    expect(nameComplaints("packages/engine/queue-manager.ts")).toHaveLength(1);
    expect(nameComplaints("tests/test-helpers.ts")).toHaveLength(1);
    expect(nameComplaints("packages/core/run/commonly.ts")).toEqual([]);
  });

  test("a path, a function, a link that is not there", () => {
    const page =
      "`packages/core/run`, `packages/core/nope.ts`, `decide()`, `nope(seen, input)`, `POST /e/{key}`";
    expect(
      architectureComplaints(page, (path) => path === "packages/core/run", "function decide() {}"),
    ).toEqual(["ARCHITECTURE.md: no path packages/core/nope.ts", "ARCHITECTURE.md: no function nope"]);
    const text = '[a](./there.md#x) [b](gone.md) [c](https://x.example/y) <img src="gone.svg">';
    expect(linkComplaints({ path: "docs/x.md", text }, (path) => path === "docs/there.md")).toHaveLength(2);
  });

  test("a licence that we may not pass on", () => {
    expect(
      ["MIT", "(MIT OR GPL-3.0)", "Apache-2.0 AND MIT"].map((licence) => licenceAllowed(licence)),
    ).not.toContain(false);
    expect(
      ["GPL-3.0", "MIT AND GPL-3.0", "SSPL-1.0", "none stated"].map((licence) => licenceAllowed(licence)),
    ).not.toContain(true);
    const lock: Lock = {
      "packages/a": { dependencies: { b: "1" } },
      "node_modules/b": { dependencies: { c: "1" } },
      "node_modules/c": { license: "MIT" },
      "node_modules/b/node_modules/c": { license: "GPL-3.0" },
      "node_modules/d": { license: "GPL-3.0" },
      "node_modules/caniuse-lite": { license: "CC-BY-4.0" },
    };
    const published = productionClosure(lock, ["packages/a"]);
    expect([...published]).toEqual(["packages/a", "node_modules/b", "node_modules/b/node_modules/c"]);
    const licenceOf = (place: string) => (place === "node_modules/b" ? "ISC" : undefined);
    expect(licenceComplaints(lock, published, published, licenceOf)).toEqual([
      "node_modules/b/node_modules/c: licence GPL-3.0",
    ]);
    const caniuse = new Set(["node_modules/caniuse-lite"]);
    expect(licenceComplaints(lock, new Set(), caniuse, () => "CC-BY-4.0")).toEqual([]);
    expect(licenceComplaints(lock, caniuse, caniuse, () => "CC-BY-4.0")).not.toEqual([]);
  });
});
