/**
 * What must become of an event at the gates of a function, from semantics.md §1.4, §5 and §6 alone. Commits come
 * one after the other, so the history of what was accepted decides each new one.
 */
import type { FunctionConfig, FunctionMode, Json } from "@stepwell/core";
import { keyText, limitedBy } from "./cells.ts";
import { BATCH_IF, DAY_MS } from "./flow-setup.ts";
import { createPaces, type Pace } from "./paces.ts";

/** An event that arrives at a function. */
export interface Arrival {
  fnId: string;
  eventId: string;
  externalId: string;
  /** Its own time. */
  ts: number;
  receivedAt: number;
  /** `data.k`; null: there is none. */
  k: Json;
  /** `quiet`: its debounce is over. */
  as: "event" | "quiet" | "rerun" | "cron";
}
/** A function as an engine may know it now. */
export interface Version {
  config: FunctionConfig;
  mode: FunctionMode;
}
export type Verdict =
  | { is: "started" }
  | { is: "skipped"; reason: string; holder: string | null }
  | { is: "batched" }
  /** The batch is full with this event: one run with all of them. */
  | { is: "filled"; events: string[]; skipped: string | null }
  | { is: "debounced" }
  /** Null: nobody says why. */
  | { is: "nothing"; why: "limited" | "outdated" | "duplicate" | null };

/** Events that were merged and have not run. */
export interface Window {
  fnId: string;
  newest: { eventId: string; ts: number };
  /** When the first and the last one were received, and when they came to the gate. */
  first: { receivedAt: number; at: number };
  last: { receivedAt: number; at: number };
}
export interface Batch {
  fnId: string;
  events: string[];
  first: { receivedAt: number; at: number };
}
/** Who has the lock of a singleton: an unfinished run; null: nobody. */
export type Holder = (fnId: string, version: Version, k: Json) => { runId: string; since: number } | null;

export interface Gates {
  readonly windows: ReadonlyMap<string, Window>;
  readonly batches: ReadonlyMap<string, Batch>;
  /** Everything that is right; several, where a fraction of a millisecond decides. */
  judge(arrival: Arrival, version: Version, now: number): Verdict[];
  /** When the rate limit has room for one like this; null: cannot be told. */
  roomAt(arrival: Arrival, version: Version): number | null;
  /** It has become this. */
  accept(arrival: Arrival, version: Version, verdict: Verdict, now: number): void;
  /** It has become this by one of several rate limits. */
  blur(arrival: Arrival, version: Version): void;
  closeWindow(window: Window): void;
  closeBatch(batch: Batch): void;
}

/** Why a function starts nothing now (§6.11). */
export function skipReason(mode: FunctionMode): string | null {
  return { active: null, paused: "FunctionPaused", drained: "FunctionDrained" }[mode];
}

/** `floor(limit / 10) + 1` at once, then one per `period / limit` (§6.4). */
function ratePace(config: FunctionConfig): Pace | null {
  const rule = config.rateLimit;
  if (rule === undefined) return null;
  return { everyMs: rule.periodMs / rule.limit, atOnce: Math.floor(rule.limit / 10) + 1 };
}

