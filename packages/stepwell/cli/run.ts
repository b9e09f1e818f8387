/** `stepwell run ID`: one run as a tree, with steps, attempts and times. */
import type { FunctionRun, Span, Trace } from "@stepwell/api";
import type { Command } from "commander";
import { addressFlags, clientOf, jsonFlag, print, printJson } from "./address.ts";
import { colors as pc } from "./colors.ts";
import { addFlags } from "./flags.ts";
import { durationText, statusSign, statusText, timeText } from "./show.ts";

export function addRun(program: Command): void {
  const command = program
    .command("run")
    .summary("show one run: its steps, attempts and times")
    .description("Shows one run as a tree: steps, attempts, times, output.")
    .argument("<id>", "id of the run")
    .option(...jsonFlag)
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx stepwell run 01K7Z3N5Q8V2X4Y6A1B3C5D7E9\n  $ npx stepwell run 01K7Z3N5Q8V2X4Y6A1B3C5D7E9 --json\n",
    )
    .action(async (id: string, options: { json?: true }) => {
      const client = await clientOf(command, process.env, process.cwd());
      const [run, trace] = await Promise.all([client.run(id), client.trace(id)]);
      if (options.json) return printJson({ run, trace });
      print(runText(run, trace, new Date()));
    });
  addFlags(command, addressFlags);
}

/** The whole picture of a run. */
export function runText(run: FunctionRun, { rootSpan }: Trace, now: Date): string {
  const took = run.durationMs === null ? "" : ` in ${durationText(run.durationMs)}`;
  const why = run.trigger.cronSchedule ?? run.trigger.eventName;
  const lines = [
    `${statusSign(run.status)} ${pc.bold(run.function.slug || run.function.id)} ${statusText(run.status)}${took}`,
    pc.dim(
      `  run ${run.id}   queued ${timeText(run.queuedAt, now)}   by ${why} ${run.trigger.eventIds.join(" ")}`,
    ),
    ...childLines(rootSpan.children, "  ", now),
  ];
  if (run.status === "FAILED") lines.push(...failureLines(run.output));
  else if (run.endedAt !== null) lines.push(`  ${pc.dim("output")} ${outputText(run.output)}`);
  return lines.join("\n");
}

function childLines(children: Span[], indent: string, now: Date): string[] {
  return children.flatMap((span, i) => {
    const isLast = i === children.length - 1;
    const below = `${indent}${isLast ? "   " : "│  "}`;
    return [
      `${pc.dim(indent + (isLast ? "└─ " : "├─ "))}${spanText(span, now)}`,
      ...childLines(span.children, pc.dim(below), now),
    ];
  });
}

function spanText(span: Span, now: Date): string {
  const parts = [`${statusSign(span.status)} ${span.name}`];
  const waits = waitText(span, now);
  if (waits !== null) parts.push(pc.dim(waits));
  if (span.children.length > 0 && span.attemptCount !== null)
    parts.push(pc.dim(`${span.attemptCount} ${span.attemptCount === 1 ? "attempt" : "attempts"}`));
  const at = span.startedAt ?? span.endedAt;
  if (at !== null) parts.push(pc.dim(timeText(at, now)));
  if (span.durationMs !== null) parts.push(pc.dim(durationText(span.durationMs)));
  const error = errorOf(span.output);
  if (span.status === "FAILED" && error !== null && span.children.length === 0) parts.push(pc.red(error));
  return parts.join("  ");
}

/** What a step waits for, or what came of it; null for steps that run. */
function waitText({ stepInfo, endedAt }: Span, now: Date): string | null {
  if (stepInfo === null) return null;
  if (stepInfo.sleepUntil !== undefined)
    return `${endedAt === null ? "sleeps" : "slept"} until ${timeText(stepInfo.sleepUntil, now)}`;
  const { timedOut } = stepInfo;
  const open = endedAt === null;
  const limit = open && stepInfo.timeout !== null ? ` until ${timeText(stepInfo.timeout, now)}` : "";
  const over = timedOut === true ? "  timed out" : "";
  if (stepInfo.eventName !== undefined) {
    const condition = stepInfo.expression === null ? "" : ` if ${oneLine(stepInfo.expression)}`;
    const found = stepInfo.foundEventID === null ? "" : `  got ${stepInfo.foundEventID}`;
    return `${open ? "waits" : "waited"} for event ${stepInfo.eventName}${condition}${limit}${over}${found}`;
  }
  if (stepInfo.signal !== undefined)
    return `${open ? "waits" : "waited"} for signal ${stepInfo.signal}${limit}${over}`;
  const child =
    stepInfo.runID === null ? `a run of function ${stepInfo.functionID}` : `run ${stepInfo.runID}`;
  return `${open ? "waits" : "waited"} for ${child}${limit}${over}`;
}

const MAX_CONDITION = 80;

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > MAX_CONDITION ? `${line.slice(0, MAX_CONDITION)}…` : line;
}

function errorOf(output: unknown): string | null {
  const error = (output as { error?: { name?: unknown; message?: unknown } } | null | undefined)?.error;
  if (error === undefined || error === null) return null;
  return `${String(error.name ?? "Error")}: ${String(error.message ?? "")}`.split("\n", 1)[0] ?? null;
}

const STACK_LINES = 8;

/** The error with the start of its stack; another shape as it is. */
function failureLines(output: unknown): string[] {
  const { message, stack } = (output ?? {}) as { message?: unknown; stack?: unknown };
  if (typeof message !== "string") return [`  ${pc.dim("error")} ${outputText(output)}`];
  const shown =
    typeof stack === "string" && stack.includes(message)
      ? stack.split("\n")
      : [errorOf({ error: output }) ?? message];
  return shown.slice(0, STACK_LINES).map((line, i) => `  ${i === 0 ? pc.red(line) : pc.dim(line)}`);
}

const MAX_OUTPUT = 2_000;

function outputText(output: unknown): string {
  const text = JSON.stringify(output) ?? "null";
  return text.length > MAX_OUTPUT ? `${text.slice(0, MAX_OUTPUT)}… (--json shows all)` : text;
}
