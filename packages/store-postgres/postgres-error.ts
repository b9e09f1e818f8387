/** What PostgreSQL says when it refuses, or the network in its place, as the port's own error. */
import { StoreError } from "@stepwell/store";

/** The five signs of SQLSTATE; null: it is no error of the server. */
export function sqlState(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return null;
  return /^[0-9A-Z]{5}$/.test(error.code) && "severity" in error ? error.code : null;
}

/** A deadlock or a conflict between snapshots: the same again, alone, may well succeed. */
export function isPassing(error: unknown): boolean {
  const state = sqlState(error);
  return state === "40P01" || state === "40001";
}

const NETWORK = /^(?:ECONN|EPIPE|ENOTFOUND|EAI_|ETIMEDOUT|EHOST|ENET|ENOENT)/;
const LOST = /^Connection terminated|is not queryable|timeout expired/;

/** The connection is gone, or could not be made. */
export function isLost(error: unknown): boolean {
  if (error instanceof StoreError) return isLost(error.cause);
  if (!(error instanceof Error)) return false;
  const state = sqlState(error);
  if (state !== null)
    return (
      /^57P|^08/.test(state) || ("severity" in error && /^(?:FATAL|PANIC)$/.test(String(error.severity)))
    );
  // Node tries all addresses of a name at once and gathers what became of each.
  if (error instanceof AggregateError) return error.errors.some(isLost);
  return NETWORK.test("code" in error ? String(error.code) : "") || LOST.test(error.message);
}

/** Errors of the server and of the connection become a StoreError; all others stay as they are. */
export function asStoreError(error: unknown): unknown {
  if (error instanceof StoreError || !(error instanceof Error)) return error;
  const state = sqlState(error);
  const failed = (message: string): StoreError => new StoreError("store_failed", message, { cause: error });
  if (state === "53100" || state === "58030")
    return new StoreError(
      "store_full",
      `the disk of the database is full or cannot be written (${error.message})`,
      {
        cause: error,
      },
    );
  if (isLost(error))
    return failed(`the connection to PostgreSQL is lost or cannot be made (${reason(error)})`);
  if (state === null) return error;
  if (state === "55P03") return failed("another transaction held what this one needs for too long");
  if (state === "42501")
    return failed(
      `PostgreSQL refused: ${error.message} (42501). The user must own the schema "stepwell", or be allowed to create it: grant create on database … to …`,
    );
  return failed(`PostgreSQL refused: ${error.message} (${state})`);
}

/**
 * Whatever kept a connection from being made. Errors of parsers may hold the URI, password and all, so only
 * those of the server and of the network are kept as the cause.
 */
export function asConnectError(error: unknown): StoreError {
  const state = sqlState(error);
  if (state === null && !isLost(error)) {
    const why = error instanceof Error && !("input" in error) ? ` (${error.message})` : "";
    return new StoreError(
      "store_failed",
      `the connection to PostgreSQL cannot be made${why}${certificate(why)}`,
    );
  }
  const { code, message, cause } = asStoreError(error) as StoreError;
  const cure = state === null ? UNREACHED : (cures[state] ?? "");
  return new StoreError(code, `${message}${cure}`, { cause });
}

const UNREACHED = ". Is the server running, and are host and port of the URI right?";
/** What to do, by SQLSTATE, when a connection is refused. */
const cures: Readonly<Record<string, string>> = {
  "28P01":
    ". User or password of the URI are not right; signs like @ : / # in them are written as %40 %3A %2F %23",
  "28000":
    ". The server does not let this user in from here (pg_hba.conf), or only over TLS: ?sslmode=require",
  "3D000": ". Make the database first: create database …",
  "53300": ". Stepwell needs seven connections: raise max_connections",
};

function certificate(why: string): string {
  return /certificate/i.test(why) ? ". Name its authority in the URI: ?sslrootcert=/path/to/ca.pem" : "";
}

/** Messages of the network name hosts and ports; none names a password. */
function reason(error: Error): string {
  if (error instanceof AggregateError)
    return [...new Set(error.errors.map((one: Error) => one.message))].join("; ");
  return error.message;
}
