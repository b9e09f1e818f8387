/**
 * Every protocol id of a finished issue is shown in exactly one file, by one test or by a few. Ids stand in docs/protocol/; a test
 * carries its ids at the start of its name: `test("R-2, W-25: a failed step is tried again", …)`.
 * What counts are the tests over HTTP (tests/protocol, tests/crash). Unit tests in packages may carry
 * an id, too, for the reader; they count where nothing but a unit can show it, like a signature's vector.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** `L-1…L-3 T-2`: from, to, single ones. */
function idList(text: string): string[] {
  return text
    .trim()
    .split(/\s+/)
    .flatMap((part) => {
      const [, prefix = "", first = "", last = first] = /^([A-Z]+)-(\d+)(?:…\1-(\d+))?$/.exec(part) ?? [];
      if (prefix === "") throw new Error(`not an id or a range: ${part}`);
      return Array.from(
        { length: Number(last) - Number(first) + 1 },
        (_, n) => `${prefix}-${Number(first) + n}`,
      );
    });
}

/** What the finished issues promised, and the ones in work. A: first light. B: every step and trigger. C: flow control. */
const promised = [
  ...new Set([
    ...idList(`
      L-1…L-7 L-10 L-12 R-1…R-12 R-14 T-1…T-2 T-4…T-14 I-1…I-5 C-1…C-3 ST-1…ST-4 ST-24
      A-1…A-3 A-8…A-11 M-1…M-5 M-7…M-8 DU-1…DU-2 DU-5 DU-7
      W-1…W-6 W-8…W-17 W-19…W-28 W-36 W-60…W-61
    `),
    ...idList(`
      L-1…L-12 R-1…R-14 T-1…T-14 X-1…X-16 I-1…I-10 ST-1…ST-24 A-1…A-12 TR-1…TR-12 K-1…K-8 M-6
      W-1…W-53 W-60…W-61 W-63…W-64 W-66 W-80…W-81
    `),
    ...idList(`
      C-1…C-8 TH-1…TH-4 RL-1…RL-5 D-1…D-5 P-1…P-3 B-1…B-6 S-1…S-4 K-1…K-8 DU-3…DU-4 DU-6
    `),
  ]),
];

/** Ids within what was promised, and of wire §9, which need something that is not built. */
const leftOut: Record<string, string> = {
  "W-62": "session labels are stored with the event but nothing propagates them yet",
};
const finished = promised.filter((id) => leftOut[id] === undefined);

const idPattern = "[A-Z]{1,2}-\\d+";

/** Ids that a page defines: `**L-1**` in the semantics, `| W-1 |` in the checklist of the wire. */
function idsDefinedIn(page: string): string[] {
  const pattern = new RegExp(`\\*\\*(${idPattern})\\*\\*|^\\| (${idPattern}) \\|`, "gm");
  return [...page.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? "");
}

/** Ids at the start of test names and groups; a skipped one shows nothing. */
function idsTestedIn(source: string): string[] {
  const pattern = new RegExp(`([\\w.]*)\\s*[([{,:]\\s*["'\`](${idPattern}(?:, ?${idPattern})*): `, "g");
  return [...source.matchAll(pattern)]
    .filter((match) => !/skip|todo|fails/.test(match[1] ?? ""))
    .flatMap((match) => (match[2] ?? "").split(/, ?/));
}

/** @param tested by tests over HTTP @param units by unit tests */
function idComplaints(
  defined: string[],
  tested: string[],
  units: string[],
  promised: string[],
  out: string[],
): string[] {
  const doubled = (ids: string[]) => [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
  const known = new Set(defined);
  const shown = new Set([...tested, ...units]);
  return [
    ...doubled(defined).map((id) => `${id} is defined twice in docs/protocol`),
    ...promised.filter((id) => !known.has(id)).map((id) => `${id} is not in docs/protocol`),
    ...promised.filter((id) => !shown.has(id)).map((id) => `${id} has no test`),
    ...doubled(tested).map((id) => `${id} has tests in two files`),
    ...[...shown].filter((id) => !known.has(id)).map((id) => `${id} is tested and not in docs/protocol`),
    ...out
      .filter((id) => tested.includes(id))
      .map((id) => `${id} has a test now: it is not left out any more`),
  ];
}

function* testFiles(folder: string): Generator<string> {
  if (!existsSync(join(root, folder))) return;
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (/^(?:node_modules|dist)$/.test(entry.name)) continue;
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) yield* testFiles(path);
    else if (/\.test\.ts$/.test(entry.name)) yield path;
  }
}
const read = (path: string) => readFileSync(join(root, path), "utf8");

