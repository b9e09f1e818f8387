/** `stepwell send NAME`: sends an event; with `--wait`, stays until its runs have ended. */
import { readFileSync } from "node:fs";
import type { Client, OutgoingEvent, V1Run } from "@stepwell/api";
import type { Command } from "commander";
import { addressFlags, clientOf, jsonFlag, print, printJson } from "./address.ts";
import { CliError, exit } from "./exit.ts";
import { duration, number, text } from "./flag-values.ts";
import { addFlags, type Flags, gather } from "./flags.ts";
import { statusSign } from "./show.ts";

const flags: Flags = {
  data: {
    flags: "-d, --data <json>",
    help: "payload, a JSON object; @file reads a file, - standard input",
    fallback: "{}",
    read: text,
  },
  id: {
    flags: "--id <text>",
    help: "id of the event: a second send with it starts nothing for 24 h",
    read: text,
  },
  ts: {
    flags: "--ts <milliseconds>",
    help: "time of the event; a future one delays the start",
    read: number,
  },
  wait: {
    flags: "--wait <duration>",
    help: "wait for the runs it starts; exit code 1 if one fails",
    read: duration,
  },
};
const keyFlag: Flags = {
  eventKey: {
    flags: "--event-key <key>",
    help: "event key of the server (any in dev)",
    list: true,
    read: text,
  },
};

interface Given {
  data?: string;
  id?: string;
  ts?: number;
  wait?: number;
}

export function addSend(program: Command): void {
  const command = program
    .command("send")
    .summary("send an event")
    .description("Sends an event and prints its id.")
    .argument("<name>", "name of the event")
    .option(...jsonFlag)
    .addHelpText(
      "after",
      "\nExamples:\n" +
        `  $ npx stepwell send user/created --data '{"email":"ada@example.com"}'\n` +
        "  $ npx stepwell send report/generate --data @report.json --wait 1m\n",
    )
    .action(async (name: string, options: { json?: true }) => {
      const given = gather(command, flags, {}) as Given;
      const { eventKey } = gather(command, keyFlag, process.env) as { eventKey?: string[] };
      const client = await clientOf(command, process.env, process.cwd());
      const { ids } = await client.send(eventKey?.[0] ?? "dev", [eventOf(name, given)]);
      const id = ids[0] ?? "";
      const runs = given.wait === undefined ? null : await endedRuns(client, id, given.wait);
      if (options.json) printJson({ ids, ...(runs === null ? {} : { runs }) });
      else show(id, runs);
      if (runs?.some((run) => run.status !== "Completed")) process.exitCode = exit.failed;
    });
  addFlags(command, { ...flags, ...keyFlag, ...addressFlags });
}

function eventOf(name: string, { data = "{}", id, ts }: Given): OutgoingEvent {
  return {
    name,
    data: readData(data),
    ...(id === undefined ? {} : { id }),
    ...(ts === undefined ? {} : { ts }),
  };
}

function readData(source: string): object {
  let json = source;
  try {
    if (source === "-") json = readFileSync(0, "utf8");
    else if (source.startsWith("@")) json = readFileSync(source.slice(1), "utf8");
  } catch (error) {
    throw new CliError(exit.usage, `--data: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    throw new CliError(exit.usage, `--data is not JSON: ${error instanceof Error ? error.message : ""}`);
  }
  throw new CliError(exit.usage, "--data must be a JSON object");
}

const LOOK_AGAIN_MS = 200;
/** No run yet may mean no function; after this long it does. */
const START_MS = 3_000;

async function endedRuns(client: Client, eventId: string, waitMs: number): Promise<V1Run[]> {
  const began = performance.now();
  for (;;) {
    const runs = await client.eventRuns(eventId);
    const passedMs = performance.now() - began;
    if (runs.length > 0 && runs.every((run) => run.ended_at !== null)) return runs;
    if (runs.length === 0 && passedMs > Math.min(START_MS, waitMs))
      throw new CliError(exit.notFound, `event ${eventId} is stored, but no function has started by it`);
    if (passedMs > waitMs)
      throw new CliError(exit.timeout, `the runs of event ${eventId} have not ended in time`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

function show(id: string, runs: V1Run[] | null): void {
  print(id);
  for (const run of runs ?? [])
    print(
      `${statusSign(run.status.toUpperCase())} ${run.function_slug} ${run.run_id} ${JSON.stringify(run.output) ?? ""}`,
    );
}
