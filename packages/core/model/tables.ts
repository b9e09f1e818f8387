/** Every table there is, and the ways a commit may change one. Stores know nothing else of the domain. */
import type { ApiKeyRow, AuditRow, SignInRow, UserRow } from "./access.ts";
import type { BulkItemRow, BulkJobRow } from "./bulk.ts";
import type { EventRow } from "./event.ts";
import type { AppRow, FunctionRow } from "./function.ts";
import type {
  CellRow,
  GateCellRow,
  LaneRow,
  LeaseRow,
  NodeRow,
  NudgeRow,
  OutcomeRow,
  PayloadRow,
  TickRow,
  WaitPathRow,
  WaitRow,
  WakeRow,
} from "./queue.ts";
import type { HistoryRow, RunRow, RunStateRow, StepRow } from "./run.ts";
import type { StatisticRow } from "./statistics.ts";

export interface Tables {
  apps: AppRow;
  functions: FunctionRow;
  events: EventRow;
  payloads: PayloadRow;
  runs: RunRow;
  runStates: RunStateRow;
  steps: StepRow;
  history: HistoryRow;
  waits: WaitRow;
  waitPaths: WaitPathRow;
  wakes: WakeRow;
  lanes: LaneRow;
  cells: CellRow;
  nudges: NudgeRow;
  leases: LeaseRow;
  gateCells: GateCellRow;
  nodes: NodeRow;
  ticks: TickRow;
  outcomes: OutcomeRow;
  users: UserRow;
  signIns: SignInRow;
  apiKeys: ApiKeyRow;
  audit: AuditRow;
  bulkJobs: BulkJobRow;
  bulkItems: BulkItemRow;
  statistics: StatisticRow;
}
export type TableName = keyof Tables;

/** The columns that name one row of each table. */
export interface Keys {
  apps: "id";
  functions: "id";
  events: "id";
  payloads: "owner" | "name";
  runs: "id";
  runStates: "runId";
  steps: "runId" | "id";
  history: "id";
  waits: "id";
  waitPaths: "name" | "path";
  wakes: "id";
  lanes: "lane";
  cells: "cell";
  nudges: "id";
  leases: "id";
  gateCells: "key";
  nodes: "id";
  ticks: "functionId" | "cron" | "scheduledAt";
  outcomes: "eventId" | "functionId";
  users: "id";
  signIns: "id";
  apiKeys: "id";
  audit: "id";
  bulkJobs: "id";
  bulkItems: "jobId" | "ord";
  statistics: "functionId" | "widthMs" | "at";
}
export type Key<T extends TableName> = Pick<Tables[T], Keys[T] & keyof Tables[T]>;

/** Columns that the store fills: the one sequence of events, runs and waits, and the order of nudges and history. */
interface Assigned {
  events: "seq";
  runs: "seq";
  waits: "seq";
  history: "id";
  nudges: "id";
}
export type NewRow<T extends TableName> = T extends keyof Assigned ? Omit<Tables[T], Assigned[T]> : Tables[T];

/** One row written. An `insert` of a key that exists is an error of the whole commit, unless `orIgnore`. */
export type Change =
  | {
      [T in TableName]:
        | { insert: T; row: NewRow<T>; orIgnore?: true }
        | { update: T; key: Key<T>; set: Partial<NewRow<T>> }
        | { remove: T; key: Key<T> };
    }[TableName]
  /** Insert, or replace the row of that key. */
  | {
      [T in "apps" | "functions" | "gateCells" | "nodes" | "lanes" | "cells" | "statistics"]: {
        put: T;
        row: NewRow<T>;
      };
    }["apps" | "functions" | "gateCells" | "nodes" | "lanes" | "cells" | "statistics"]
  /** All waits of a run go. */
  | { clear: "waits"; runId: string };
