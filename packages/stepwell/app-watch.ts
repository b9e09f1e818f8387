/**
 * Keeps in step with apps: the URLs of `--sdk-url` are asked until they answer, and known apps are asked
 * again each poll interval, so that changed code shows up by itself (M-6). Only news is logged.
 */
import { StepwellError } from "@stepwell/core";
import type { Engine, LogEntry } from "@stepwell/engine";

export interface AppWatchOptions {
  engine: Engine;
  urls: readonly string[];
  /** 0: known apps are not asked again. */
  pollIntervalMs: number;
  log: (entry: LogEntry) => void;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;

/** Starts watching; returns the stop. */
export function watchApps(options: AppWatchOptions): () => void {
  const { engine, pollIntervalMs, log } = options;
  const timers = new Set<NodeJS.Timeout>();
  /** The last trouble told for each URL; null: it answers. */
  const told = new Map<string, string | null>();
  let stopped = false;

  function later(ms: number, call: () => Promise<void>): void {
    if (stopped) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void call();
    }, ms);
    timer.unref();
    timers.add(timer);
  }

  async function ask(url: string): Promise<boolean> {
    try {
      const result = await engine.syncUrl(url);
      // The engine tells a sync that changed something.
      const isNews =
        told.get(url) === undefined ? "modified" in result && !result.modified : told.get(url) !== null;
      if (isNews && !stopped)
        log({ level: "info", event: "app.found", message: `app answers at ${url}`, url });
      told.set(url, null);
      return true;
    } catch (error) {
      if (!stopped) tell(url, error);
      return false;
    }
  }

  function tell(url: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (told.get(url) === message) return;
    told.set(url, message);
    const waiting = error instanceof StepwellError && error.code === "app_unreachable";
    log({
      level: waiting ? "info" : "error",
      event: waiting ? "app.waiting" : "sync.refused",
      message: waiting ? `waiting for an app: ${message}` : message,
      url,
      ...(error instanceof StepwellError ? { code: error.code } : {}),
    });
  }

  async function untilFound(url: string, waitMs: number): Promise<void> {
    if (stopped || (await ask(url))) return;
    later(waitMs, () => untilFound(url, Math.min(waitMs * 2, LONGEST_RETRY_MS)));
  }

  async function poll(): Promise<void> {
    try {
      const apps = await engine.read.apps();
      await Promise.all([...new Set(apps.map((app) => app.url))].map(ask));
    } catch (error) {
      if (!stopped) log({ level: "warn", event: "poll.failed", message: String(error) });
    }
    later(pollIntervalMs, poll);
  }

  for (const url of options.urls) void untilFound(url, FIRST_RETRY_MS);
  if (pollIntervalMs > 0) later(pollIntervalMs, poll);
  return () => {
    stopped = true;
    for (const timer of timers) clearTimeout(timer);
  };
}
