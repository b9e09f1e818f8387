/**
 * Everything that `dev` and `start` are told, and by whom: flag, else variable, else config file, else
 * what the mode does by itself (semantics §11.2).
 */
import type { SettingsError, SettingsInput, SettingsProblem } from "@stepwell/server";
import { type Command, Option } from "commander";
import { ConfigFileError, readConfigFile } from "../config-file.ts";
import { type Flags, gatherTold, longName, type Told } from "./flags.ts";
import { configFlag, devDefaults, devFlags, startFlags } from "./server-flags.ts";

export type Mode = "dev" | "start";

export interface Options {
  /** By key of the config file; absent: the default of the settings holds. */
  told: Readonly<Record<string, Told>>;
  /** The config file that was read; null: there is none. */
  file: string | null;
}

export const flagsOf: Readonly<Record<Mode, Flags>> = { dev: devFlags, start: startFlags };

export interface Where {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** Leave the config file alone: it cannot be used. */
  withoutFile?: true;
}

/**
 * Reads flags, variables and the config file.
 * @throws CliError for a value that cannot be read; ConfigFileError
 */
export async function readOptions(command: Command, mode: Mode, where: Where): Promise<Options> {
  const { config, ...told } = gatherTold(command, { config: configFlag, ...flagsOf[mode] }, where.env);
  const given = config?.value as string | undefined;
  const found = where.withoutFile ? null : await readConfigFile(where.cwd, given, flagSpellings());
  if (found === null) return { told: { ...defaultsOf(mode), ...told }, file: null };
  if (mode === "start" && found.config.inMemory === true && told.inMemory === undefined)
    throw new ConfigFileError(
      `${found.file} cannot be used:\n  inMemory: only dev can drop its data; leave it out and give --in-memory to dev`,
    );
  const fromFile = Object.entries(found.config).filter(([, value]) => value !== undefined);
  const inFile = Object.fromEntries(fromFile.map(([key, value]) => [key, { value, from: found.file }]));
  return { told: { ...defaultsOf(mode), ...inFile, ...told }, file: found.file };
}

/** What `startStepwell` gets of it; how the log looks is the command line's own. */
export function settingsOf({ told }: Options, mode: Mode): SettingsInput {
  const { logFormat: _format, logLevel: _level, ...rest } = told;
  const values = Object.entries(rest).map(([key, { value }]) => [key, value]);
  return { ...Object.fromEntries(values), mode };
}

/** The problems of settings, each under the name by which the user gave it. */
export function settingsText(error: SettingsError, options: Options, mode: Mode): string {
  const lines = problemLines(error.problems, options, mode).map((line) => `  ${line}`);
  return `stepwell ${mode} cannot start:\n${lines.join("\n")}`;
}

/** One line for each problem: `--port: must be …`, `port in /app/stepwell.config.ts: must be …`. */
export function problemLines(problems: readonly SettingsProblem[], { told }: Options, mode: Mode): string[] {
  return problems.map(({ key, message }) => {
    if (key === null) return message;
    const flag = flagsOf[mode][key];
    const from = told[key]?.from;
    if (from === undefined) return `${flag === undefined ? key : longName(flag)}: ${message}`;
    return isName(from) ? `${from}: ${message}` : `${key} in ${from}: ${message}`;
  });
}

/** A flag or a variable, not a path. */
function isName(from: string): boolean {
  return /^(--[a-z-]+|[A-Z_]+)$/.test(from);
}

function defaultsOf(mode: Mode): Record<string, Told> {
  if (mode === "start") return {};
  const from = "default of dev";
  return Object.fromEntries(Object.entries(devDefaults).map(([key, value]) => [key, { value, from }]));
}

/** `--sqlite-dir` as somebody would write it in a file: `sqliteDir`. */
function flagSpellings(): Record<string, string> {
  const spellings: Record<string, string> = {};
  for (const [name, flag] of [...Object.entries(startFlags), ...Object.entries(devFlags)])
    spellings[new Option(flag.flags).attributeName()] = flag.sets ?? name;
  return spellings;
}
