/** The door of the PostgreSQL store. */
export { openPostgresStore, type PostgresStoreOptions } from "./open-store.ts";
