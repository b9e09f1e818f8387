/** `stepwell schedules`: cron triggers, with what was and what comes. */
import type { Schedule, Tick } from "@stepwell/api";
import type { Command } from "commander";
import { addressFlags, clientOf, jsonFlag, print, printJson } from "./address.ts";
import { number, text } from "./flag-values.ts";
import { addFlags, type Flags, gather } from "./flags.ts";
import { statusText, table, timeText } from "./show.ts";

const flags: Flags = {
  limit: { flags: "--limit <number>", help: "how many, at most 100", fallback: "20", read: number },
  cursor: { flags: "--cursor <text>", help: "go on where the last answer ended", read: text },
};

export function addSchedules(program: Command): void {
  const command = program
    .command("schedules")
    .summary("list cron schedules with their last, next and missed ticks")
    .description("Lists the cron triggers of active functions. Times are local; a zone is in the expression.")
    .option(...jsonFlag)
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx stepwell schedules\n  $ npx stepwell schedules --json | jq '.data[] | {cron, next}'\n",
    )
    .action(async (options: { json?: true }) => {
      const client = await clientOf(command, process.env, process.cwd());
      const answer = await client.schedules(gather(command, flags, {}));
      if (options.json) return printJson(answer);
      if (answer.data.length === 0) return print("No schedules.");
      const now = new Date();
      print(
        table(
          ["FUNCTION", "CRON", "LAST", "STATUS", "NEXT", "MISSED"],
          answer.data.map((schedule) => row(schedule, now)),
        ),
      );
      if (answer.page?.cursor != null) print(`\nMore: stepwell schedules --cursor ${answer.page.cursor}`);
    });
  addFlags(command, { ...flags, ...addressFlags });
}

function row({ function: fn, cron, last, next, missed }: Schedule, now: Date): string[] {
  const [newest] = missed.ticks;
  return [
    fn.slug,
    cron,
    minuteText(last?.scheduledAt ?? null, now),
    last === null ? "" : statusOf(last),
    minuteText(next[0] ?? null, now) || "never",
    newest === undefined
      ? ""
      : `${missed.count}, last ${minuteText(newest.until ?? newest.scheduledAt, now)}`,
  ];
}

function statusOf({ outcome, runStatus }: Tick): string {
  return outcome === "MISSED" || outcome === "LIMITED" ? outcome.toLowerCase() : statusText(runStatus ?? "");
}

/** A tick is a whole minute: its seconds say nothing. */
function minuteText(iso: string | null, now: Date): string {
  return timeText(iso, now).replace(/:\d\d\.\d{3}$/, "");
}
