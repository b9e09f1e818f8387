/**
 * Builds every published package and packs it as users will get it: `dist` without source, and
 * without the condition `stepwell-source` that only the clone has (ADR 0001).
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./processes.mjs";

const packages = join(root, "packages");

/** Published packages: [folder, manifest]. */
export function publishedPackages() {
  return readdirSync(packages)
    .filter((folder) => existsSync(join(packages, folder, "package.json")))
    .map((folder) => [folder, JSON.parse(readFileSync(join(packages, folder, "package.json"), "utf8"))])
    .filter(([, manifest]) => manifest.private !== true);
}

/** A build from nothing: files whose source is gone must not be published. */
export async function build(node) {
  for (const [folder] of publishedPackages())
    rmSync(join(packages, folder, "dist"), { recursive: true, force: true });
  await run(node, [join(root, "node_modules", "typescript", "bin", "tsc"), "-b", "tsconfig.build.json"], {
    cwd: root,
  });
  await run(node, [join(packages, "dashboard", "build.mjs")], { cwd: root });
}

/** Copies what the manifest lists to `staging`, packs it there. @returns the folder and the tarball */
export async function pack([folder, manifest], staging, tarballs) {
  const target = join(staging, folder);
  mkdirSync(target, { recursive: true });
  for (const part of manifest.files) {
    const from = join(packages, folder, part);
    if (existsSync(from))
      cpSync(from, join(target, part), { recursive: true, filter: (path) => !path.endsWith(".tsbuildinfo") });
  }
  cpSync(join(root, "LICENSE"), join(target, "LICENSE"));
  if (!existsSync(join(target, "README.md"))) writeFileSync(join(target, "README.md"), readme(manifest));
  writeFileSync(join(target, "package.json"), `${JSON.stringify(packed(manifest), null, 2)}\n`);
  const [{ filename }] = JSON.parse(
    await run("npm", ["pack", "--json", "--silent", "--pack-destination", tarballs], { cwd: target }),
  );
  // npm reports `@scope/name-1.0.0.tgz` and writes `scope-name-1.0.0.tgz`.
  return { folder: target, tarball: join(tarballs, filename.replace("@", "").replace("/", "-")) };
}

function packed(manifest) {
  const strip = (value) =>
    value && typeof value === "object"
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([key]) => key !== "stepwell-source")
            .map(([key, inner]) => [key, strip(inner)]),
        )
      : value;
  return { ...manifest, exports: strip(manifest.exports) };
}

/** `stepwell` carries the page of the repository; the rooms point to it. */
function readme(manifest) {
  if (manifest.name === "stepwell") {
    const text = readFileSync(join(root, "README.md"), "utf8");
    // Relative links and the picture lead nowhere in a registry.
    return text
      .replace(/<picture>[\s\S]*?<\/picture>\n*/g, "")
      .replace(/!\[[^\]]*\]\((?!https?:)[^)]+\)\n*/g, "")
      .replace(/\[([^\]]+)\]\((?!https?:)[^)]+\)/g, "$1");
  }
  return `# ${manifest.name}\n\n${manifest.description}\n\nA room of [stepwell](https://www.npmjs.com/package/stepwell), which is what you install.\n`;
}
