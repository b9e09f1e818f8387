/**
 * Builds the pages with Vite and puts them into one module, dist/assets.mjs: a server that is bundled by
 * somebody else's tool takes it along like any other import. Writes nothing when the sources are as they were.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

// Whoever starts this (a test runner says "test"): what is built is for users.
process.env.NODE_ENV = "production";

const here = dirname(fileURLToPath(import.meta.url));
const built = join(here, "dist", "app");
const target = join(here, "dist", "assets.mjs");
const stamp = join(here, "dist", "assets.sources");

const types = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".txt": "text/plain; charset=utf-8",
  ".md": "text/plain; charset=utf-8",
};

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Of everything that the build reads beside node_modules. */
function sourcesHash() {
  const hash = createHash("sha256");
  const files = [
    ...filesIn(join(here, "app")).filter((path) => !/\.test\.tsx?$/.test(path)),
    ...filesIn(join(here, "..", "api", "dashboard")).filter((path) => !path.includes("schemas")),
    join(here, "vite.config.mjs"),
    join(here, "pre-paint.mjs"),
    join(here, "build.mjs"),
    join(here, "package.json"),
  ];
  for (const path of files) hash.update(relative(here, path)).update("\0").update(readFileSync(path));
  return hash.digest("hex");
}

function writeModule() {
  const files = {};
  for (const path of filesIn(built)) {
    const name = relative(built, path).split(sep).join("/");
    // The manifest is for the size check; pages never ask for it.
    if (name === "index.html" || name.startsWith(".vite/")) continue;
    const type = types[extname(name)];
    if (type === undefined) throw new Error(`${name}: no content type is known for it; add one to build.mjs`);
    files[name] = { type, gzip: gzipSync(readFileSync(path), { level: 9 }).toString("base64") };
  }
  const index = readFileSync(join(built, "index.html"), "utf8");
  for (const mark of ["%BASE%", "%BOOT%", "%NONCE%"])
    if (!index.includes(mark)) throw new Error(`index.html has lost ${mark}`);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, `export default ${JSON.stringify({ index, files })};\n`);
}

const hash = sourcesHash();
const isFresh = existsSync(target) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash;
if (isFresh) process.stdout.write("The dashboard is built already.\n");
else {
  await build({
    root: join(here, "app"),
    configFile: join(here, "vite.config.mjs"),
    logLevel: process.argv.includes("--verbose") ? "info" : "warn",
    build: { outDir: built, emptyOutDir: true, manifest: true, license: { fileName: "assets/licenses.md" } },
  });
  writeModule();
  writeFileSync(stamp, hash);
  process.stdout.write("The dashboard is built.\n");
}
