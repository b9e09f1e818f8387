/** `stepwell why ID`: what a run waits for, or what became of an event, function by function. */
import type { Client, EventOutcome, OutcomeKind, V1Event, V1Run, WaitingReason } from "@stepwell/api";
import type { Command } from "commander";
import { addressFlags, clientOf, jsonFlag, print, printJson } from "./address.ts";
import { colors as pc } from "./colors.ts";
import { CliError, exit } from "./exit.ts";
import { addFlags } from "./flags.ts";
import { statusSign, statusText, timeText } from "./show.ts";

export function addWhy(program: Command): void {
  const command = program
    .command("why")
    .summary("say why a run waits, or what became of an event")
    .description(
      "Of a run: what it waits for, who holds that, and when it goes on where that can be known.\n" +
        "Of an event: what each function made of it, also when no run came of it.",
    )
    .argument("<id>", "id of a run, or internal id of an event (as `send` prints it)")
    .option(...jsonFlag)
    .addHelpText("after", "\nExample:\n  $ npx stepwell why 01K7Z3N5Q8V2X4Y6A1B3C5D7E9\n")
    .action(async (id: string, { json }: { json?: boolean }) => {
      const client = await clientOf(command, process.env, process.cwd());
      const found = await find(client, id);
      if (json === true) printJson(found.run ?? found.event);
      else print(found.run === null ? eventText(found.event, new Date()) : runText(found.run, new Date()));
    });
  addFlags(command, addressFlags);
}

type Found = { run: V1Run; event: null } | { run: null; event: V1Event };

/** Ids do not say whether they are a run's or an event's. */
async function find(client: Client, id: string): Promise<Found> {
  const run = await orNull(client.waiting(id));
  if (run !== null) return { run, event: null };
  const event = await orNull(client.event(id));
  if (event !== null) return { run: null, event };
  throw new CliError(exit.notFound, `There is neither a run nor an event with the id ${id}.`);
}

async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && error.name === "ApiError" && (error as { status?: number }).status === 404)
      return null;
    throw error;
  }
}

/** A run and what it waits for. */
export function runText(run: V1Run, now: Date): string {
  const status = run.status.toUpperCase();
  const head = `${statusSign(status)} ${pc.bold(run.function_slug || run.function_id)} ${statusText(status)}`;
  const lines = [head, pc.dim(`  run ${run.run_id}   by event ${run.event_id}`)];
  if (run.ended_at !== null) return [...lines, `  It ended at ${timeText(run.ended_at, now)}.`].join("\n");
  const waiting = run.waiting ?? [];
  if (waiting.length === 0) lines.push("  It waits for nothing: look again in a moment.");
  return [...lines, ...waiting.flatMap((reason) => reasonLines(reason, "  ", now))].join("\n");
}

function reasonLines(reason: WaitingReason, indent: string, now: Date): string[] {
  const { step, message, until, until_is: kind, limit, invoked } = reason;
  const lines = [`${indent}${step === null ? "" : `${pc.bold(step)}: `}${message}`];
  for (const { run_id, since } of limit?.holders ?? [])
    lines.push(pc.dim(`${indent}  held by run ${run_id} since ${timeText(since, now)}`));
  if (until !== null) lines.push(pc.dim(`${indent}  ${untilWords[kind ?? "exact"]} ${timeText(until, now)}`));
  for (const inner of invoked?.waiting ?? []) lines.push(...reasonLines(inner, `${indent}    `, now));
  return lines;
}

const untilWords = { exact: "goes on at", earliest: "not before", latest: "at the latest at" };

/** An event and what each function made of it. */
export function eventText(event: V1Event, now: Date): string {
  const head = `${pc.bold(event.name)}   ${pc.dim(`event ${event.internal_id}, received ${timeText(event.received_at, now)}`)}`;
  const outcomes = event.outcomes ?? [];
  if (outcomes.length === 0)
    return [head, "  No function listens to it. (An app that is not synced: `stepwell doctor`)"].join("\n");
  return [head, ...outcomes.flatMap(outcomeLines)].join("\n");
}

function outcomeLines({ function_slug, function_id, outcome, message }: EventOutcome): string[] {
  return [`  ${signs[outcome]} ${pc.bold(function_slug || function_id)}: ${message}`];
}

const signs: Record<OutcomeKind, string> = {
  STARTED: pc.green("✓"),
  SKIPPED: pc.dim("-"),
  LIMITED: pc.yellow("⊘"),
  DUPLICATE: pc.yellow("⊘"),
  DEBOUNCED: pc.cyan("◷"),
  OUTDATED: pc.yellow("⊘"),
  BATCHED: pc.cyan("◷"),
  REFUSED: pc.red("✗"),
  NOT_MATCHED: pc.dim("·"),
  PENDING: pc.cyan("◷"),
};
