/** The door of the storage room: the port, what all stores share, and the memory store. */
export * from "./gather.ts";
export { checkWriters } from "./guard.ts";
export { createHintSum, type HintSum, joinHints } from "./hints.ts";
export { inListOrder, type ListFilter, type ListPlace, type ListRange, rangeOf } from "./list-range.ts";
export { createMemoryStore, type MemoryStoreOptions } from "./memory-store.ts";
export {
  type AppliedMigration,
  type Migration,
  migrationChecksum,
  pendingMigrations,
} from "./migrations.ts";
export { identityCodec, type PayloadCodec } from "./payload-codec.ts";
export { type PoolRows, seePool } from "./pool-slice.ts";
export * from "./port.ts";
export { type Column, columnsOf, decodeRow, encodeField, type SqlRow, type SqlValue } from "./rows.ts";
export { branchesOf, MOST_BRANCHES, type RunBranches } from "./run-branches.ts";
export { columnName, schema, shapeOf, type TableShape } from "./schema.ts";
export { heldBy, type SliceReaders, seeSlices } from "./slices.ts";
