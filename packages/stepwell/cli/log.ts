/**
 * The log of a server, on stderr: a line for people in a terminal, JSON lines otherwise
 * (dashboard.md §14). Entries hold ids and names, never payloads.
 */
import type { LogEntry } from "@stepwell/engine";
import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from "pino";
import pretty from "pino-pretty";
import { colors as pc } from "./colors.ts";
import { durationText } from "./show.ts";

export interface LogOptions {
  format: "pretty" | "json";
  level: string;
}

export function createLog({ format, level }: LogOptions): (entry: LogEntry) => void {
  // Synchronous: the last line before an exit is the one that matters.
  const stream: DestinationStream = format === "json" ? destination({ dest: 2, sync: true }) : prettyStream();
  const logger: Logger = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return ({ level: entryLevel, message, ...fields }) => logger[entryLevel](fields, message);
}

function prettyStream(): DestinationStream {
  return pretty({
    destination: 2,
    sync: true,
    colorize: pc.isColorSupported,
    translateTime: "SYS:HH:MM:ss.l",
    ignore: "pid,hostname",
    hideObject: true,
    messageFormat: (entry) => lineOf(entry as unknown as LogEntry & { msg: string }),
  });
}

/** `14:02:11.482 ERROR saas/charge 7K2Q step=charge-card CardDeclined: 402` */
export function lineOf(entry: Omit<LogEntry, "message" | "level"> & { msg: string }): string {
  const parts: string[] = [];
  if (entry.function !== undefined) parts.push(pc.bold(String(entry.function)));
  if (entry.runId !== undefined) parts.push(pc.dim(String(entry.runId)));
  if (entry.step !== undefined) parts.push(`step=${entry.step}`);
  if (typeof entry.attempt === "number" && entry.attempt > 0) parts.push(`attempt=${entry.attempt + 1}`);
  parts.push(entry.msg);
  if (typeof entry.durationMs === "number") parts.push(pc.dim(`in ${durationText(entry.durationMs)}`));
  if (typeof entry.stack === "string") parts.push(`\n${entry.stack}`);
  return parts.join(" ");
}
