/**
 * Keeps in step with apps. The URLs of `--sdk-url` are asked until they answer, and again each interval,
 * so that a deploy is noticed; with a poll interval every known app is asked, so that changed code shows
 * up by itself (M-6). An app that hangs delays no other one. Only news is logged.
 */
import { StepwellError } from "@stepwell/core";
import type { Engine, LogEntry } from "@stepwell/engine";

export interface AppWatchOptions {
  engine: Engine;
  urls: readonly string[];
  /** How often known apps are asked; 0: never; null: only `urls`, each 30 s. */
  pollIntervalMs: number | null;
  log: (entry: LogEntry) => void;
}

export interface AppWatch {
  /** Asks one URL now, or waits for the question that is under way. Never throws: trouble is logged once. */
  ask(url: string): Promise<Asked>;
  /** Whether the last question to this URL was answered by an app; null: it was not asked yet. */
  answers(url: string): boolean | null;
  stop(): void;
}
/** What came of a sync; `appId` is null when the app registers itself. */
export type Asked = { ok: true; appId: string | null } | { ok: false };

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
/** A sync is one small request, and equal functions write nothing. */
const NAMED_INTERVAL_MS = 30_000;

/** Starts watching. */
export function watchApps({ engine, urls, pollIntervalMs, log }: AppWatchOptions): AppWatch {
  const timers = createTimers();
  const { ask, answers } = createQuestions(engine, (entry) => {
    if (!timers.stopped()) log(entry);
  });
  /** Named URLs that are asked in their own, faster rhythm until they answer. */
  const wanted = new Set<string>();

  async function untilFound(url: string, waitMs: number): Promise<void> {
    wanted.add(url);
    if (timers.stopped()) return;
    if ((await ask(url)).ok) wanted.delete(url);
    else timers.later(waitMs, () => untilFound(url, Math.min(waitMs * 2, LONGEST_RETRY_MS)));
  }

  /** A named app that is gone, as in the middle of a deploy, is awaited; another one at the next poll. */
  async function askAgain(url: string): Promise<void> {
    if (wanted.has(url)) return;
    if (urls.includes(url)) await untilFound(url, FIRST_RETRY_MS);
    else await ask(url);
  }

  const everyMs = pollIntervalMs ?? (urls.length > 0 ? NAMED_INTERVAL_MS : 0);
  async function poll(): Promise<void> {
    timers.later(everyMs, poll);
    try {
      const known = pollIntervalMs === null ? [] : (await engine.read.apps()).map((app) => app.url);
      for (const url of new Set([...urls, ...known])) void askAgain(url);
    } catch (error) {
      if (!timers.stopped()) log({ level: "warn", event: "poll.failed", message: String(error) });
    }
  }

  for (const url of urls) void untilFound(url, FIRST_RETRY_MS);
  if (everyMs > 0) void poll();
  return { ask, answers, stop: timers.stop };
}

/** Asks URLs, each once at a time, and tells what is new about them. */
function createQuestions(engine: Engine, log: (entry: LogEntry) => void): Pick<AppWatch, "ask" | "answers"> {
  /** The last trouble told for each URL; null: it answers. */
  const told = new Map<string, string | null>();
  const asking = new Map<string, Promise<Asked>>();

  async function sync(url: string): Promise<Asked> {
    try {
      const result = await engine.syncUrl(url);
      // The engine tells a sync that changed something.
      const isNews =
        told.get(url) === undefined ? "modified" in result && !result.modified : told.get(url) !== null;
      if (isNews) log({ level: "info", event: "app.found", message: `app answers at ${url}`, url });
      told.set(url, null);
      return { ok: true, appId: "appId" in result ? result.appId : null };
    } catch (error) {
      tell(url, error);
      return { ok: false };
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

  return {
    ask(url) {
      const current = asking.get(url);
      if (current !== undefined) return current;
      const asked = sync(url).finally(() => asking.delete(url));
      asking.set(url, asked);
      return asked;
    },
    answers: (url) => (told.has(url) ? told.get(url) === null : null),
  };
}

interface Timers {
  later(ms: number, call: () => Promise<void>): void;
  stop(): void;
  stopped(): boolean;
}

/** Timers that keep no process alive and end together. */
function createTimers(): Timers {
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;
  return {
    later(ms, call) {
      if (stopped) return;
      const timer = setTimeout(() => {
        timers.delete(timer);
        void call();
      }, ms);
      timer.unref();
      timers.add(timer);
    },
    stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
    },
    stopped: () => stopped,
  };
}
