/** What `dev` and `start` share: settings from flags, the log, the running server, the stop. */
import type { LogEntry } from "@stepwell/engine";
import { SettingsError, type SettingsInput } from "@stepwell/server";
import type { Command } from "commander";
import { isLoopback } from "../sign-in.ts";
import { type Stepwell, startStepwell } from "../start-stepwell.ts";
import { readVersion } from "../version.ts";
import { banner } from "./banner.ts";
import { CliError, exit } from "./exit.ts";
import { foreignNotes } from "./flags.ts";
import { createLog, type LogOptions } from "./log.ts";
import { type Mode, type Options, readOptions, settingsOf, settingsText } from "./options.ts";
import { foreignFlags, foreignStartFlags } from "./server-flags.ts";
import { listenForStop } from "./signals.ts";

/** Runs a server until it is told to stop. */
export async function serve(mode: Mode, command: Command): Promise<void> {
  const stop = listenForStop();
  const foreign = mode === "dev" ? foreignFlags : foreignStartFlags;
  const notes = foreignNotes(command, foreign, process.env);
  const options = await readOptions(command, mode, { env: process.env, cwd: process.cwd() });
  const { logFormat, logLevel } = options.told;
  const format = (logFormat?.value ?? (process.stderr.isTTY ? "pretty" : "json")) as LogOptions["format"];
  const log = createLog({ format, level: (logLevel?.value as string | undefined) ?? "info" });
  for (const note of notes) log({ level: "warn", event: "flag.ignored", message: note });
  const settings = settingsOf(options, mode);
  const stepwell = await open(settings, options, log);
  tellReady(stepwell, options, log, Math.round(performance.now()));
  const what = await stop.first;
  const inFlight = stepwell.engine.health().callsInFlight;
  log({
    level: "info",
    event: "server.stopping",
    message:
      inFlight === 0
        ? `stopping (${what})`
        : `stopping (${what}): ${inFlight} calls in flight; once more to stop at once`,
    callsInFlight: inFlight,
  });
  const outcome = await Promise.race([
    stepwell.close().then(() => "clean" as const),
    stop.second.then(() => "cut" as const),
  ]);
  log({
    level: outcome === "clean" ? "info" : "warn",
    event: "server.stopped",
    message:
      outcome === "clean" ? "stopped" : "stopped at once; calls in flight are repeated at the next start",
  });
  process.exit(outcome === "clean" ? exit.ok : exit.interrupted);
}

async function open(
  settings: SettingsInput,
  options: Options,
  log: (entry: LogEntry) => void,
): Promise<Stepwell> {
  try {
    return await startStepwell({ ...settings, log });
  } catch (error) {
    if (error instanceof SettingsError)
      throw new CliError(exit.config, settingsText(error, options, settings.mode));
    throw error;
  }
}

function tellReady(
  stepwell: Stepwell,
  { told, file }: Options,
  log: (entry: LogEntry) => void,
  readyMs: number,
): void {
  const { url, port, settings } = stepwell;
  const wanted = told.port?.value ?? 8288;
  if (wanted !== 0 && wanted !== port)
    log({
      level: "warn",
      event: "server.port_changed",
      message: `port ${wanted} is in use; listening on ${port} instead. Point apps there with INNGEST_DEV=${url}`,
      port,
    });
  const isTerminal = process.stderr.isTTY === true;
  if (isTerminal) process.stderr.write(banner(stepwell, file, readyMs));
  else
    log({
      level: "info",
      event: "server.ready",
      message: `ready at ${url}`,
      url,
      port,
      pid: process.pid,
      mode: settings.mode,
      version: readVersion(),
      ...(file === null ? {} : { config: file }),
      readyMs,
    });
  const open = settings.mode === "dev" && !isLoopback(settings.host);
  if (open)
    log({
      level: "warn",
      event: "server.open",
      message: `dev has no keys and listens on ${settings.host}: everybody who reaches it can run your functions. Use \`stepwell start\` for that.`,
    });
}
