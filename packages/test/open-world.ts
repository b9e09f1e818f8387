/** Puts a world together. `simulate` opens its worlds here, too, with faults between engine and app. */
import { type DurationMs, type Instant, parseDuration } from "@stepwell/core";
import type { LogEntry } from "@stepwell/engine";
import type { AppCall } from "./app-call.ts";
import { borrowClient, fetchOf, isV3, type Receiver } from "./borrow-client.ts";
import { createDice } from "./dice.ts";
import { type House, openHouse } from "./house.ts";
import { APP_URL, type AppHandler, createInProcess, type Deliver, type InProcess } from "./in-process.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { createPost, type Post } from "./post.ts";
import { createRules, type Rules } from "./rules.ts";
import { refuseFakeTimers, type SettleParts, settle } from "./settle.ts";
import { createVirtualClock, type VirtualClock } from "./virtual-clock.ts";
import type { EdgeServe, EventToSend, World, WorldOptions } from "./world.ts";
import { WorldError } from "./world-error.ts";

/** What only `simulate` sets: it stands between engine and app. */
export interface Between {
  open(inside: Inside): Deliver;
  /** Code of the app sends events. */
  sends(call: AppCall, events: readonly EventToSend[]): void;
  /** Answers that are held back, and when the earliest goes on; null: none. */
  held(): { count: number; until: Instant } | null;
}
/** What faults may touch. */
export interface Inside {
  readonly clock: VirtualClock;
  readonly house: () => House;
}

const PATIENCE_MS = 4000;
const QUEUE_WORKERS = 100;
/** Where the engine says that something is wrong with itself. */
const BUGS = new Set([
  "call.failed",
  "call.lost",
  "wake.failed",
  "claim.failed",
  "pump.failed",
  "request.bug",
]);

export async function openWorld(options: WorldOptions, between: Between | null = null): Promise<World> {
  refuseFakeTimers();
  const clock = createVirtualClock(startOf(options.now));
  const prefix = `${options.client.id}-`;
  const bare = (slug: string): string => (slug.startsWith(prefix) ? slug.slice(prefix.length) : slug);
  let house: House | null = null;
  const inside: Inside = { clock, house: () => house as House };
  const post = createPost({ house: inside.house, clock, sends: between?.sends ?? (() => {}) });
  const receiver: Receiver = { answer: post.answer };
  const giveBack = borrowClient(options.client, receiver);
  try {
    const rules = createRules();
    const complaints: string[] = [];
    const transport = createInProcess({
      world: receiver,
      handler: await handlerOf(options),
      rules,
      offsetMs: () => Math.round(clock.now() - Date.now()),
      functionId: bare,
      fetch: options.fetch ?? null,
      deliver: between?.open(inside) ?? ((_call, deliver) => deliver()),
      complain: (message) => complaints.push(message),
      planAlways: between !== null,
    });
    const log = (entry: LogEntry): void => {
      if (BUGS.has(entry.event)) complaints.push(`The engine reports ${entry.event}: ${entry.message}`);
      options.log?.(entry);
    };
    const dice = createDice(options.seed ?? 1);
    house = await openHouse({ clock, dice, transport, queueWorkers: QUEUE_WORKERS, log });
    await register(house);
    const patienceMs = options.patienceMs ?? PATIENCE_MS;
    const atRest = async (): Promise<void> => {
      await settle(settleParts(inside, transport, post, between, patienceMs));
      const complaint = complaints.shift();
      if (complaint !== undefined) throw new WorldError(complaint);
    };
    return worldOf(inside, post, createLedger(inside.house, bare), rules, atRest, giveBack);
  } catch (error) {
    giveBack();
    await house?.close();
    throw error;
  }
}

function settleParts(
  { clock, house }: Inside,
  { inFlight }: InProcess,
  { answering }: Post,
  between: Between | null,
  patienceMs: DurationMs,
): SettleParts {
  const { store } = house();
  return {
    store,
    engine: () => house().engine(),
    inFlight,
    answering,
    now: clock.now,
    patienceMs,
    held: () => between?.held()?.count ?? 0,
    async release() {
      const until = between?.held()?.until ?? clock.now();
      const due = await store.read.nextDue();
      clock.moveTo(due === null ? until : Math.min(due, until));
    },
  };
}

function worldOf(
  { clock, house }: Inside,
  post: Post,
  ledger: Ledger,
  rules: Rules,
  atRest: () => Promise<void>,
  giveBack: () => void,
): World {
  /** What a test looks at is as it is now, also when it has to be told of something wrong. */
  const then = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
      await atRest();
    } finally {
      await ledger.refresh();
    }
  };
  const close = async (): Promise<void> => {
    giveBack();
    await house().close();
  };
  return {
    async send(events, { settle: wait = true } = {}) {
      const ids = await post.send(events);
      if (wait) await then(async () => {});
      return ids;
    },
    async signal(signal, data = null) {
      const found = await house().engine().signal(signal, data);
      await then(async () => {});
      return found?.runId ?? null;
    },
    cancel: (run) =>
      then(() =>
        house()
          .engine()
          .cancel(typeof run === "string" ? run : run.id),
      ),
    advance: (by) => then(() => advance(clock, house().store, atRest, instantOf(by, clock.now()))),
    settled: () => then(async () => {}),
    now: () => new Date(clock.now()),
    runs: ledger.runs,
    run: ledger.run,
    sent: post.sent,
    mock: (stepId, mock, how = {}) => rules.mock(stepId, mock, how),
    fail: (stepId, how = {}) => rules.fail(stepId, how),
    get engine() {
      return house().engine();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function handlerOf({ client, functions, serve }: WorldOptions): Promise<AppHandler> {
  const make = serve ?? ((await import("inngest/edge")).serve as EdgeServe);
  const fetch = fetchOf(client);
  return make({ client, functions, ...(isV3(client) ? { fetch } : {}) } as never);
}

async function register(house: House): Promise<void> {
  try {
    await house.engine().syncUrl(APP_URL);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new WorldError(
      `The functions cannot be used: ${why} (If the client is of another SDK than the package \`inngest\`, give createWorld its \`serve\`.)`,
      { cause: error },
    );
  }
}

async function advance(
  clock: VirtualClock,
  store: House["store"],
  atRest: () => Promise<void>,
  target: Instant,
): Promise<void> {
  for (;;) {
    await atRest();
    const next = await store.read.nextDue();
    if (next === null || next > target) break;
    clock.moveTo(Math.max(next, clock.now()));
  }
  clock.moveTo(target);
}

function startOf(now: WorldOptions["now"]): Instant {
  if (now === undefined) return Date.now();
  const start = new Date(now).getTime();
  if (Number.isNaN(start)) throw new WorldError(`createWorld({ now }) is no date: ${JSON.stringify(now)}`);
  return start;
}

/** @throws WorldError when `by` is no duration and no later date */
export function instantOf(by: string | number | Date, now: Instant): Instant {
  const target =
    by instanceof Date
      ? by.getTime()
      : typeof by === "number"
        ? now + by
        : now + (parseDuration(by) ?? Number.NaN);
  if (!(target >= now))
    throw new WorldError(
      `advance takes a duration such as "3d" or "1h30m", milliseconds, or a later date, not ${JSON.stringify(by)}.`,
    );
  return Math.ceil(target);
}
