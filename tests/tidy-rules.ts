/**
 * The rules of docs/design/style.md that a machine can check, each a function from text to
 * complaints: arrows between rooms, what the pure rooms may not touch, names, sizes, paths named in
 * the docs, licences. tidy.test.ts applies them to the house, and plants violations to see them bite.
 */
import { isBuiltin } from "node:module";
import { dirname, posix } from "node:path";

/** Which rooms a room may import (style.md §2). `stepwell` joins everything. */
export const arrows: Record<string, readonly string[]> = {
  core: [],
  protocol: ["core"],
  store: ["core"],
  "store-sqlite": ["store", "core"],
  "store-postgres": ["store", "core"],
  engine: ["core", "protocol", "store"],
  api: ["core"],
  dashboard: ["api"],
  server: ["api", "engine", "protocol", "store", "core"],
  test: ["core", "engine", "server", "store"],
  stepwell: [
    "api",
    "core",
    "dashboard",
    "engine",
    "protocol",
    "server",
    "store",
    "store-sqlite",
    "store-postgres",
    "test",
  ],
};
/** Rooms without clock, dice, timers and promises. */
const pureRooms = new Set(["core", "protocol"]);

export interface Manifest {
  name: string;
  exports?: Record<string, unknown>;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}
export interface Source {
  /** From the root, with `/`. */
  path: string;
  text: string;
}

