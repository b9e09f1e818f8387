/**
 * Flags as data, and where their values come from: the flag itself, else `STEPWELL_<FLAG>`, else
 * `INNGEST_<FLAG>` (semantics §11.2). Lists are repeated flags or comma-separated variables.
 */
import { type Command, Option } from "commander";
import { CliError, exit } from "./exit.ts";

export interface Flag {
  /** As commander writes them: `-p, --port <number>`. */
  flags: string;
  help: string;
  /** Turns the text into the value, or says what it should be. */
  read: (text: string) => { value: unknown } | { expected: string };
  list?: true;
  /** Takes no value on the command line. */
  isSwitch?: true;
  /** The key that it sets, when that is another flag's. */
  sets?: string;
  /** Shown in `--help`. */
  fallback?: string;
}
export type Flags = Record<string, Flag>;

/** A flag of other servers that changes nothing here, and what is said about it. */
export interface ForeignFlag {
  flags: string;
  says: string;
  isSwitch?: true;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function addFlags(command: Command, flags: Flags): void {
  for (const flag of Object.values(flags)) {
    const option = new Option(flag.flags, helpOf(flag));
    if (flag.list) option.argParser((text: string, before: string[] = []) => [...before, text]);
    command.addOption(option);
  }
}

export function addForeignFlags(command: Command, foreign: readonly ForeignFlag[]): void {
  for (const { flags } of foreign) command.addOption(new Option(flags).hideHelp());
}

/** A value, and the flag or variable that it came from. */
export interface Told {
  value: unknown;
  from: string;
}

/**
 * The values that were given, by key; what was not given anywhere is absent.
 * @throws CliError with exit code 2 for a value that cannot be read
 */
export function gather(command: Command, flags: Flags, env: Environment): Record<string, unknown> {
  const told = Object.entries(gatherTold(command, flags, env));
  return Object.fromEntries(told.map(([key, { value }]) => [key, value]));
}

/**
 * The same with their sources. Where two flags set one key, the command line wins over a variable, and
 * the later flag of the list over the one before.
 * @throws CliError with exit code 2 for a value that cannot be read
 */
export function gatherTold(command: Command, flags: Flags, env: Environment): Record<string, Told> {
  const told: Record<string, Told> = {};
  for (const [name, flag] of Object.entries(flags)) {
    const given = fromCommand(command, flag) ?? fromEnvironment(flag, env);
    if (given === null) continue;
    const key = flag.sets ?? name;
    const isOutranked = told[key]?.from.startsWith("--") && !given.from.startsWith("--");
    if (!isOutranked) told[key] = { value: readGiven(flag, given), from: given.from };
  }
  return told;
}

/** One line for each foreign flag that was given. */
export function foreignNotes(command: Command, foreign: readonly ForeignFlag[], env: Environment): string[] {
  const notes: string[] = [];
  for (const flag of foreign) {
    const given = fromCommand(command, flag) ?? fromEnvironment(flag, env);
    if (given === null) continue;
    notes.push(`${given.from}: ${flag.says}`);
  }
  return notes;
}

interface Given {
  texts: string[];
  /** The flag or the variable, for messages. */
  from: string;
}
type Source = Pick<Flag, "flags" | "list" | "isSwitch">;

function fromCommand(command: Command, flag: Source): Given | null {
  const option = new Option(flag.flags);
  const name = option.attributeName();
  if (command.getOptionValueSource(name) !== "cli") return null;
  const value: unknown = command.getOptionValue(name);
  const texts = Array.isArray(value) ? value.map(String) : [option.negate ? "true" : String(value)];
  return { texts, from: longName(flag) };
}

function fromEnvironment(flag: Source, env: Environment): Given | null {
  const suffix = longName(flag).slice(2).toUpperCase().replaceAll("-", "_");
  for (const name of [`STEPWELL_${suffix}`, `INNGEST_${suffix}`]) {
    const text = env[name]?.trim();
    if (text === undefined || text === "") continue;
    if (flag.isSwitch && ["0", "false", "no"].includes(text.toLowerCase())) return null;
    return { texts: flag.list ? splitList(text) : [text], from: name };
  }
  return null;
}

function readGiven(flag: Flag, { texts, from }: Given): unknown {
  const values = texts.map((text) => {
    const read = flag.read(text);
    if ("expected" in read) throw new CliError(exit.usage, `${from}: expected ${read.expected}`);
    return read.value;
  });
  return flag.list ? values : values[0];
}

export function longName({ flags }: Pick<Flag, "flags">): string {
  return new Option(flags).long ?? flags;
}

function helpOf(flag: Flag): string {
  return flag.fallback === undefined ? flag.help : `${flag.help} (default: ${flag.fallback})`;
}

function splitList(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
