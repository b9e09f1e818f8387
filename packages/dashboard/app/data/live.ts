/**
 * Live changes: one stream per tab. A change makes the reads that it touches out of date, at most once a
 * second; a tab that was hidden for a minute gives the stream up and reads everything again when it is
 * looked at; where the stream cannot be had, pages are read again each five seconds.
 */
import { apiBase, type StreamChange, type StreamHello, streamPath } from "@stepwell/api/dashboard";
import type { Query, QueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useSyncExternalStore } from "react";
import { boot } from "./boot.ts";
import { tellSignedOut } from "./call.ts";
import { openStream, type StreamEvent } from "./event-stream.ts";
import { isTouched, mergeChanges } from "./live-queries.ts";
import { noteServerTime } from "./server-clock.ts";

/** `live`: changes come. `connecting`: again, after it was lost. `polling`: read each 5 s. `asleep`: hidden. */
export type LiveState = "off" | "connecting" | "live" | "polling" | "asleep";

const FLUSH_EVERY_MS = 1000;
const HIDDEN_FOR_MS = 60_000;
const POLL_EVERY_MS = 5000;
const FAILURES_BEFORE_POLLING = 3;

let state: LiveState = "off";
const stateListeners = new Set<() => void>();
const changeListeners = new Set<(change: StreamChange) => void>();

function enter(next: LiveState): void {
  if (state === next) return;
  state = next;
  for (const listener of stateListeners) listener();
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    () => state,
  );
}

/** Tells each change as it comes, at most four a second; the newest listener is used. */
export function useLiveChanges(listener: (change: StreamChange) => void): void {
  const newest = useRef(listener);
  newest.current = listener;
  useEffect(() => {
    const tell = (change: StreamChange) => newest.current(change);
    changeListeners.add(tell);
    return () => {
      changeListeners.delete(tell);
    };
  }, []);
}

/**
 * Follows the server until the returned function is called. Once, when somebody is signed in.
 * @param stream opens a stream; tests give their own
 */
export function startLive(client: QueryClient, stream: typeof openStream = openStream): () => void {
  const url = `${boot.base}${apiBase}${streamPath}`;
  let closeStream: (() => void) | null = null;
  let lastId: string | null = null;
  let failures = 0;
  let pending: StreamChange | null = null;
  let flushedAt = 0;
  let flushTimer: ReturnType<typeof setTimeout> | undefined;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let hiddenTimer: ReturnType<typeof setTimeout> | undefined;
  let pollTimer: ReturnType<typeof setInterval> | undefined;

  // A read under way is let end: one that takes longer than a second would never arrive otherwise. It may
  // have begun before the change, so the change is kept for it.
  const invalidate = (touches: (query: Query) => boolean): boolean => {
    let busy = false;
    const predicate = (query: Query) => {
      if (query.meta?.live !== true || !touches(query)) return false;
      if (query.state.fetchStatus === "idle") return true;
      busy = true;
      return false;
    };
    void client.invalidateQueries({ predicate });
    return busy;
  };
  const readAgain = () =>
    void client.invalidateQueries({ predicate: ({ meta }) => meta?.live === true }, { cancelRefetch: false });
  const flush = () => {
    const change = pending;
    pending = null;
    flushTimer = undefined;
    flushedAt = performance.now();
    if (change !== null && invalidate(({ queryKey }) => isTouched(queryKey, change))) later(change);
  };
  const later = (change: StreamChange) => {
    pending = pending ? mergeChanges(pending, change) : change;
    flushTimer ??= setTimeout(flush, Math.max(0, FLUSH_EVERY_MS - (performance.now() - flushedAt)));
  };
  const take = (change: StreamChange) => {
    for (const listener of changeListeners) listener(change);
    later(change);
  };
  const stopPolling = () => {
    clearInterval(pollTimer);
    pollTimer = undefined;
  };
  const close = () => {
    clearTimeout(retryTimer);
    closeStream?.();
    closeStream = null;
  };
  const open = () => {
    close();
    if (state !== "polling") enter("connecting");
    closeStream = stream(url, lastId, { event: hear, end: lost });
  };
  const hear = ({ kind, data, id }: StreamEvent) => {
    if (id !== null) lastId = id;
    if (kind === "change") take(JSON.parse(data) as StreamChange);
    else if (kind === "reset") readAgain();
    else if (kind === "hello") {
      noteServerTime((JSON.parse(data) as StreamHello).now);
      // What changed while it was away may not be told again.
      if (failures > 0) readAgain();
      failures = 0;
      stopPolling();
      enter("live");
    }
  };
  const lost = (status: number | null) => {
    if (status === 401) tellSignedOut();
    failures++;
    close();
    if (failures >= FAILURES_BEFORE_POLLING) {
      enter("polling");
      pollTimer ??= setInterval(readAgain, POLL_EVERY_MS);
    } else enter("connecting");
    retryTimer = setTimeout(open, Math.min(10_000, 500 * 2 ** failures));
  };
  const look = () => {
    clearTimeout(hiddenTimer);
    if (document.hidden) {
      hiddenTimer = setTimeout(() => {
        close();
        stopPolling();
        enter("asleep");
      }, HIDDEN_FOR_MS);
    } else if (state === "asleep") {
      readAgain();
      open();
    }
  };
  document.addEventListener("visibilitychange", look);
  open();
  return () => {
    document.removeEventListener("visibilitychange", look);
    for (const each of [flushTimer, retryTimer, hiddenTimer]) clearTimeout(each);
    stopPolling();
    close();
    enter("off");
  };
}
