/** Names for the identifiers that travel through the system; all are text (semantics §1.1). */

/** ULID, minted when the run is scheduled. */
export type RunId = string;
/** ULID minted by the server once per received event. */
export type EventId = string;
/** UUIDv5 of (app name, function slug): the same in every store (ADR 0009). */
export type FunctionId = string;
/** UUIDv5 of the app name. */
export type AppId = string;
/** SHA-1 of the user's step id, made by the SDK; opaque here. */
export type StepHash = string;
export type WakeId = string;
/** A lease's id is its fencing token: each grant makes a new one, none is ever used twice. */
export type LeaseId = string;
export type WaitId = string;
export type NodeId = string;
/** What a claim locks: one function (later: all functions that share an env or account limit). */
export type PoolId = string;
/** One FIFO: function + evaluated keys + `start` or `step`. */
export type LaneId = string;
/** One limit for one key value. */
export type CellKey = string;
