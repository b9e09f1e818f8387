/** `stepwell doctor`: looks at everything that a server needs, and says in words what is wrong and what cures it. */
import { resolve } from "node:path";
import type { Command } from "commander";
import type { Check } from "../doctor/check.ts";
import type { Diagnosis, Examined } from "../doctor/examine.ts";
import { readServerFile } from "../server-file.ts";
import { print, printJson } from "./address.ts";
import { colors as pc } from "./colors.ts";
import { CliError, exit } from "./exit.ts";
import { addFlags } from "./flags.ts";
import type { Mode, Options, Where } from "./options.ts";
import { configFlag, devFlags, startFlags } from "./server-flags.ts";

export function addDoctor(program: Command): void {
  const command = program
    .command("doctor")
    .summary("check Node, settings, data, port, server and apps, and say what to mend")
    .description(
      "Checks what a server needs: Node, settings and where they came from, data, port, the running server,\n" +
        "apps and their keys, variables. Changes nothing. Takes the flags of dev and start. Exit code 1: broken.",
    )
    .option("--json", "print the findings as JSON")
    .option("--mode <mode>", "dev or start (default: that of the running server, else dev)")
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx stepwell doctor\n  $ npx stepwell doctor --mode start --sdk-url https://app.example.com/api/inngest\n",
    )
    .action(async (given: { json?: true; mode?: string }) => {
      const diagnosis = await diagnose(command, given.mode);
      if (given.json) printJson(diagnosis);
      else print(diagnosisText(diagnosis));
      if (!diagnosis.isWell) process.exitCode = exit.failed;
    });
  addFlags(command, { config: configFlag, ...startFlags, ...devFlags });
}

async function diagnose(command: Command, givenMode: string | undefined): Promise<Diagnosis> {
  if (givenMode !== undefined && givenMode !== "dev" && givenMode !== "start")
    throw new CliError(exit.usage, "--mode: expected dev or start");
  // Loaded only here: other commands do without engine and store.
  const { examine } = await import("../doctor/examine.ts");
  const { problemLines, settingsOf } = await import("./options.ts");
  const where: Where = { env: process.env, cwd: process.cwd() };
  const first = await read(command, givenMode ?? "dev", where);
  const mode = givenMode ?? modeOf(first.options);
  const { options, file } = mode === "dev" ? first : await read(command, mode, where);
  return examine({
    mode,
    told: options.told,
    input: settingsOf(options, mode),
    file,
    env: where.env,
    cwd: where.cwd,
    variables: variablesOf(command.parent),
    wordsOf: (error) => problemLines(error.problems, options, mode),
    now: Date.now,
  });
}

/** A config file that cannot be used is a finding, not the end. */
async function read(
  command: Command,
  mode: Mode,
  where: Where,
): Promise<{ options: Options; file: Examined["file"] }> {
  const { readOptions } = await import("./options.ts");
  try {
    const options = await readOptions(command, mode, where);
    return { options, file: options.file };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "ConfigFileError") throw error;
    return { options: await readOptions(command, mode, { ...where, withoutFile: true }), file: error };
  }
}

function modeOf({ told }: Options): Mode {
  const dir = typeof told.dir?.value === "string" ? told.dir.value : ".stepwell";
  return readServerFile(resolve(dir))?.mode ?? "dev";
}

/** `STEPWELL_<FLAG>` of every flag of every command. */
function variablesOf(program: Command | null): string[] {
  const flags = (program?.commands ?? []).flatMap(({ options }) => options.map(({ long }) => long ?? ""));
  const names = flags.map((flag) => `STEPWELL_${flag.slice(2).toUpperCase().replaceAll("-", "_")}`);
  return [...new Set([...names, "STEPWELL_WRAPPED"])];
}

const signs: Record<Check["is"], string> = {
  ok: pc.green("✓"),
  note: pc.dim("·"),
  warning: pc.yellow("!"),
  broken: pc.red("✗"),
};

const INDENT = " ".repeat(13);

/** The findings for people; the settings stand below the config file. */
export function diagnosisText({ checks, settings, mode, isWell }: Diagnosis): string {
  const told = Object.entries(settings).map(
    ([key, { value, from }]) => `${INDENT}${key} = ${valueText(value)}  ${pc.dim(from)}`,
  );
  const lines = checks.flatMap(({ name, is, says, cure }) => [
    `${signs[is]} ${pc.bold(name.padEnd(10))} ${says.replaceAll("\n", `\n${INDENT}`)}`,
    ...(cure === undefined ? [] : [`${INDENT}${pc.cyan("→")} ${cure}`]),
    ...(name === "config" ? told : []),
  ]);
  const count = (is: Check["is"]) => checks.filter((check) => check.is === is).length;
  const end = isWell
    ? pc.green(`${mode}: all is well`) + (count("warning") === 0 ? "" : `, ${count("warning")} to look at`)
    : pc.red(`${mode}: ${count("broken")} broken`);
  return `${lines.join("\n")}\n\n${end}`;
}

function valueText(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(", ") : String(value);
}
