/** What SQLite says when it refuses, as the port's own error. */
import { StoreError } from "@stepwell/store";

const IOERR = 10;
const FULL = 13;

/** The primary result code of an error of SQLite; null: it is no error of SQLite. */
export function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return null;
  return error.errcode & 0xff;
}

/** Errors of SQLite become a StoreError; all others stay as they are. */
export function asStoreError(error: unknown): unknown {
  const code = sqliteCode(error);
  if (code === null || !(error instanceof Error)) return error;
  const full = code === FULL || code === IOERR;
  const message = full
    ? `the disk is full or cannot be written (${error.message})`
    : `the database refused: ${error.message}`;
  return new StoreError(full ? "store_full" : "store_failed", message, { cause: error });
}
