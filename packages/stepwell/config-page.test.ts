/** Flags, settings and config file know the same names, and the pages in docs/reference tell all of them. */
import { readFileSync } from "node:fs";
import { configKeys, readSettings } from "@stepwell/server";
import { expect, it } from "vitest";
import { longName } from "./cli/flags.ts";
import { configFlag, devFlags, startFlags } from "./cli/server-flags.ts";

const page = (name: string): string =>
  readFileSync(new URL(`../../docs/reference/${name}.md`, import.meta.url), "utf8");
const all = { ...startFlags, ...devFlags };
/** The flag that sets each key; `--no-poll` is only another way to say one of them. */
const flagOfKey = Object.fromEntries(
  Object.entries(all).flatMap(([name, flag]): [string, string][] => {
    if (flag.sets === undefined) return [[name, longName(flag)]];
    return flag.sets in all ? [] : [[flag.sets, longName(flag)]];
  }),
);

/** Cells of the table's rows: key, flag, default, meaning. */
const rows = [...page("config").matchAll(/^\| `(\w+)` +\| `(--[a-z-]+)` +\| (\S+) +\| (.*?) +\|$/gm)].map(
  ([, key = "", flag = "", usual = "", meaning = ""]) => ({ key, flag, usual, meaning }),
);

it("each key of the config file has a flag, and each flag a key", () => {
  expect(Object.keys(flagOfKey).toSorted()).toEqual(configKeys.toSorted());
});

it("config.md has one row for each key, with its flag and its default", () => {
  expect(rows.map(({ key }) => key).toSorted()).toEqual(configKeys.toSorted());
  const defaults: Record<string, unknown> = { ...readSettings({ mode: "dev" }) };
  for (const { key, flag, usual, meaning } of rows) {
    expect({ key, flag }).toEqual({ key, flag: flagOfKey[key] });
    const value = defaults[key];
    expect({ key, usual }).toEqual({
      key,
      usual: value === undefined ? "—" : `\`${JSON.stringify(value)}\``,
    });
    expect(meaning.length).toBeGreaterThan(15);
  }
});

it("cli.md names each flag of dev and start", () => {
  const text = page("cli");
  const missing = [configFlag, ...Object.values(all)]
    .map(longName)
    .filter((flag) => !new RegExp(`^\\| \`(-\\w, )?${flag}\``, "m").test(text));
  expect(missing).toEqual([]);
});