/** Removes what is inside comments and texts, so that rules see code only. Lines stay where they are. */
function codeOf(text: string): string {
  const blank = (part: string) => part.replace(/[^\n]/g, " ");
  let code = "";
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const comment = /^(?:\/\/[^\n]*|\/\*[\s\S]*?\*\/)/.exec(rest)?.[0];
    const quoted = /^(?:"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')/.exec(rest)?.[0];
    const beforeRegex = /(?:^|[(,=:[!&|?{};+*%~^<>-]|\b(?:return|case|typeof))\s*$/.test(code.slice(-40));
    const regex = beforeRegex
      ? /^\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/.exec(rest)?.[0]
      : undefined;
    const hidden = comment ?? quoted ?? regex;
    if (hidden !== undefined) {
      // Module names are needed by the import rule; all other texts are not.
      const isModule = quoted !== undefined && /(?:\bfrom|\bimport|\bimport\()\s*$/.test(code.slice(-40));
      code += isModule ? quoted : comment !== undefined ? blank(hidden) : `"${blank(hidden).slice(2)}"`;
      at += hidden.length;
    } else if (text[at] === "`") {
      const [shown, length] = templateCode(rest);
      code += shown;
      at += length;
    } else {
      code += text[at];
      at += 1;
    }
  }
  return code;
}

/** A template: its text is hidden, the code inside its `${…}` is kept. */
function templateCode(text: string): [shown: string, length: number] {
  let shown = " ";
  let at = 1;
  while (at < text.length && text[at] !== "`") {
    if (text[at] === "\\") {
      shown += "  ";
      at += 2;
    } else if (text.startsWith("${", at)) {
      let depth = 1;
      let end = at + 2;
      for (; end < text.length && depth > 0; end += 1) {
        if (text[end] === "`") end += templateCode(text.slice(end))[1] - 1;
        else if (text[end] === "{") depth += 1;
        else if (text[end] === "}") depth -= 1;
      }
      shown += `(${codeOf(text.slice(at + 2, end - 1))})`;
      at = end;
    } else {
      shown += text[at] === "\n" ? "\n" : " ";
      at += 1;
    }
  }
  return [`${shown} `, at + 1];
}

const importPattern = /(?:\b(?:import|export)\b[^"';]*?\bfrom\s*|\bimport\s*\(?\s*)(["'])([^"'\n]+)\1/g;
const importsOf = (code: string): string[] =>
  [...code.matchAll(importPattern)].map((match) => match[2] ?? "");
const isTest = (path: string) => /\.test\.tsx?$|\/fixtures\/|\/testing\/|\/conformance\//.test(path);
const roomOf = (path: string) => /^packages\/([^/]+)\//.exec(path)?.[1];

/** Arrows point inward, other rooms are entered by a declared door, packages are declared. */
export function arrowComplaints({ path, text }: Source, manifests: ReadonlyMap<string, Manifest>): string[] {
  const room = roomOf(path);
  if (room === undefined) return [];
  const allowed = arrows[room];
  const own = manifests.get(room);
  if (allowed === undefined || own === undefined)
    return [`${path}: room ${room} is not in the list of arrows`];
  const complaints: string[] = [];
  for (const name of importsOf(codeOf(text))) {
    if (name.startsWith(".")) {
      const target = posix.join(posix.dirname(path), name);
      if (!target.startsWith(`packages/${room}/`) && !isTest(path))
        complaints.push(`${path}: ${name} climbs out of ${room}; import the package`);
      continue;
    }
    if (isBuiltin(name)) continue;
    const [, packageName = name, subpath = ""] = /^((?:@[^/]+\/)?[^/]+)(?:\/(.+))?$/.exec(name) ?? [];
    const other = [...manifests].find(([, manifest]) => manifest.name === packageName);
    if (other !== undefined && other[0] !== room) {
      if (!allowed.includes(other[0]) && !isTest(path))
        complaints.push(
          `${path}: ${room} may not import ${other[0]} (allowed: ${allowed.join(", ") || "none"})`,
        );
      if (subpath !== "" && other[1].exports?.[`./${subpath}`] === undefined)
        complaints.push(`${path}: ${name} is not a door of ${packageName}`);
    } else if (other === undefined && !isTest(path) && !declares(own, packageName, isBundled(path))) {
      complaints.push(`${path}: ${packageName} is not a dependency of ${own.name}`);
    }
  }
  return complaints;
}

/** What Vite packs into files, and what tells it how: nobody installs what these import. */
const isBundled = (path: string) => /^packages\/dashboard\/(?:app\/|[\w.-]+\.mjs$)/.test(path);
const declares = (own: Manifest, name: string, bundled: boolean) =>
  (own.dependencies?.[name] ??
    own.peerDependencies?.[name] ??
    (bundled ? own.devDependencies?.[name] : undefined)) !== undefined;

const banned: readonly [RegExp, string][] = [
  [/\bDate\s*\.\s*now\b/, "Date.now"],
  [/\bnew\s+Date\s*(?:\(\s*\)|(?![\s\w(.]))/, "new Date() without a time"],
  [/(?<!\bnew\s)(?<![.\w$])Date\s*\(/, "Date()"],
  [/\bperformance\s*\.\s*now\b/, "performance.now"],
  [/\bMath\s*\.\s*random\b/, "Math.random"],
  [/(?<![.\w$])(?:setTimeout|setInterval|setImmediate|queueMicrotask)\b/, "a timer"],
  [/\brandomUUID|\brandomBytes|\bgetRandomValues/, "randomness"],
  [/(?<![.\w$])async\s+(?:function\b|\*|\(|[\w$[#]+\s*(?:\(|=>))/, "async"],
  [/(?<![.\w$])await\b/, "await"],
  [/(?<![.\w$])Promise\b/, "Promise"],
  [/(?<![.\w$])process\s*\./, "process"],
];

/** A pure room sees no clock, no dice, no timer, no promise and no Node but, in protocol, its hashes. */
export function purityComplaints({ path, text }: Source): string[] {
  const room = roomOf(path);
  if (room === undefined || !pureRooms.has(room) || isTest(path)) return [];
  const code = codeOf(text);
  const lines = code.split("\n");
  const complaints = lines.flatMap((line, index) =>
    banned
      .filter(([pattern]) => pattern.test(line))
      .map(([, what]) => `${path}:${index + 1}: ${what} in ${room}`),
  );
  for (const name of importsOf(code))
    if (isBuiltin(name) && !(room === "protocol" && name === "node:crypto"))
      complaints.push(`${path}: ${name} in ${room}`);
  return complaints;
}

export const longest = 400;
/** Over 400 lines needs a line `Long: <reason>` in the first twelve. */
export function sizeComplaints({ path, text }: Source): string[] {
  const lines = text.trimEnd().split("\n");
  const reason = lines.slice(0, 12).some((line) => /^[\s/*#]*Long: *\S.{8,}/.test(line));
  return lines.length > longest && !reason ? [`${path}: ${lines.length} lines and no \`Long:\` reason`] : [];
}

/** Names that say nothing about what lives there. */
export function nameComplaints(path: string): string[] {
  const empty = path.split("/").flatMap((part) => part.split(/[-_.]/));
  const found = empty.find((word) => /^(?:utils?|helpers?|common|managers?)$/i.test(word));
  return found === undefined ? [] : [`${path}: a file or folder named \`${found}\``];
}

/** Every path, and every function() of ours, that ARCHITECTURE.md names in code type must exist. */
export function architectureComplaints(
  page: string,
  exists: (path: string) => boolean,
  code: string,
): string[] {
  const spans = [...page.replace(/^```[\s\S]*?^```/gm, "").matchAll(/`([^`\n]+)`/g)].map(
    (match) => match[1] ?? "",
  );
  return spans.flatMap((span) => {
    if (/^[\w.-]+(?:\/[\w.()[\]-]*)+$/.test(span))
      return exists(span) ? [] : [`ARCHITECTURE.md: no path ${span}`];
    const name = /^(?:\w+\.)*(\w+)\(.*\)$/.exec(span)?.[1];
    if (name === undefined) return [];
    return new RegExp(`\\b${name}\\b`).test(code) ? [] : [`ARCHITECTURE.md: no function ${name}`];
  });
}

/** Relative links of a page lead somewhere. */
export function linkComplaints({ path, text }: Source, exists: (path: string) => boolean): string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, "");
  return [...prose.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)|(?:src|srcset|href)="([^"#]+)"/g)]
    .map((match) => match[1] ?? match[2] ?? "")
    .filter((link) => link !== "" && !/^[a-z]+:/.test(link))
    .filter((link) => !exists(posix.join(posix.dirname(path), link)))
    .map((link) => `${path}: dead link ${link}`);
}

const allowedLicences = new Set(
  "MIT ISC BSD-2-Clause BSD-3-Clause Apache-2.0 0BSD MIT-0 BlueOak-1.0.0 CC0-1.0 Unlicense".split(" "),
);
/** Of the example app only, which nobody installs: data of browsers, the image library Next may load, a font. */
const licencesOfTheExample: readonly [RegExp, string][] = [
  [/^caniuse-lite$/, "CC-BY-4.0"],
  [/^@img\/sharp-/, "LGPL-3.0-or-later"],
  [/^@expo-google-fonts\/roboto$/, "OFL-1.1"],
];

/** `MIT`, `(MIT OR EUPL-1.1+)`, `Apache-2.0 AND LGPL-3.0-or-later`: a licence we may pass on, or not. */
export function licenceAllowed(expression: string, also?: string): boolean {
  const bare = expression.replace(/^\((.*)\)$/, "$1");
  const one = (licence: string) => allowedLicences.has(licence) || licence === also;
  if (/ OR /.test(bare)) return bare.split(/ OR /).some((part) => licenceAllowed(part, also));
  return bare.split(/ AND /).every((part) => one(part.trim()));
}

interface Locked {
  license?: string;
  link?: boolean;
  optional?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}
export type Lock = Record<string, Locked>;

/** Everything that installing `start` brings, by its place in the lock file. */
export function productionClosure(lock: Lock, start: string[]): Set<string> {
  const seen = new Set<string>();
  const visit = (place: string) => {
    const entry = lock[place];
    if (entry === undefined || seen.has(place)) return;
    seen.add(place);
    for (const name of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })) {
      let folder = place;
      while (folder !== "" && lock[posix.join(folder, "node_modules", name)] === undefined)
        folder = folder.includes("/") ? dirname(folder) : "";
      visit(posix.join(folder, "node_modules", name));
    }
  };
  for (const place of start) visit(place);
  return seen;
}

/**
 * @param published what installing our packages brings
 * @param shipped that, and what the example app brings; anything else is for development
 */
export function licenceComplaints(
  lock: Lock,
  published: ReadonlySet<string>,
  shipped: ReadonlySet<string>,
  licenceOf: (place: string) => string | undefined,
): string[] {
  return Object.entries(lock).flatMap(([place, entry]) => {
    if (!place.includes("node_modules/") || !shipped.has(place) || entry.link === true) return [];
    const name = place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
    const licence = licenceOf(place) ?? entry.license ?? "none stated";
    const also = published.has(place) ? undefined : licencesOfTheExample.find(([of]) => of.test(name))?.[1];
    return licenceAllowed(licence, also) ? [] : [`${place}: licence ${licence}`];
  });
}
