/** `stepwell clock` and `stepwell clock advance 3d`: the clock of a dev server, and moving it forward. */
import type { AdvanceNews, AdvanceView, ClockView } from "@stepwell/api";
import type { Command } from "commander";
import { addressFlags, clientOf, jsonFlag, print, printJson } from "./address.ts";
import { colors as pc } from "./colors.ts";
import { CliError, exit } from "./exit.ts";
import { addFlags } from "./flags.ts";
import { durationText } from "./show.ts";

export function addClock(program: Command): void {
  const command = program
    .command("clock")
    .summary("show or move the clock of a dev server")
    .description(
      "Shows where the clock of a dev server stands. `clock advance 3d` moves it forward, from one thing that is due to the next: sleeps end, retries and cron ticks run, each at its own time. It returns when all of that is done; Ctrl-C leaves the clock where it is.",
    )
    .argument("[advance]", "the word `advance`: move the clock")
    .argument("[duration]", "how far: 3d, 1h30m (units w, d, h, m, s, ms; at most 366d)")
    .option(...jsonFlag)
    .addHelpText("after", "\nExamples:\n  $ npx stepwell clock\n  $ npx stepwell clock advance 3d\n")
    .action(async (verb: string | undefined, duration: string | undefined, options: { json?: true }) => {
      checkWords(verb, duration);
      const { url } = await clientOf(command, process.env, process.cwd());
      const clock = await (duration === undefined ? show(url) : advance(url, duration)).catch(explain);
      if (options.json) printJson(clock);
      else print(text(clock));
    });
  addFlags(command, addressFlags);
}

function checkWords(verb: string | undefined, duration: string | undefined): void {
  if (verb !== undefined && verb !== "advance")
    throw new CliError(exit.usage, `clock ${verb} is unknown; there is \`clock\` and \`clock advance 3d\``);
  if (verb !== undefined && duration === undefined)
    throw new CliError(exit.usage, "how far? For instance `clock advance 3d`");
}

async function show(url: string): Promise<ClockView> {
  const { readClock } = await import("@stepwell/api");
  return readClock(url);
}

/** News go to stderr, so that stdout holds the result alone: in place on a terminal, else a line each. */
async function advance(url: string, duration: string): Promise<AdvanceView> {
  const { advanceClock } = await import("@stepwell/api");
  const { stderr } = process;
  try {
    return await advanceClock(url, duration, (news) => {
      stderr.write(stderr.isTTY ? `\r\u001b[2K${pc.dim(newsText(news))}` : `${newsText(news)}\n`);
    });
  } finally {
    if (stderr.isTTY) stderr.write("\r\u001b[2K");
  }
}

function newsText({ now, target, fired, waitingFor }: AdvanceNews): string {
  const waiting = waitingFor === null ? "" : `; waits for ${waitingFor}`;
  return `${now} → ${target}, ${fired} fired${waiting}`;
}

function text(clock: ClockView | AdvanceView): string {
  const moved = clock.offsetMs === 0 ? "not moved" : `moved by ${durationText(clock.offsetMs)}`;
  return `${clock.now}, ${moved}${"fired" in clock ? `, ${clock.fired} fired` : ""}`;
}

/** A server of `start` has nothing at that address. */
function explain(error: unknown): never {
  if (error instanceof Error && error.name === "ApiError" && "status" in error && error.status === 404)
    throw new CliError(exit.notFound, "only the clock of `stepwell dev` can be shown and moved");
  throw error;
}
