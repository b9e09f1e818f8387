/** The door of the PostgreSQL store. */
export { type DatabaseSeen, lookAtDatabase } from "./look.ts";
export { openPostgresStore, type PostgresStore, type PostgresStoreOptions } from "./open-store.ts";
export { placeOf } from "./uri.ts";
