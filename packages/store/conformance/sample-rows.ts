/** Rows for the suite: every column filled, what matters for a test given by it. */
import type {
  AppRow,
  CallSpec,
  Change,
  EventRow,
  FunctionRow,
  Json,
  LaneRow,
  LeaseRow,
  NewRow,
  NudgeRow,
  RunRow,
  RunState,
  StepRow,
  WaitRow,
  WakeRow,
} from "@stepwell/core";
import type { PayloadCodec } from "../payload-codec.ts";
import type { Ask, Seen, Store } from "../port.ts";

export interface OpenOptions {
  codec?: PayloadCodec;
  maxPending?: number;
}
export interface Opened {
  store: Store;
  /** Closes the store and opens the same data again; left out by stores that keep nothing. */
  reopen?: () => Promise<Store>;
}
/** Opens an empty, unmigrated store. */
export type OpenStore = (options?: OpenOptions) => Promise<Opened>;

export const NOW = 1_700_000_000_000;

export async function fresh(open: OpenStore, options?: OpenOptions): Promise<Store> {
  const { store } = await open(options);
  await store.migrate();
  return store;
}

/** Writes rows in a commit that asks for nothing. */
export function write(store: Store, ...changes: Change[]): Promise<void> {
  return store.commit({}, NOW, () => ({ write: changes, reply: undefined }));
}

/** Writes rows in a pool commit. */
export function writeAsPool(store: Store, ...changes: Change[]): Promise<void> {
  const pool = { pool: "p", want: 0, limits: () => 1 };
  return store.commit({ pool }, NOW, () => ({ write: changes, reply: undefined }));
}

/** What a commit sees. */
export function see<A extends Ask>(store: Store, ask: A): Promise<Seen<A>> {
  return store.commit(ask, NOW, (seen) => ({ write: [], reply: seen }));
}

export const call: CallSpec = { target: null, attempt: 0, generation: 1 };

export const event = (id: string, over: Partial<EventRow> = {}): NewRow<"events"> => ({
  id,
  externalId: `x-${id}`,
  name: "shop/order",
  ts: NOW - 5,
  receivedAt: NOW,
  internal: false,
  ...over,
});

export const payload = (owner: string, name: string, value: Json): Change => ({
  insert: "payloads",
  row: { owner, name, value },
});

export const run = (id: string, over: Partial<RunRow> = {}): NewRow<"runs"> => ({
  id,
  functionId: "fn",
  appId: "app",
  functionVersion: 1,
  eventId: "e1",
  eventIds: ["e1"],
  eventName: "shop/order",
  cron: null,
  batchId: null,
  originalRunId: null,
  status: "queued",
  queuedAt: NOW,
  startedAt: null,
  endedAt: null,
  ...over,
});

export const state: RunState = {
  v: 1,
  requestVersion: -1,
  open: { h: { op: "Sleep", name: "1h", displayName: "nap", userland: null, since: NOW, until: NOW + 5 } },
  group: 1,
  race: false,
  discovering: true,
  again: false,
  plan: false,
  stored: 0,
  bytes: 12,
  pool: "p",
  lane: "l",
  cells: ["c"],
  score: 7,
};

export const step = (runId: string, id: string, ord: number): StepRow => ({
  runId,
  id,
  ord,
  op: "StepRun",
  name: `name of ${id}`,
  userlandId: id,
  userlandIndex: null,
  status: "completed",
  attempts: 1,
  queuedAt: NOW,
  startedAt: NOW,
  endedAt: NOW + 1,
});

export const wake = (id: string, over: Partial<WakeRow> = {}): WakeRow => ({
  id,
  job: { kind: "call", call },
  runId: `run-${id}`,
  lane: "l",
  score: 1,
  dueAt: NOW,
  ...over,
});

export const later = (id: string, dueAt: number, runId: string | null = null): WakeRow =>
  wake(id, { job: { kind: "route", eventId: id }, runId, lane: null, dueAt });

export const lane = (name: string, over: Partial<LaneRow> = {}): LaneRow => ({
  lane: name,
  pool: "p",
  functionId: "f",
  cells: [],
  head: 1,
  blocked: null,
  ...over,
});

export const nudge = (over: Partial<NudgeRow> = {}): NewRow<"nudges"> => ({
  pool: "p",
  lane: null,
  cells: [],
  score: null,
  gone: null,
  ...over,
});

export const lease = (id: string, over: Partial<LeaseRow> = {}): LeaseRow => ({
  id,
  pool: "p",
  runId: "r1",
  lane: "l",
  score: 1,
  cells: [],
  node: "n1",
  freed: false,
  call,
  at: NOW,
  ...over,
});

export const wait = (id: string, over: Partial<WaitRow> = {}): NewRow<"waits"> => ({
  id,
  kind: "event",
  name: "shop/paid",
  anchor: "*",
  runId: "r1",
  step: "s",
  expression: "async.data.ok",
  openedAt: NOW,
  until: null,
  ...over,
});

export const app = (id: string, over: Partial<AppRow> = {}): AppRow => ({
  id,
  name: id,
  url: "http://localhost:3000/api",
  sdk: "js:v4",
  framework: null,
  platform: null,
  env: null,
  appVersion: null,
  checksum: "sum",
  syncedAt: NOW,
  error: null,
  ...over,
});

export const fn = (id: string, appId: string, over: Partial<FunctionRow> = {}): FunctionRow => ({
  id,
  appId,
  slug: id,
  version: 1,
  config: {
    slug: id,
    name: id,
    triggers: [{ event: "shop/order" }],
    url: "http://localhost:3000/api",
    maxAttempts: 4,
    concurrency: [{ limit: 2, key: "event.data.id", scope: "fn" }],
  },
  archived: false,
  mode: "active",
  ...over,
});
