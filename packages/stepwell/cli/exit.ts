/**
 * Exit codes (dashboard.md §14) and which error ends with which. Errors are told apart by name and code,
 * not by class: the rooms that throw them are loaded only by the commands that need them.
 */
import { CommanderError } from "commander";

export const exit = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  notAllowed: 4,
  conflict: 5,
  timeout: 6,
  unreachable: 69,
  store: 74,
  retryLater: 75,
  config: 78,
  interrupted: 130,
} as const;

/** An error with its exit code; its message is all that is printed. */
export class CliError extends Error {
  readonly exitCode: number;
  constructor(exitCode: number, message: string) {
    super(message);
    this.name = "CliError";
    this.exitCode = exitCode;
  }
}

const conflicts: ReadonlySet<string> = new Set(["store_locked", "clock_moved", "name_taken", "last_admin"]);

export function exitCodeOf(error: unknown): number {
  if (error instanceof CliError) return error.exitCode;
  if (error instanceof CommanderError) return error.exitCode === 0 ? exit.ok : exit.usage;
  if (!(error instanceof Error)) return exit.failed;
  const { code, status } = error as { code?: unknown; status?: unknown };
  switch (error.name) {
    case "UnreachableError":
      return exit.unreachable;
    case "ApiError":
      return typeof status === "number" ? codeOfStatus(status) : exit.failed;
    case "SettingsError":
    case "ConfigFileError":
      return exit.config;
    case "ListenError":
      return code === "port_in_use" ? exit.conflict : exit.config;
    default:
      if (typeof code === "string" && conflicts.has(code)) return exit.conflict;
      return typeof code === "string" && code.startsWith("store_") ? exit.store : exit.failed;
  }
}

function codeOfStatus(status: number): number {
  if (status === 400 || status === 413) return exit.usage;
  if (status === 404) return exit.notFound;
  if (status === 401 || status === 403) return exit.notAllowed;
  if (status === 409) return exit.conflict;
  return status === 503 || status === 429 ? exit.retryLater : exit.failed;
}
