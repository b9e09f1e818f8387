/**
 * Works through bulk jobs: one loop for each open job, an item at a time, at the job's rate. Every act re-checks
 * the job and the item in the commit that also writes the act, so that a crash, a pause, an undo or a second
 * runner on the same store never acts on a run twice. What it keeps in memory is only its pace.
 */
import type { BulkItemRow, BulkJobRow, Instant } from "@stepwell/core";
import type { Engine, LogEntry } from "@stepwell/engine";
import { StoreError } from "@stepwell/store";
import { actOn } from "./act.ts";
import { deskOf } from "./desk.ts";
import { isOver, isRunning, progressOf, type SeenJob } from "./job.ts";

/** Jobs of other processes are found so late, should theirs have died. */
const LOOK_EVERY_MS = 30_000;
const ITEMS_AT_ONCE = 100;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

type Log = (entry: LogEntry) => void;

/**
 * Starts working on what is open, and on every job that is confirmed from now on.
 * @returns stops it: nothing new is begun, and it resolves once the act in hand is written; what was left goes on
 * with the next start
 */
export function startBulkRunner(engine: Engine, log: Log): () => Promise<void> {
  const timers = createTimers(engine);
  /** Per job, whether it was heard of again since its loop began. */
  const loops = new Map<string, { again: boolean; ended: Promise<void> }>();

  function follow(id: string): void {
    const known = loops.get(id);
    if (known !== undefined) known.again = true;
    if (known !== undefined || timers.stopped()) return;
    const ended = work(engine, id, timers, log)
      .catch((error: unknown) => tell(log, id, error))
      .then(() => {
        loops.delete(id);
        if (loop.again) follow(id);
      });
    const loop = { again: false, ended };
    loops.set(id, loop);
  }

  async function look(): Promise<void> {
    timers.later(LOOK_EVERY_MS, () => void look());
    try {
      for (const { id, status } of await engine.read.openBulkJobs()) if (status !== "paused") follow(id);
    } catch (error) {
      tell(log, null, error);
    }
  }

  const unlisten = deskOf(engine).onNudge(follow);
  void look();
  return async () => {
    unlisten();
    timers.stop();
    await Promise.all([...loops.values()].map(({ ended }) => ended));
  };
}

/** What a loop knows of its job; the truth is looked at again with every act. */
interface Known {
  job: BulkJobRow | null;
  /** The next items, in their order. */
  items: BulkItemRow[];
}

/** One job until it is over or paused, or the runner stops. */
async function work(engine: Engine, id: string, timers: Timers, log: Log): Promise<void> {
  const known: Known = { job: null, items: [] };
  let waitMs = FIRST_WAIT_MS;
  while (!timers.stopped()) {
    let next: Instant | null;
    try {
      next = await advance(engine, id, known, log);
      waitMs = FIRST_WAIT_MS;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      // It may be written or not: what there is is looked at again.
      known.items = [];
      tell(log, id, error);
      next = engine.now() + waitMs;
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
    if (next === null) return;
    await timers.until(next);
  }
}

/** Acts on the next item, or looks which there are. @returns when to go on; null: the job is paused or over */
async function advance(engine: Engine, id: string, known: Known, log: Log): Promise<Instant | null> {
  const beganAt = engine.now();
  const before = known.job;
  const item = known.items.shift();
  if (before === null || item === undefined) {
    const seen = await peek(engine, id);
    if (seen === null || isOver(seen.job) || seen.job.status === "paused") return null;
    known.job = seen.job;
    if (!isRunning(seen.job, engine.now())) return seen.job.startsAt;
    known.items = seen.waiting;
    return seen.waiting.length === 0 ? null : paced(seen.job, before, beganAt);
  }
  known.job = await actOn(engine, before, item, log);
  if (known.job !== null) return paced(known.job, before, beganAt);
  // Called off: paused, over, or another runner has done it. The next look tells.
  known.job = before;
  known.items = [];
  return beganAt;
}

/** What was done since the last look, by whichever runner, takes its time: so several keep to one rate. */
function paced(job: BulkJobRow, before: BulkJobRow | null, beganAt: Instant): Instant {
  const done = before === null ? 0 : progressOf(job) - progressOf(before);
  return beganAt + Math.ceil((done * 1_000) / job.rate);
}

function peek(engine: Engine, id: string): Promise<SeenJob> {
  return engine.commit({ bulkJob: { id, most: ITEMS_AT_ONCE } }, ({ bulkJob }) => {
    return { write: [], reply: bulkJob };
  });
}

function tell(log: Log, id: string | null, error: unknown): void {
  const message = `bulk job${id === null ? "s" : ` ${id}`}: ${error instanceof Error ? error.message : String(error)}`;
  log({ level: error instanceof StoreError ? "warn" : "error", event: "bulk.trouble", message });
}

interface Timers {
  later(ms: number, call: () => void): void;
  /** Resolves at that time, or when stopped. */
  until(at: Instant): Promise<void>;
  stop(): void;
  stopped(): boolean;
}

function createTimers(engine: Engine): Timers {
  const ends = new Set<() => void>();
  let stopped = false;
  const set = (at: Instant, call: () => void, atEnd: () => void): void => {
    if (stopped) return atEnd();
    const end = (): void => {
      cancel();
      atEnd();
    };
    ends.add(end);
    const cancel = engine.at(at, () => {
      ends.delete(end);
      call();
    });
  };
  return {
    later: (ms, call) => set(engine.now() + ms, call, () => {}),
    until: (at) => new Promise((resolve) => set(at, resolve, resolve)),
    stop() {
      stopped = true;
      for (const end of ends) end();
      ends.clear();
    },
    stopped: () => stopped,
  };
}
