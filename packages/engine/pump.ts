/**
 * Two loops over the store. Later wakes: a timer for the earliest due row. Pools: claims while there is
 * something to claim and a worker is free. Both sleep when nothing is due; hints of commits wake them.
 */
import { type Claim, claim, type LeaseRow, type PoolId, type WakeRow } from "@stepwell/core";
import type { Decision } from "@stepwell/store";
import { call, giveUp } from "./call.ts";
import { childEnded } from "./child.ts";
import type { Context } from "./context.ts";
import { fetchFor } from "./fetch.ts";
import { flushBatchOf, flushDebounce, lookAgain } from "./flush.ts";
import { invoke, route } from "./route.ts";
import { settleInput } from "./settle.ts";
import { fireTick, tick } from "./tick.ts";

const DUE_BATCH = 200;
const CLAIM_BATCH = 50;
const BUSY_RETRY_MS = 5;
const SLOW_WAKE_MS = 50;
/** Wakes in hand at most; the others stay in the store until one is done. */
const MOST_IN_HAND = 2 * DUE_BATCH;
/** So often in a row a wake may be handled and still be there. */
const MOST_TIMES = 3;
/** Requests of the server's own at once; they do not take the workers of calls to apps (semantics §7.7). */
const FETCH_WORKERS = 100;

export interface Pump {
  start(): Promise<void>;
  /** No new claims or wakes; resolves when nothing is in flight, or after `graceMs`. */
  stop(graceMs: number): Promise<void>;
  callsInFlight(): number;
  /** Workers that make a call to an app now. */
  workersBusy(): number;
  /** Nothing is being handled, claimed or called at this instant; the store may still hold what is due. */
  isIdle(): boolean;
  /** Wakes handled since the start that had waited for their time: sleeps, retries, timeouts, cron ticks. */
  wakesFired(): number;
}

