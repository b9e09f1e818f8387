/**
 * Builds the example app, once for each state of its sources: `npm start` and the browser tests share
 * what is built. Plain JavaScript for Node >= 18, no dependencies.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { root, run } from "./processes.mjs";

export const example = join(root, "examples", "saas");
/** Inside `.next`, so that it goes when the build goes. */
const buildStamp = join(example, ".next", "stepwell-sources");

/** The script that `next` is. */
export const nextScript = () => createRequire(join(example, "package.json")).resolve("next/dist/bin/next");

export function isExampleBuilt() {
  return existsSync(buildStamp) && readFileSync(buildStamp, "utf8") === hashOfSources();
}

export async function buildExample(node, { onLine } = {}) {
  const sources = hashOfSources();
  // The admin's console shows the dashboard's pages.
  await run(node, [join(root, "packages", "dashboard", "build.mjs")], { cwd: root, onLine });
  await run(node, [nextScript(), "build"], {
    cwd: example,
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
    onLine,
  });
  writeFileSync(buildStamp, sources);
}

/** Of everything a build reads: the example's files and what is installed. Tests are no part of it. */
function hashOfSources() {
  const hash = createHash("sha256");
  const leftOut =
    /^(?:node_modules|\.next|\.data|browser|dist|next-env\.d\.ts|.*\.tsbuildinfo|.*\.test\.tsx?)$/;
  const add = (folder) => {
    const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (leftOut.test(entry.name)) continue;
      if (entry.isDirectory()) add(path);
      else hash.update(`\0${path.slice(root.length)}\0`).update(readFileSync(path));
    }
  };
  add(example);
  // Compiled into the app's build.
  for (const room of ["stepwell/clock", "stepwell/dashboard", "dashboard", "api/dashboard"])
    add(join(root, "packages", room));
  return hash.update(readFileSync(join(root, "package-lock.json"))).digest("hex");
}
