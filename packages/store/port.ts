/**
 * The storage port: data in, data out. A store locks what was asked for, shows it, and writes
 * rows. It never looks at a status and never computes a time: a rule in SQL is a rule written
 * twice. `decide` is synchronous, so that SQLite (sync) and PostgreSQL (async) can share it, and
 * it may run again after a conflict, so it must not do anything but return.
 */
import type {
  ApiKeyRow,
  AppId,
  AppRow,
  AuditRow,
  BulkItemRow,
  BulkJobRow,
  CellKey,
  CellRow,
  Change,
  DurationMs,
  EventId,
  EventRow,
  FunctionId,
  FunctionRow,
  GateCellRow,
  HistoryRow,
  Instant,
  Json,
  Key,
  LaneId,
  LaneRow,
  LeaseId,
  LeaseRow,
  NodeId,
  NudgeRow,
  OutcomeRow,
  PoolId,
  RunId,
  RunRow,
  RunState,
  RunStatus,
  SignInRow,
  StatisticRow,
  StepHash,
  StepRow,
  TickRow,
  UserRow,
  WaitRow,
  WakeId,
  WakeRow,
} from "@stepwell/core";

/** A run as a commit sees it: facts, not payloads. `state` is null once it has ended. */
export interface RunSlice {
  run: RunRow;
  state: RunState | null;
  /** Of the steps asked for, those that are stored. */
  steps: ReadonlyMap<StepHash, StepRow>;
  /** All wakes of the run, queued and later ones. */
  wakes: WakeRow[];
}

/** A lane that a claim looks at. */
export interface LaneSeen {
  lane: LaneId;
  cells: CellKey[];
  /** The stored row; null: known only from a nudge. */
  row: LaneRow | null;
  /** Exact floor used for `heads`: the lower of the row's head and the nudged scores. */
  low: number;
  /** The first queued wakes by (score, id), at most `limit` of them. */
  heads: WakeRow[];
  /** How many were asked for; fewer heads than this: there are no more. */
  limit: number;
}

/** Lanes of one function blocked on one cell, more than were shown. */
export interface CutLanes {
  cell: CellKey;
  functionId: FunctionId;
}

/** Cells in the order of their names, from where a look was asked for. */
export interface IdleLook {
  look: CellKey;
  cells: CellRow[];
  more: boolean;
}

export interface PoolSlice {
  /** Leases freed since the last claim; the claim deletes them. */
  freed: LeaseRow[];
  /** At most 300, oldest first; the claim deletes them. */
  nudges: NudgeRow[];
  /** There were more nudges than were shown. */
  moreNudges: boolean;
  /**
   * Nudged lanes, the 50 open lanes with the lowest heads, and per cell that got room the 20 lowest blocked on
   * it; where several functions wait for the cell, the lowest of each that has room by its own number.
   */
  lanes: LaneSeen[];
  /** Cells that got room and whose blocked lanes were cut off, with the function that the lanes left are of. */
  cut: CutLanes[];
  /** There were more open lanes than were shown. */
  moreOpen: boolean;
  /** For each nudge that asks for it, a part of a function's throttled cells (`idleRange`). */
  idle: IdleLook[];
  /** Every cell named by a freed lease, a nudge or a lane seen, and those of `idle`; absent: nothing used. */
  cells: ReadonlyMap<CellKey, CellRow>;
}

export interface AppSlice {
  app: AppRow | null;
  functions: FunctionRow[];
}

