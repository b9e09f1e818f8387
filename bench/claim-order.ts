/** What the bench of claims orders from claims-process.ts, and what it gets back. */

/** A queue of calls: two limits on each, `limit 2 per key` and a counter that three functions share. */
export interface Column {
  name: string;
  queued: number;
  keys: number;
  /** The part of the queue that is one key's, in front of all others. */
  front: number;
  /** The part of it that is a stricter function's whose own number on the shared counter is used up, in front. */
  strict: number;
}
export interface Order {
  dir: string;
  /** A server to use instead of a SQLite file; null: SQLite, FULL. */
  postgresUri: string | null;
  columns: Column[];
  claims: number;
  releases: number;
}

/** One column, in milliseconds. */
export interface Claims {
  seedSeconds: number;
  /** From the question to the durable commit, claim by claim; the first ones are left out. */
  tookMs: number[];
  /** CPU of this process for it. */
  cpuMs: number[];
  /** Calls granted by it. */
  granted: number[];
  /** Each of 50 calls, by one claim or a few. */
  turns: number;
  /** After how many turns each key of the functions that have room had a call; null: not all had. */
  allServedAfter: number | null;
  /** Calls granted after a later one of the same key. */
  outOfOrder: number;
  released: Released | null;
}
/** Answer of a call → the next run of its key, behind a million queued calls. */
export interface Released {
  /** The commit that frees the slot is durable → the lease of the next run of the key is. */
  leasedMs: number[];
  /** The app's answer is there → the next run of the key is called. */
  calledMs: number[];
}
