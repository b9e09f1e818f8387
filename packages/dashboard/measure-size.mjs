/**
 * Prints, as JSON, what a browser loads before the first page: the entry, what it imports statically and
 * its styles, gzipped. `node measure-size.mjs [dist/app]`, after `vite build`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/**
 * Sizes in bytes, gzipped.
 * @param folder the built app
 * @param entry a key of Vite's manifest; a page's own chunk is measured with what it adds
 */
export function measureSize(folder, entry = "index.html") {
  const manifest = JSON.parse(readFileSync(join(folder, ".vite/manifest.json"), "utf8"));
  const chunks = new Set();
  const visit = (key) => {
    if (chunks.has(key)) return;
    chunks.add(key);
    for (const next of manifest[key]?.imports ?? []) visit(next);
  };
  visit(entry);
  const size = (file) => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length;
  const total = (files) => [...new Set(files)].reduce((sum, file) => sum + size(file), 0);
  const loaded = [...chunks].flatMap((key) => manifest[key] ?? []);
  return {
    js: total(loaded.map(({ file }) => file)),
    css: total(loaded.flatMap(({ css = [] }) => css)),
    files: loaded.map(({ file }) => file),
  };
}

/** Every page with the shell: what somebody loads who opens it first. */
export function measurePages(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, ".vite/manifest.json"), "utf8"));
  const shell = measureSize(folder);
  return Object.fromEntries(
    (manifest["index.html"]?.dynamicImports ?? [])
      .filter((key) => key.startsWith("pages/"))
      .map((key) => {
        const page = measureSize(folder, key);
        const own = page.files.filter((file) => !shell.files.includes(file));
        const js = own.reduce(
          (sum, file) => sum + gzipSync(readFileSync(join(folder, file)), { level: 9 }).length,
          shell.js,
        );
        return [key.split("/")[1], js];
      }),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? join(import.meta.dirname, "dist/app");
  console.log(JSON.stringify({ ...measureSize(folder), pages: measurePages(folder) }, null, 2));
}