/** What a commit may ask for → what it sees, locked. */
export interface Slices {
  run: { ask: { runId: RunId; steps: readonly StepHash[] }; see: RunSlice | null };
  lease: { ask: LeaseId; see: LeaseRow | null };
  wake: { ask: WakeId; see: WakeRow | null };
  gates: { ask: readonly string[]; see: ReadonlyMap<string, GateCellRow> };
  /** What became of a cron tick; null: nothing yet. */
  tick: { ask: Key<"ticks">; see: TickRow | null };
  /** For these gate cells, the status of the run that the cell's state names (`runId`), where there is one. */
  holders: { ask: readonly string[]; see: ReadonlyMap<string, RunStatus> };
  /** Which of these events are stored already. */
  events: { ask: readonly EventId[]; see: ReadonlySet<EventId> };
  app: { ask: AppId; see: AppSlice };
  /** Waits of a name whose anchor is one of these, by id, after `after`. */
  waits: {
    ask: { name: string; anchors: readonly string[]; after: string | null; limit: number };
    see: WaitRow[];
  };
  /** Of these event names, those that something may wait for, each with the paths of its waits' anchors. */
  awaited: { ask: readonly string[]; see: ReadonlyMap<string, readonly string[]> };
  /** Who waits for these signals, each in the order of waiting. */
  signals: { ask: readonly string[]; see: ReadonlyMap<string, WaitRow[]> };
  /** All users; there are tens of them. */
  users: { ask: true; see: UserRow[] };
  /** A bulk job and, by `ord`, those of its items that still wait, at most `most`. */
  bulkJob: { ask: { id: string; most: number }; see: { job: BulkJobRow; waiting: BulkItemRow[] } | null };
  /** "busy": another node is claiming this pool; come back in 5 ms (never on one-engine stores). */
  pool: {
    ask: {
      pool: PoolId;
      /** Calls this node can make now, 0…50. */
      want: number;
      /** The latest limit of a cell for a function; Infinity where the configuration no longer has one. */
      limits: (cell: CellKey, functionId: FunctionId) => number;
    };
    see: PoolSlice | "busy";
  };
}
export type Ask = { [K in keyof Slices]?: Slices[K]["ask"] };
export type Seen<A extends Ask> = { [K in keyof A & keyof Slices]: Slices[K]["see"] };

/** What a decision wants written, and what the caller gets once that is durable. */
export interface Decision<R> {
  write: Change[];
  reply: R;
}

/** A page of something, newest first unless said otherwise; `cursor` continues it. */
export interface Page<T> {
  rows: T[];
  /** Opaque; null: nothing follows. */
  cursor: string | null;
}

export interface StoredEvent {
  row: EventRow;
  body: Json;
}

export interface RunFilter {
  status?: RunStatus[];
  functionIds?: string[];
  /** Runs of the functions that these apps have or had. */
  appIds?: string[];
  timeField?: "queuedAt" | "startedAt" | "endedAt";
  from?: Instant;
  until?: Instant;
  order?: "asc" | "desc";
  cursor?: string;
  limit: number;
}

export interface EventFilter {
  name?: string;
  receivedAfter?: Instant;
  receivedBefore?: Instant;
  includeInternal?: boolean;
  /** Only those with a higher number. */
  afterSeq?: number;
  cursor?: string;
  limit: number;
}

export interface TickFilter {
  functionId: FunctionId;
  cron: string;
  /** Only these; absent: all. */
  outcome?: "missed";
  /** Scheduled before this. */
  before?: Instant;
  limit: number;
}

export interface AuditFilter {
  actor?: string;
  action?: string;
  /** Only entries before the one of this id. */
  cursor?: string;
  limit: number;
}

export interface StatisticFilter {
  widthMs: DurationMs;
  /** Spans that begin from then on. */
  from: Instant;
  /** Spans that begin before. */
  until: Instant;
  functionIds?: string[];
}

/** How many runs of a function are queued, and the one that has been for the longest. */
export interface BacklogLine {
  functionId: FunctionId;
  count: number;
  oldestAt: Instant;
  oldestRunId: RunId;
}

/** All that a call to an app needs of a run. */
export interface CallContext {
  run: RunRow;
  state: RunState | null;
  events: StoredEvent[];
  /** Stored steps in completion order, each with its result as sent in `steps[hash]` (wire.md §6.1). */
  steps: { row: StepRow; result: Json }[];
}

