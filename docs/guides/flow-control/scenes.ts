/** What is recorded for each picture: functions of examples.ts, and what comes from outside, by seconds. */
import * as examples from "./examples.ts";

export interface EventMoment {
  at: number;
  event: string;
  data?: Record<string, unknown>;
  /** What its row is called in the picture. */
  label: string;
}
export interface ControlMoment {
  at: number;
  verb: "pause" | "resume" | "drain";
  /** A function's id. */
  of: string;
}
/** Somebody asks why an event of the scene (by its place) has no run that goes on. */
export interface Question {
  at: number;
  why: number;
}
export interface Scene {
  /** Of the picture's file. */
  name: string;
  title: string;
  /** For those who do not see the picture. */
  description: string;
  functions: readonly object[];
  moments: readonly (EventMoment | ControlMoment)[];
  question?: Question;
  /** Where the picture ends. */
  until: number;
  /** Seconds between two marks of the axis. */
  tick: number;
  /** The axis counts hours; default: seconds. */
  unit?: "h";
}

const HOUR = 3600;

export const scenes: readonly Scene[] = [
  {
    name: "concurrency",
    title: "concurrency: 2",
    description:
      "Five events come at once. Two runs are called, the others wait; each time a request ends, the next run starts at once.",
    functions: [examples.resize],
    moments: [1, 2, 3, 4, 5].map((n) => ({
      at: 0,
      event: "photo/added",
      data: { photo: n },
      label: `photo ${n}`,
    })),
    question: { at: 1, why: 4 },
    until: 7,
    tick: 1,
  },
  {
    name: "concurrency-two",
    title: "concurrency: one per user, two in all",
    description:
      "Three events of user a, two of b, one of c. Never two requests for one user, never more than two in all. The run of b starts although runs of a came before it.",
    functions: [examples.report],
    moments: ["a", "a", "a", "b", "b", "c"].map((user, n) => ({
      at: 0.5 * n,
      event: "report/asked",
      data: { user },
      label: `user ${user}`,
    })),
    question: { at: 1, why: 1 },
    until: 9,
    tick: 1,
  },
  {
    name: "concurrency-shared",
    title: "concurrency: two functions share one slot",
    description: "Runs of welcome and of receipt take turns: never two requests at once over both functions.",
    functions: [examples.welcome, examples.receipt],
    moments: [
      { at: 0, event: "user/created", data: { user: "a" }, label: "welcome" },
      { at: 0.25, event: "order/paid", data: { user: "b" }, label: "receipt" },
      { at: 0.5, event: "user/created", data: { user: "c" }, label: "welcome" },
      { at: 0.75, event: "order/paid", data: { user: "d" }, label: "receipt" },
    ],
    question: { at: 0.5, why: 1 },
    until: 5,
    tick: 1,
  },
  {
    name: "concurrency-runs",
    title: "concurrency of runs: one unfinished run per user",
    description:
      "The second run of user a starts when the first has ended: a sleeping run keeps its place. The run of user b is independent.",
    functions: [examples.importFiles],
    moments: [
      { at: 0, event: "file/uploaded", data: { user: "a", file: 1 }, label: "user a" },
      { at: 1, event: "file/uploaded", data: { user: "a", file: 2 }, label: "user a" },
      { at: 2, event: "file/uploaded", data: { user: "b", file: 3 }, label: "user b" },
    ],
    question: { at: 3, why: 1 },
    until: 16,
    tick: 2,
  },
  {
    name: "throttle",
    title: "throttle: 2 per 10 s",
    description:
      "Five events come at once. Two runs start at once, then one each 5 seconds. All of them run.",
    functions: [examples.stock],
    moments: [1, 2, 3, 4, 5].map((n) => ({
      at: 0,
      event: "stock/asked",
      data: { sku: n },
      label: `item ${n}`,
    })),
    question: { at: 1, why: 3 },
    until: 20,
    tick: 5,
  },
  {
    name: "rate-limit",
    title: "rate limit: 1 per 10 s and user",
    description:
      "Events of user a at 0, 2, 9, 11 and 19 seconds: the first and the one at 11 run, the others are dropped. User b has a limit of its own.",
    functions: [examples.digest],
    moments: [
      { at: 0, user: "a" },
      { at: 2, user: "a" },
      { at: 5, user: "b" },
      { at: 9, user: "a" },
      { at: 11, user: "a" },
      { at: 19, user: "a" },
    ].map(({ at, user }) => ({ at, event: "comment/added", data: { user }, label: `user ${user}` })),
    question: { at: 3, why: 1 },
    until: 22,
    tick: 2,
  },
  {
    name: "idempotency",
    title: "idempotency: once per cart and day",
    description: "A second event of the same cart within 24 hours is dropped; after that one runs again.",
    functions: [examples.pay],
    moments: [
      { at: 1, cart: 1 },
      { at: 4, cart: 2 },
      { at: 9, cart: 1 },
      { at: 20, cart: 2 },
      { at: 25, cart: 1 },
    ].map(({ at, cart }) => ({
      at: at * HOUR,
      event: "cart/checkout",
      data: { cart },
      label: `cart ${cart}`,
    })),
    question: { at: 10 * HOUR, why: 2 },
    until: 28 * HOUR,
    tick: 4 * HOUR,
    unit: "h",
  },
  {
    name: "debounce",
    title: "debounce: quiet for 5 s, after 10 s at the latest",
    description:
      "Three events end in one run, 5 seconds after the last, with the last one's data. Later events come so often that the timeout ends the wait: the run starts 10 seconds after the first of them.",
    functions: [examples.index],
    moments: [0, 2, 4, 12, 15, 18, 21].map((at, n) => ({
      at,
      event: "doc/edited",
      data: { doc: 1, edit: n + 1 },
      label: `edit ${n + 1}`,
    })),
    question: { at: 3, why: 0 },
    until: 25,
    tick: 2,
  },
  {
    name: "batch",
    title: "batchEvents: up to 4, or 6 s after the first",
    description:
      "The fourth event fills the batch, and one run gets all four. The next two events are still alone after 6 seconds, so they run as a batch of two.",
    functions: [examples.store],
    moments: [0, 1, 2, 3, 5, 8].map((at, n) => ({
      at,
      event: "page/viewed",
      data: { page: n + 1 },
      label: `view ${n + 1}`,
    })),
    question: { at: 2, why: 1 },
    until: 14,
    tick: 2,
  },
  {
    name: "priority",
    title: "priority: paid plans go first",
    description: "One request at a time. The paid video came last and starts before the free ones that wait.",
    functions: [examples.encode],
    moments: [
      { at: 0, plan: "free" },
      { at: 0.5, plan: "free" },
      { at: 1, plan: "free" },
      { at: 1.5, plan: "paid" },
    ].map(({ at, plan }) => ({ at, event: "video/added", data: { plan }, label: plan })),
    question: { at: 2, why: 1 },
    until: 13,
    tick: 1,
  },
  {
    name: "singleton-skip",
    title: "singleton, mode skip",
    description:
      "While a run of account a is unfinished, a new one is skipped, also during its sleep. Account b runs. After the end a new event of a runs.",
    functions: [examples.sync],
    moments: [
      { at: 0, account: "a" },
      { at: 1, account: "a" },
      { at: 2, account: "b" },
      { at: 3, account: "a" },
      { at: 7, account: "a" },
    ].map(({ at, account }) => ({
      at,
      event: "account/sync",
      data: { account },
      label: `account ${account}`,
    })),
    question: { at: 2, why: 1 },
    until: 14,
    tick: 1,
  },
  {
    name: "singleton-cancel",
    title: "singleton, mode cancel",
    description: "Each new event of a site cancels the unfinished run before it. Only the last run builds.",
    functions: [examples.build],
    moments: [0, 2, 4].map((at, n) => ({
      at,
      event: "site/changed",
      data: { site: "x" },
      label: `change ${n + 1}`,
    })),
    until: 11,
    tick: 1,
  },
  {
    name: "pause",
    title: "pause and resume",
    description:
      "At the pause, the request in flight goes on and its result is kept; the next request waits for the resume. An event that comes meanwhile makes a skipped run.",
    functions: [examples.ship],
    moments: [
      { at: 0, event: "order/packed", data: { order: 1 }, label: "order 1" },
      { at: 1, verb: "pause", of: "ship" },
      { at: 5, event: "order/packed", data: { order: 2 }, label: "order 2" },
      { at: 8, verb: "resume", of: "ship" },
      { at: 9, event: "order/packed", data: { order: 3 }, label: "order 3" },
    ],
    question: { at: 6, why: 0 },
    until: 16,
    tick: 2,
  },
  {
    name: "drain",
    title: "drain and resume",
    description: "A drained function ends the runs that it has and skips new events until it is resumed.",
    functions: [examples.ship],
    moments: [
      { at: 0, event: "order/packed", data: { order: 1 }, label: "order 1" },
      { at: 1, verb: "drain", of: "ship" },
      { at: 4, event: "order/packed", data: { order: 2 }, label: "order 2" },
      { at: 8, verb: "resume", of: "ship" },
      { at: 9, event: "order/packed", data: { order: 3 }, label: "order 3" },
    ],
    question: { at: 5, why: 1 },
    until: 16,
    tick: 2,
  },
  {
    name: "start-timeout",
    title: "timeouts.start: 5 s",
    description:
      "One request at a time, 4 seconds each. The third run has not started 5 seconds after its event, so it is cancelled.",
    functions: [examples.quote],
    moments: [1, 2, 3].map((n) => ({ at: 0, event: "quote/asked", data: { order: n }, label: `order ${n}` })),
    question: { at: 1, why: 2 },
    until: 10,
    tick: 1,
  },
];