export function createGates(holderOf: Holder): Gates {
  const rates = createPaces();
  const windows = new Map<string, Window>();
  const batches = new Map<string, Batch>();
  /** function and external id → when its run was made. */
  const taken = new Map<string, number>();
  const place = (fnId: string, source: string | undefined, k: Json): string =>
    `${fnId} ${keyText(source, k)}`;

  function batchOf({ as, k }: Arrival, { batch }: FunctionConfig): typeof batch {
    if (batch === undefined || as !== "event") return undefined;
    return batch.if !== undefined && !BATCH_IF.holds(k) ? undefined : batch;
  }

  function atBatch(
    arrival: Arrival,
    rule: NonNullable<FunctionConfig["batch"]>,
    mode: FunctionMode,
  ): Verdict {
    const open = batches.get(place(arrival.fnId, rule.key, arrival.k));
    const events = [...(open?.events ?? []), arrival.eventId];
    return events.length < rule.maxSize
      ? { is: "batched" }
      : { is: "filled", events, skipped: skipReason(mode) };
  }

  /** Where the event is counted; null: it is not (a rerun, a key that is missing). */
  function rateOf({ fnId, as, k }: Arrival, { rateLimit }: FunctionConfig): string | null {
    if (rateLimit === undefined || as === "rerun" || as === "quiet") return null;
    const text = limitedBy(rateLimit.key, k);
    return text === null ? null : `${fnId} ${text}`;
  }

  /** Behind rate limit and debounce. A duplicate ends silently, whatever else would be said about it. */
  function atRun(arrival: Arrival, version: Version, now: number): Verdict {
    const { fnId, externalId, as, k } = arrival;
    const before = as === "rerun" ? undefined : taken.get(`${fnId} ${externalId}`);
    if (before !== undefined && now - before < DAY_MS) return { is: "nothing", why: "duplicate" };
    const reason = skipReason(version.mode);
    if (reason !== null) return { is: "skipped", reason, holder: null };
    const holder = holderOf(fnId, version, k);
    if (holder === null) return { is: "started" };
    return { is: "skipped", reason: "Singleton", holder: holder.runId };
  }

  function behindRate(arrival: Arrival, version: Version, now: number): Verdict {
    const { debounce } = version.config;
    if (debounce === undefined || arrival.as !== "event") return atRun(arrival, version, now);
    const open = windows.get(place(arrival.fnId, debounce.key, arrival.k));
    const isOld = open !== undefined && arrival.ts < open.newest.ts;
    return isOld ? { is: "nothing", why: "outdated" } : { is: "debounced" };
  }

  function merge(arrival: Arrival, key: string | undefined, now: number): void {
    const { fnId, eventId, ts, receivedAt, k } = arrival;
    const at = place(fnId, key, k);
    const mark = { receivedAt, at: now };
    windows.set(at, { fnId, newest: { eventId, ts }, first: windows.get(at)?.first ?? mark, last: mark });
  }

  function collect(arrival: Arrival, key: string | undefined, now: number): void {
    const { fnId, eventId, receivedAt, k } = arrival;
    const at = place(fnId, key, k);
    const open = batches.get(at) ?? { fnId, events: [], first: { receivedAt, at: now } };
    batches.set(at, { ...open, events: [...open.events, eventId] });
  }

  return {
    windows,
    batches,
    judge(arrival, version, now) {
      const rule = batchOf(arrival, version.config);
      if (rule !== undefined) return [atBatch(arrival, rule, version.mode)];
      const counted = rateOf(arrival, version.config);
      const pace = ratePace(version.config);
      if (counted === null || pace === null) return [behindRate(arrival, version, now)];
      const room = rates.room(counted, pace, now);
      return [
        ...(room === "no" ? [] : [behindRate(arrival, version, now)]),
        ...(room === "yes" ? [] : [{ is: "nothing", why: "limited" } satisfies Verdict]),
      ];
    },
    roomAt(arrival, { config }) {
      const counted = rateOf(arrival, config);
      const pace = ratePace(config);
      return counted === null || pace === null ? null : rates.roomAt(counted, pace);
    },
    accept(arrival, version, verdict, now) {
      const { config } = version;
      if (verdict.is === "batched") return collect(arrival, config.batch?.key, now);
      if (verdict.is === "filled") {
        batches.delete(place(arrival.fnId, config.batch?.key, arrival.k));
        return;
      }
      const counted = rateOf(arrival, config);
      const pace = ratePace(config);
      const isLimited = verdict.is === "nothing" && verdict.why === "limited";
      if (counted !== null && pace !== null && !isLimited) rates.use(counted, pace, now);
      if (verdict.is === "debounced") merge(arrival, config.debounce?.key, now);
      if (verdict.is === "started" && arrival.as !== "rerun")
        taken.set(`${arrival.fnId} ${arrival.externalId}`, now);
    },
    blur(arrival, { config }) {
      const counted = rateOf(arrival, config);
      if (counted !== null) rates.blur(counted);
    },
    closeWindow: (window) => drop(windows, window),
    closeBatch: (batch) => drop(batches, batch),
  };
}

function drop<T>(from: Map<string, T>, wanted: T): void {
  for (const [key, one] of from) if (one === wanted) from.delete(key);
}
