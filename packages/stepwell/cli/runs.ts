/** `stepwell runs`: the newest runs. */
import type { FunctionRun } from "@stepwell/api";
import type { Command } from "commander";
import { addressFlags, clientOf, jsonFlag, print, printJson } from "./address.ts";
import { number, text } from "./flag-values.ts";
import { addFlags, type Flags, gather } from "./flags.ts";
import { durationText, statusText, table, timeText } from "./show.ts";

const flags: Flags = {
  status: {
    flags: "--status <status>",
    help: "queued, running, completed, failed, cancelled, skipped; repeatable",
    list: true,
    read: text,
  },
  functionId: {
    flags: "--function <id>",
    help: "only runs of this function (slug or id); repeatable",
    list: true,
    read: text,
  },
  from: { flags: "--from <time>", help: "queued at or after this ISO time", read: text },
  limit: { flags: "--limit <number>", help: "how many, at most 400", fallback: "20", read: number },
  cursor: { flags: "--cursor <text>", help: "go on where the last answer ended", read: text },
};

export function addRuns(program: Command): void {
  const command = program
    .command("runs")
    .summary("list runs, newest first")
    .description("Lists runs, newest first.")
    .option(...jsonFlag)
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx stepwell runs\n  $ npx stepwell runs --status failed --function saas-send-email\n  $ npx stepwell runs --json | jq '.data[].id'\n",
    )
    .action(async (options: { json?: true }) => {
      // Filters of a read never come from variables: STEPWELL_LIMIT would surprise.
      const answer = await (await clientOf(command, process.env, process.cwd())).runs(
        gather(command, flags, {}),
      );
      if (options.json) return printJson(answer);
      if (answer.data.length === 0) return print("No runs.");
      const now = new Date();
      print(
        table(
          ["RUN", "STATUS", "FUNCTION", "QUEUED", "TOOK", "TRIGGER"],
          answer.data.map((run) => row(run, now)),
        ),
      );
      if (answer.page?.cursor != null) print(`\nMore: stepwell runs --cursor ${answer.page.cursor}`);
    });
  addFlags(command, { ...flags, ...addressFlags });
}

function row(run: FunctionRun, now: Date): string[] {
  return [
    run.id,
    statusText(run.status),
    run.function.slug || run.function.id,
    timeText(run.queuedAt, now),
    run.durationMs === null ? "" : durationText(run.durationMs),
    run.trigger.cronSchedule ?? run.trigger.eventName,
  ];
}