/** Reads never lock. They see what was committed before they were called. */
export interface Reads {
  apps(): Promise<AppRow[]>;
  functions(): Promise<FunctionRow[]>;
  event(id: EventId): Promise<StoredEvent | null>;
  events(filter: EventFilter): Promise<Page<StoredEvent>>;
  run(id: RunId): Promise<RunRow | null>;
  runs(filter: RunFilter): Promise<Page<RunRow>>;
  eventRuns(id: EventId): Promise<RunRow[]>;
  /** The run's output as stored: `{data}` or `{error}`; null: none. */
  output(id: RunId): Promise<Json>;
  callContext(id: RunId): Promise<CallContext | null>;
  /** The hot state of a run alone, without any payload; null: it has ended, or is not there. */
  runState(id: RunId): Promise<RunState | null>;
  history(id: RunId): Promise<HistoryRow[]>;
  /** A gate's cell; null: none. */
  gateCell(key: string): Promise<GateCellRow | null>;
  /** Something of an event or a run that has its own name, like `input:<hash>`; null: none. */
  payload(owner: EventId | RunId, name: string): Promise<Json>;
  /** The paths by which waits of a name are anchored; empty: nothing has ever waited for it. */
  waitPaths(name: string): Promise<string[]>;
  /** Like the slice of the same name, without a lock. */
  waits(ask: Slices["waits"]["ask"]): Promise<WaitRow[]>;
  /** Later wakes (not queued ones) due at `now`, earliest first. */
  dueWakes(now: Instant, limit: number): Promise<WakeRow[]>;
  /** When the earliest later wake is due (of those due after `after`); null: there is none. */
  nextDue(after?: Instant): Promise<Instant | null>;
  /** Pools with a nudge, a freed lease or an open lane. */
  readyPools(): Promise<PoolId[]>;
  /** Cells of a pool that some lane is blocked on. */
  blockedCells(pool: PoolId): Promise<CellKey[]>;
  /** Live leases of every node but this one. */
  foreignLeases(node: NodeId, limit: number): Promise<LeaseRow[]>;
  /** Live leases of a run. */
  runLeases(id: RunId): Promise<LeaseRow[]>;
  /** All wakes of a run, queued and later ones, by due time. */
  runWakes(id: RunId): Promise<WakeRow[]>;
  /** Those of these lanes that have a row. */
  lanes(ids: readonly LaneId[]): Promise<LaneRow[]>;
  /** How many wakes of its lane come before this one, counted up to `most`. */
  queuedBefore(wake: Pick<WakeRow, "id" | "lane" | "score">, most: number): Promise<number>;
  /** Those of these cells that have a row. */
  cells(keys: readonly CellKey[]): Promise<CellRow[]>;
  /** Live leases that name the cell, among the first thousands; `ofRuns`: those that belong to a run, not to a call. */
  holders(cell: CellKey, ofRuns: boolean, limit: number): Promise<LeaseRow[]>;
  /** What gates made of an event where no run came of it at once. */
  outcomes(id: EventId): Promise<OutcomeRow[]>;
  /** A wake by its id; null: it is done, or never was. */
  wake(id: WakeId): Promise<WakeRow | null>;
  /** Ticks of a schedule, newest first by `scheduledAt`. */
  ticks(filter: TickFilter): Promise<TickRow[]>;
  /** How many rows a schedule has of its missed ticks, counted up to `most`. */
  countMissed(functionId: FunctionId, cron: string, most: number): Promise<number>;
  /** How many runs the filter matches (its cursor and limit do not count), counted up to `most`. */
  countRuns(filter: Omit<RunFilter, "cursor" | "limit">, most: number): Promise<number>;
  /** Queued runs by function, among the first `most` of the queue; the longest wait first. */
  backlog(most: number): Promise<BacklogLine[]>;
  /** Runs that repeat this one, newest first. */
  reruns(id: RunId, limit: number): Promise<RunRow[]>;
  /** Event names that are not the server's own, each with its newest `receivedAt`, by name; at most `most`. */
  eventNames(most: number): Promise<{ name: string; lastAt: Instant }[]>;
  /** Cells whose key begins with the prefix, by key. */
  cellsFrom(prefix: string, limit: number): Promise<CellRow[]>;
  /** Gate cells whose key begins with the prefix, by key. */
  gateCellsFrom(prefix: string, limit: number): Promise<GateCellRow[]>;
  /** By (at, functionId). */
  statistics(filter: StatisticFilter): Promise<StatisticRow[]>;
  /** The beginning of the newest span of a width; null: there is none. */
  lastStatistic(widthMs: DurationMs): Promise<Instant | null>;
  /** By name; there are tens of them. */
  users(): Promise<UserRow[]>;
  signIn(id: string): Promise<SignInRow | null>;
  /** Of a user, the newest first. */
  signInsOf(userId: string): Promise<SignInRow[]>;
  /** Sign-ins that ended before; to be removed. */
  expiredSignIns(before: Instant, limit: number): Promise<SignInRow[]>;
  /** All, the newest first; there are tens of them. */
  apiKeys(): Promise<ApiKeyRow[]>;
  /** Newest first; the cursor is the last entry's id. */
  audit(filter: AuditFilter): Promise<Page<AuditRow>>;
  bulkJob(id: string): Promise<BulkJobRow | null>;
  /** Newest first by id, which is a ULID; the cursor is the last job's id. */
  bulkJobs(filter: { cursor?: string; limit: number }): Promise<Page<BulkJobRow>>;
  /** Jobs that are not over (no `endedAt`), oldest first. */
  openBulkJobs(): Promise<BulkJobRow[]>;
  /** Bytes that the store takes on disk; null: none, or not known. */
  bytes(): Promise<number | null>;
}

