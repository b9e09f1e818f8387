/**
 * Finds apps of this machine (wire.md §14.2): the usual ports and paths of loopback, a GET each, and what
 * is an SDK app is asked for its functions. Cheap for everybody else: one scan each 5 s, few requests at
 * once, short time limits, no line in the log, and a port that is no app is asked ever more seldom until
 * it closes. A port whose app is watched already is left alone.
 */
import type { LogEntry } from "@stepwell/engine";
import { type Answer, kindHeader, type NoAnswer, probe, readSeen } from "./app-probe.ts";
import type { AppWatch } from "./app-watch.ts";

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);
const PORTS: readonly number[] = [
  ...range(3000, 3010),
  ...[5173, 8000, 8080, 5000, 8081, 8787, 8888, 80, 443],
  ...range(8910, 8915),
];
const PATHS = [
  "/api/inngest",
  "/x/inngest",
  "/.netlify/functions/inngest",
  "/.redwood/functions/inngest",
] as const;

const SCAN_INTERVAL_MS = 5_000;
const LONGEST_QUIET_MS = 30_000;
const TIMEOUT_MS = 1_500;
const AT_ONCE = 4;

export interface DiscoveryOptions {
  watch: Pick<AppWatch, "ask" | "answers">;
  /** The apps that are known now. */
  known: () => Promise<KnownApp[]>;
  /** URLs that are watched anyway. */
  urls: readonly string[];
  /** The server's own port is not asked. */
  ownPort: number;
  log: (entry: LogEntry) => void;
  /** Default: the usual ones. */
  ports?: readonly number[];
  /** Default: the network. */
  look?: (url: string, signal: AbortSignal) => Promise<Answer | NoAnswer>;
}
interface KnownApp {
  id: string;
  url: string;
}

/** Starts looking; returns the stop. */
export function discover(options: DiscoveryOptions): () => void {
  const { ownPort, log, ports = PORTS } = options;
  const stop = new AbortController();
  const quiet = createQuietPorts();
  const visit = createVisit(options, quiet, stop.signal);
  let timer: NodeJS.Timeout | undefined;

  async function scan(): Promise<void> {
    const startedAt = performance.now();
    try {
      const known = await options.known();
      const queue = ports.filter((port) => port !== ownPort && !quiet.has(port));
      const work = async (): Promise<void> => {
        for (let port = queue.shift(); port !== undefined && !stop.signal.aborted; port = queue.shift())
          await visit(port, known);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    } catch (error) {
      if (!stop.signal.aborted)
        log({ level: "debug", event: "discovery.failed", message: `discovery: ${String(error)}` });
    }
    if (stop.signal.aborted) return;
    timer = setTimeout(() => void scan(), Math.max(0, startedAt + SCAN_INTERVAL_MS - performance.now()));
    timer.unref();
  }

  void scan();
  return () => {
    stop.abort();
    clearTimeout(timer);
  };
}

/** What a scan does with one port. */
function createVisit(
  { watch, urls, ownPort, log, look = lookAt }: DiscoveryOptions,
  quiet: QuietPorts,
  signal: AbortSignal,
): (port: number, known: readonly KnownApp[]) => Promise<void> {
  /** URLs that were synced, and the app that was there: two copies of an app must not take turns. */
  const settled = new Map<string, string | null>();
  const told = new Set<string>();

  async function visit(port: number, known: readonly KnownApp[]): Promise<void> {
    const here = [...urls, ...known.map((app) => app.url)].filter((url) => loopbackPort(url) === port);
    for (const url of here) if (watch.answers(url) ?? (await watch.ask(url)).ok) return;
    for (const path of PATHS) {
      // The name that it is known by, so that it is not another app's address for the same thing.
      const before = here.find((other) => new URL(other).pathname === path);
      const url = before ?? `${port === 443 ? "https" : "http"}://localhost:${port}${path}`;
      const answer = await look(url, signal);
      if (signal.aborted) return;
      if ("failure" in answer) return answer.failure === "closed" ? forget(port) : quiet.add(port);
      const seen = readSeen(answer);
      if (seen.is === "other") continue;
      quiet.remove(port);
      return seen.is === "locked" || seen.mode === "cloud" ? tellCloud(url) : sync(url, known);
    }
    quiet.add(port);
  }

  async function sync(url: string, known: readonly KnownApp[]): Promise<void> {
    told.delete(url);
    const appId = settled.get(url);
    const elsewhere = known.find((app) => app.id === appId);
    const isServed = elsewhere !== undefined && watch.answers(elsewhere.url) === true;
    // An app that registers itself has done so, and the register call is what it is known by.
    if (appId === null || isServed) return;
    const asked = await watch.ask(url);
    if (asked.ok) settled.set(url, asked.appId);
  }

  /** Nobody is there any more: whoever comes next is new. */
  function forget(port: number): void {
    quiet.remove(port);
    for (const url of settled.keys()) if (loopbackPort(url) === port) settled.delete(url);
    for (const url of told) if (loopbackPort(url) === port) told.delete(url);
  }

  function tellCloud(url: string): void {
    if (told.has(url)) return;
    told.add(url);
    log({
      level: "warn",
      event: "app.cloud_mode",
      message: `the app at ${url} is in cloud mode, so it trusts no dev server: start it with INNGEST_DEV=http://127.0.0.1:${ownPort}`,
      url,
    });
  }
  return visit;
}

interface QuietPorts {
  /** To be left alone now. */
  has(port: number): boolean;
  add(port: number): void;
  remove(port: number): void;
}

/** Ports that answer and are no app: left alone for 5 s, and each time for twice as long, up to 30 s. */
function createQuietPorts(): QuietPorts {
  const ports = new Map<number, { until: number; ms: number }>();
  return {
    has: (port) => (ports.get(port)?.until ?? 0) > performance.now(),
    add(port) {
      const ms = Math.min((ports.get(port)?.ms ?? SCAN_INTERVAL_MS / 2) * 2, LONGEST_QUIET_MS);
      // A little less, so that the scan which is due then does not come too early.
      ports.set(port, { until: performance.now() + ms - SCAN_INTERVAL_MS / 2, ms });
    },
    remove: (port) => void ports.delete(port),
  };
}

function lookAt(url: string, signal: AbortSignal): Promise<Answer | NoAnswer> {
  return probe(url, { headers: kindHeader("dev"), timeoutMs: TIMEOUT_MS, signal });
}

/** The port of a URL of this machine; null: another machine's, or no URL at all. */
function loopbackPort(text: string): number | null {
  if (!URL.canParse(text)) return null;
  const { protocol, hostname, port } = new URL(text);
  if (!/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)) return null;
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}