export function createPump(context: Context): Pump {
  const { store, clock, queueWorkers, log } = context.options;
  const inHand = new Set<string>();
  const failures = new Map<string, number>();
  const ready = new Set<PoolId>();
  const claiming = new Set<PoolId>();
  const drained = new Set<() => void>();
  let handling = 0;
  let fetching = 0;
  const toFetch: WakeRow[] = [];
  const justHandled = new Map<string, { dueAt: number; times: number }>();
  const handled = new Set<() => void>();
  const timers = new Set<() => void>();
  let reserved = 0;
  let running = 0;
  let fired = 0;
  let stopped = true;
  let cancelTimer: () => void = () => {};
  let timerAt = Number.POSITIVE_INFINITY;
  let looking = false;
  let lookOnce = false;
  let unsubscribe: () => void = () => {};

  /** Sets the timer for the next due wake, keeping an earlier one. */
  function wakeAt(at: number): void {
    if (stopped || at >= timerAt) return;
    cancelTimer();
    timerAt = at;
    cancelTimer = clock.at(at, () => {
      timerAt = Number.POSITIVE_INFINITY;
      void lookForDue();
    });
  }

  async function lookForDue(): Promise<void> {
    if (stopped) return;
    if (looking) {
      lookOnce = true;
      return;
    }
    looking = true;
    try {
      do {
        lookOnce = false;
        await handleDue();
      } while (lookOnce && !stopped);
    } catch (error) {
      log({ level: "error", event: "pump.failed", message: String(error) });
      wakeAt(clock.now() + 1000);
    } finally {
      looking = false;
    }
  }

  /** A timer that a stop takes away. */
  function later(at: number, then: () => void): () => void {
    const cancel = clock.at(at, () => {
      timers.delete(cancel);
      then();
    });
    timers.add(cancel);
    return () => {
      timers.delete(cancel);
      cancel();
    };
  }

  async function handleDue(): Promise<void> {
    let now = clock.now();
    while (!stopped) {
      now = clock.now();
      const room = MOST_IN_HAND - handling - toFetch.length;
      // Half a batch at least, or what is in hand would be read again for each one that is done.
      if (room < DUE_BATCH / 2) {
        await oneHandled();
        continue;
      }
      const rows = await store.read.dueWakes(now, Math.min(room, DUE_BATCH) + inHand.size);
      const fresh = rows.filter((row) => !inHand.has(row.id) && !isStillThere(row));
      if (fresh.length === 0) break;
      await takeInHand(fresh.slice(0, room));
    }
    justHandled.clear();
    // What is due by now is in hand.
    const next = await store.read.nextDue(now);
    if (next !== null) wakeAt(next);
  }

  /**
   * Events first: one that was received before a wait's end ends it, even if both are only looked at now.
   * Requests of the server's own may take minutes: nothing else waits for them.
   */
  async function takeInHand(fresh: WakeRow[]): Promise<void> {
    for (const wake of fresh) inHand.add(wake.id);
    toFetch.push(...fresh.filter(isFetch));
    fetchMore();
    const others = fresh.filter((row) => !isFetch(row));
    for (const part of [others.filter(isEvent), others.filter((row) => !isEvent(row))])
      if (part.length > 0) await soon(Promise.all(part.map(handle)));
  }

  function oneHandled(): Promise<void> {
    return new Promise((resolve) => handled.add(resolve));
  }

  function fetchMore(): void {
    while (fetching < FETCH_WORKERS && !stopped) {
      const wake = toFetch.shift();
      if (wake === undefined) return;
      fetching += 1;
      void handle(wake).finally(() => {
        fetching -= 1;
        fetchMore();
      });
    }
  }

  /** One slow wake, such as an event that thousands of runs wait for, does not hold up the others for long. */
  async function soon(work: Promise<unknown>): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = later(clock.now() + SLOW_WAKE_MS, resolve);
      void work.finally(() => {
        cancel();
        resolve();
      });
    });
  }

  /** A wake whose handling throws is parked and tried again later: it neither blocks the others nor spins. */
  async function handle(wake: WakeRow): Promise<void> {
    inHand.add(wake.id);
    handling += 1;
    try {
      await fire(wake);
      if (!isAtOnce(wake)) fired += 1;
      if (looking) noteHandled(wake);
      failures.delete(wake.id);
      inHand.delete(wake.id);
      // It was slow, so nobody looks any more; it may be due still (a debounce that got a newer event meanwhile).
      if (!looking) void lookForDue();
    } catch (error) {
      park(wake, error);
    } finally {
      handling -= 1;
      for (const done of handled) done();
      handled.clear();
      tellDrained();
    }
  }

  function noteHandled({ id, dueAt }: WakeRow): void {
    const before = justHandled.get(id);
    justHandled.set(id, { dueAt, times: before?.dueAt === dueAt ? before.times + 1 : 1 });
  }

  /** A wake that is there as before, however often it is handled, is one that nobody takes away: it would spin. */
  function isStillThere(row: WakeRow): boolean {
    const before = justHandled.get(row.id);
    if (before?.dueAt !== row.dueAt || before.times < MOST_TIMES) return false;
    justHandled.delete(row.id);
    inHand.add(row.id);
    park(row, new Error("the wake is still there after it was handled"));
    return true;
  }

  function park(wake: WakeRow, error: unknown): void {
    const times = (failures.get(wake.id) ?? 0) + 1;
    failures.set(wake.id, times);
    if (context.storeTrouble() === null && !stopped)
      log({
        level: "error",
        event: "wake.failed",
        message: String(error),
        wake: wake.id,
        kind: wake.job.kind,
      });
    later(clock.now() + Math.min(200 * 2 ** times, 60_000), () => {
      inHand.delete(wake.id);
      void lookForDue();
    });
  }

  function tellDrained(): void {
    if (running > 0 || handling > 0) return;
    for (const done of drained) done();
  }

  async function fire(wake: WakeRow): Promise<void> {
    const { job } = wake;
    switch (job.kind) {
      case "route":
        return route(context, wake, job.eventId);
      case "debounce":
        return flushDebounce(context, wake, job);
      case "batch":
        return flushBatchOf(context, wake, job);
      case "room":
        return lookAgain(context, wake, job);
      case "cron":
        return tick(context, wake, job);
      case "tick":
        return fireTick(context, wake, job);
      case "invoke":
        return invoke(context, wake, job.eventId, job.functionId);
      case "fetch":
        return fetchFor(context, wake, job);
      case "child-ended":
        return childEnded(context, wake, job);
      case "sleep":
      case "timeout":
      case "deadline":
      case "child-refused":
      case "later-call":
        if (wake.runId !== null) await settleInput(context, wake.runId, { is: "woke", wakeId: wake.id });
        return;
      case "call":
        throw new Error(`wake ${wake.id} waits in a lane; only its pool may take it`);
      default:
        job satisfies never;
    }
  }

  function claimReady(): void {
    if (stopped) return;
    for (const pool of ready) {
      const free = queueWorkers - running - reserved;
      if (free <= 0) return;
      if (claiming.has(pool)) continue;
      ready.delete(pool);
      void claimPool(pool, Math.min(CLAIM_BATCH, free));
    }
  }

  async function claimPool(pool: PoolId, want: number): Promise<void> {
    claiming.add(pool);
    reserved += want;
    try {
      const { limits, ahead } = context.registry;
      const ask = { pool: { pool, want, limits: ahead } };
      const outcome = await context.commit(ask, (seen, moment): Decision<Claim | "busy"> => {
        if (seen.pool === "busy") return { write: [], reply: "busy" };
        const claimed = claim(pool, seen.pool, want, limits, context.options.node, moment);
        return { write: claimed.write, reply: claimed };
      });
      if (outcome === "busy") {
        comeBack(pool, BUSY_RETRY_MS);
        return;
      }
      if (outcome.again) ready.add(pool);
      for (const lease of outcome.leases) void whileRunning(() => work(lease));
    } catch (error) {
      if (context.storeTrouble() === null)
        log({ level: "error", event: "claim.failed", message: String(error), pool });
      comeBack(pool, 1000);
    } finally {
      reserved -= want;
      claiming.delete(pool);
      claimReady();
    }
  }

  function comeBack(pool: PoolId, ms: number): void {
    later(clock.now() + ms, () => {
      ready.add(pool);
      claimReady();
    });
  }

  /** Counts as work in flight, which `stop` waits for. */
  async function whileRunning(work: () => Promise<void>): Promise<void> {
    running += 1;
    try {
      await work();
    } finally {
      running -= 1;
      tellDrained();
      claimReady();
    }
  }

  /** A bug of ours in the middle of a call counts as a failed attempt, so that it is seen and the run goes on. */
  async function work(lease: LeaseRow): Promise<void> {
    try {
      await call(context, lease);
    } catch (error) {
      log({ level: "error", event: "call.failed", message: String(error), runId: lease.runId });
      await giveUp(context, lease, error).catch((again: unknown) => {
        log({ level: "error", event: "call.lost", message: String(again), runId: lease.runId });
      });
    }
  }

  return {
    async start() {
      stopped = false;
      unsubscribe = store.onHint((hint) => {
        for (const pool of hint.pools) ready.add(pool);
        claimReady();
        if (hint.at !== null) {
          if (hint.at <= clock.now()) void lookForDue();
          else wakeAt(hint.at);
        }
      });
      for (const pool of await store.read.readyPools()) ready.add(pool);
      claimReady();
      await lookForDue();
    },
    async stop(graceMs) {
      stopped = true;
      unsubscribe();
      cancelTimer();
      for (const wake of toFetch.splice(0)) inHand.delete(wake.id);
      for (const done of handled) done();
      for (const cancel of timers) cancel();
      timers.clear();
      if (running === 0 && handling === 0) return;
      await new Promise<void>((resolve) => {
        const cancel = clock.at(clock.now() + graceMs, resolve);
        drained.add(() => {
          cancel();
          resolve();
        });
      });
    },
    callsInFlight: () => running + fetching,
    workersBusy: () => running,
    isIdle: () => !looking && handling === 0 && running === 0 && reserved === 0 && ready.size === 0,
    wakesFired: () => fired,
  };
}

function isFetch(wake: WakeRow): boolean {
  return wake.job.kind === "fetch";
}

function isEvent(wake: WakeRow): boolean {
  return wake.job.kind === "route" || wake.job.kind === "invoke";
}

/** Due when it is written: a hand-over, not something that waits. */
function isAtOnce({ job }: WakeRow): boolean {
  if (job.kind === "fetch") return job.attempt === 0;
  return job.kind === "route" || job.kind === "invoke" || job.kind === "child-ended";
}