/** What a commit may have made possible. A hint may get lost; the timer of the next due row is the promise. */
export interface Hint {
  pools: PoolId[];
  /** The earliest later wake that was inserted. */
  at: Instant | null;
}

export interface StoreClock {
  /** Add to this machine's clock to get the store's (SQLite: 0). */
  offsetMs: number;
  /** The store's time has been at least this. */
  floor: Instant;
  /** How far `moveClock` has moved the time of this store beyond that; 0: never. */
  movedMs: DurationMs;
}

export interface Store {
  /** True: no second engine can have this store open, so another node's leases are those of a dead one. */
  readonly exclusive: boolean;
  /**
   * True: commits go on beside each other, so a wait and an event may each be written without seeing the other,
   * and the number of one that is seen later may be the lower one. Who opens waits looks once more (ADR 0024).
   */
  readonly overlaps?: true;
  /**
   * Locks what `ask` names, shows it, writes what `decide` returns: all of it or nothing, durable when
   * the promise resolves. Commits that wait together share one transaction.
   * @param now the caller's time; kept so that the clock never goes back within the store.
   * @throws what `decide` throws (nothing is written, other commits go on); `StoreError` when the
   * database refuses (nothing is written).
   */
  commit<A extends Ask, R>(ask: A, now: Instant, decide: (seen: Seen<A>) => Decision<R>): Promise<R>;
  readonly read: Reads;
  /** Calls back after each commit that inserted nudges, freed leases or later wakes. Returns the unsubscribe. */
  onHint(listen: (hint: Hint) => void): () => void;
  /**
   * Calls back when an exclusive store is held again after it was lost: another engine may have written meanwhile.
   * Commits are refused until then, and until what `listen` returns has settled. Returns the unsubscribe.
   */
  onRegained?(listen: () => Promise<void>): () => void;
  clock(): Promise<StoreClock>;
  /**
   * Keeps how far the clock of this store has been moved (dev only); durable when the promise resolves.
   * Less than what is kept changes nothing: time never goes back.
   * @throws StoreError when the database refuses
   */
  moveClock(movedMs: DurationMs): Promise<void>;
  /** Brings the schema up to date. */
  migrate(): Promise<void>;
  close(): Promise<void>;
}

/** The database refused: full disk, I/O error, a broken constraint. `cause` holds its own error. */
export class StoreError extends Error {
  readonly code: "store_full" | "store_locked" | "store_newer" | "store_failed";
  constructor(code: StoreError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
  }
}
