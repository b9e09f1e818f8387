/** The command line: commands, one file each, and one place where errors become text and exit codes. */
import { Command, CommanderError } from "commander";
import { readVersion } from "../version.ts";
import { addCancel } from "./cancel.ts";
import { addClock } from "./clock.ts";
import { addDev } from "./dev.ts";
import { addDoctor } from "./doctor.ts";
import { exitCodeOf } from "./exit.ts";
import { addKeyCommands } from "./key.ts";
import { addPause } from "./pause.ts";
import { addRun } from "./run.ts";
import { addRuns } from "./runs.ts";
import { addSchedules } from "./schedules.ts";
import { addSend } from "./send.ts";
import { addStart } from "./start.ts";
import { addUserCommands } from "./user.ts";
import { addWhy } from "./why.ts";

/** Runs one command and sets the exit code; `args` are those behind the program's name. */
export async function run(args: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(args, { from: "user" });
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    // Commander has told its own errors already.
    if (error instanceof CommanderError) return;
    const message = (error instanceof Error ? error.message : String(error)) + hintOf(error);
    process.stderr.write(`${message.startsWith("stepwell") ? "" : "stepwell: "}${message}\n`);
  }
}

/** How the refusal is cured on this side. */
function hintOf(error: unknown): string {
  const code =
    error instanceof Error && error.name === "ApiError" ? (error as { code?: unknown }).code : null;
  if (code === "unauthorized") return "\nGive it with --signing-key, or as STEPWELL_SIGNING_KEY.";
  return code === "event_key_unknown" ? "\nGive it with --event-key, or as STEPWELL_EVENT_KEY." : "";
}

function createProgram(): Command {
  const program = new Command("stepwell")
    .description(
      "Durable functions and background jobs: runs unmodified Inngest SDK functions from one SQLite file.",
    )
    .version(readVersion(), "-V, --version", "print the version")
    .showHelpAfterError("Try --help.")
    .exitOverride()
    .addHelpText(
      "after",
      '\nExamples:\n  $ npx stepwell dev\n  $ npx stepwell send user/created --data \'{"name":"Ada"}\'\n  $ npx stepwell runs\n',
    );
  for (const add of [
    addDev,
    addStart,
    addSend,
    addRuns,
    addRun,
    addWhy,
    addCancel,
    addPause,
    addDoctor,
    addSchedules,
    addClock,
    addUserCommands,
    addKeyCommands,
  ])
    add(program);
  for (const command of program.commands) command.exitOverride().showHelpAfterError("Try --help.");
  return program;
}
