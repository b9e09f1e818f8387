/** The door of the SQLite store. */
export { type HeldFile, type Holder, holdFile } from "./lock.ts";
export { openSqliteStore, type SqliteStore, type SqliteStoreOptions } from "./open-store.ts";