const testedIn = (...folders: string[]) =>
  folders.flatMap((folder) =>
    [...testFiles(folder)].flatMap((path) => [...new Set(idsTestedIn(read(path)))]),
  );

test("every id of a finished issue is tested, in one file", () => {
  const defined = ["semantics", "wire"].flatMap((page) => idsDefinedIn(read(`docs/protocol/${page}.md`)));
  const [tested, units] = [testedIn("tests/protocol", "tests/crash"), testedIn("packages")];
  expect(defined.length).toBeGreaterThan(250);
  expect(idComplaints(defined, tested, units, finished, Object.keys(leftOut))).toEqual([]);
});

test("each id of the first pages of the wire is promised, or left out with a reason", () => {
  const wire = idList("W-1…W-36 W-60…W-62");
  expect(wire.filter((id) => !promised.includes(id) && leftOut[id] === undefined)).toEqual([]);
});

/** Ids of the first column of a table, with ranges; a prefix stands for all of its ids (`all of TH, RL`). */
function idsListedIn(section: string, defined: string[]): string[] {
  const cells = [...section.matchAll(/^\| ([^|]+) \|/gm)].map((match) => match[1] ?? "");
  return cells.flatMap((cell) => {
    const ids = (cell.match(/[A-Z]{1,2}-\d+(?:…[A-Z]{1,2}-\d+)?/g) ?? []).flatMap(idList);
    const prefixes = /all of ([A-Z, ]+)/.exec(cell)?.[1]?.trim().split(/, */) ?? [];
    return [...ids, ...defined.filter((id) => prefixes.includes(id.replace(/-.*/, "")))];
  });
}

test("docs/compatibility.md says of each id that no test shows why", () => {
  const [, section = ""] = read("docs/compatibility.md").split("## Rules without a test\n");
  const defined = ["semantics", "wire"].flatMap((page) => idsDefinedIn(read(`docs/protocol/${page}.md`)));
  const shown = new Set(testedIn("tests/protocol", "tests/crash", "packages"));
  const listed = idsListedIn(section, defined);
  expect(defined.filter((id) => !shown.has(id) && !listed.includes(id))).toEqual([]);
  expect(listed.filter((id) => shown.has(id))).toEqual([]);
  expect(Object.keys(leftOut).filter((id) => !listed.includes(id))).toEqual([]);
});

describe("the check bites", () => {
  const source = `
    test("L-1: one", () => {});
    test.each(rows)("R-2, W-25: two", () => {});
    const rows = [{ name: "DU-1: row" }, ["DU-2: row"]];
    test.skip("L-2: skipped", () => {});
    describe.skip("L-3: a skipped group", () => {});
    describe("W-8: a group", () => {});
  `;
  test("names are read", () => {
    expect(idsTestedIn(source)).toEqual(["L-1", "R-2", "W-25", "DU-1", "DU-2", "W-8"]);
    expect(idsDefinedIn("- **L-1** Given\n| W-2 | x |\n| x | W-3 |")).toEqual(["L-1", "W-2"]);
    const rows = "| L-1, L-3…L-4 | x |\n| all of TH, B | L-9 |";
    expect(idsListedIn(rows, ["TH-1", "B-1", "S-1"])).toEqual(["L-1", "L-3", "L-4", "TH-1", "B-1"]);
  });
  test("a missing, a doubled, an unknown and a left-out id are complaints", () => {
    const defined = ["L-1", "L-2", "L-3", "L-4"];
    const tested = ["L-1", "L-1", "L-3", "L-9"];
    expect(idComplaints(defined, tested, ["L-1", "L-4", "L-4"], ["L-1", "L-2", "L-4"], ["L-3"])).toEqual([
      "L-2 has no test",
      "L-1 has tests in two files",
      "L-9 is tested and not in docs/protocol",
      "L-3 has a test now: it is not left out any more",
    ]);
  });
});
