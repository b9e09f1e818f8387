/**
 * Where scenes are played: the real engine over a store in memory, with a clock that only this file moves.
 * It calls the app in this process; the app's work takes the clock's time (shop.ts), so everything that
 * happens is the same on any machine.
 */
import { setImmediate as turn } from "node:timers/promises";
import { type CallRequest, type Clock, createEngine, type Engine, type Transport } from "@stepwell/engine";
import { createServer } from "@stepwell/server";
import { createMemoryStore, type Store } from "@stepwell/store";
import type { InngestFunction } from "inngest";
import { serve } from "inngest/edge";
import { inngest, workBy } from "./shop.ts";

/** In seconds of the scene. */
export interface Span {
  from: number;
  to: number;
}
export interface RequestSeen extends Span {
  runId: string;
}
/** What users ask the server, without a socket; throws on a refusal. */
export type Ask = (method: "GET" | "POST", path: string, body?: unknown) => Promise<any>;

export interface Stage {
  ask: Ask;
  /** Stops wherever something is due, until all of that instant has happened. */
  moveTo(second: number): Promise<void>;
  /** Requests to the app so far. */
  requests: readonly RequestSeen[];
  close(): Promise<void>;
}

/** The instant of second 0. */
export const START: number = Date.UTC(2026, 0, 1);
const APP_URL = "http://127.0.0.1:3000/api/inngest";
const SERVER_URL = "http://127.0.0.1:8288";
/** So many turns of the event loop in which nothing happens: then nothing more can. */
const QUIET_TURNS = 3;

/** Opens a stage whose app has these functions. @param seed of ids and dice */
export async function openStage(functions: readonly object[], seed: number): Promise<Stage> {
  const { clock, moveTo } = createStageClock();
  const busy = { requests: 0, works: 0, asked: 0, commits: 0, committed: 0 };
  workBy(async (seconds) => {
    busy.works += 1;
    await new Promise<void>((resolve) => clock.at(clock.now() + seconds * 1000, resolve));
    busy.works -= 1;
  });
  const requests: RequestSeen[] = [];
  const store = counted(createMemoryStore(), busy);
  const engine = engineOn(store, clock, createTransport(functions, clock, busy, requests), seed);
  const send = doorOf(engine);
  // Checkpoints of the SDK come in by the client's own fetch, and mean that server.
  Object.defineProperty(inngest, "fetch", {
    configurable: true,
    async value(input: string | URL | Request, init?: RequestInit) {
      busy.asked += 1;
      const response = await send(new Request(input, init));
      busy.asked -= 1;
      return response;
    },
  });

  async function settle(): Promise<void> {
    for (let quiet = 0, before = -1; quiet < QUIET_TURNS; ) {
      await turn();
      const isQuiet =
        before === busy.committed && busy.commits + busy.asked === 0 && busy.requests <= busy.works;
      before = busy.committed;
      quiet = isQuiet && (await nothingDue(store, clock.now())) ? quiet + 1 : 0;
    }
  }

  await store.migrate();
  await engine.start();
  await engine.syncUrl(APP_URL);
  return {
    requests,
    async ask(method, path, body) {
      const text = body === undefined ? null : JSON.stringify(body);
      const response = await send(new Request(`${SERVER_URL}${path}`, { method, body: text }));
      await settle();
      return response.json();
    },
    moveTo: (second) => moveTo(START + second * 1000, settle),
    async close() {
      await engine.stop(0);
      await store.close();
    },
  };
}

interface Timer {
  at: number;
  call: () => void;
}

function createStageClock(): {
  clock: Clock;
  moveTo(target: number, settle: () => Promise<void>): Promise<void>;
} {
  const timers = new Set<Timer>();
  let now = START;
  const fire = (timer: Timer) => {
    if (timers.delete(timer)) timer.call();
  };
  return {
    clock: {
      now: () => now,
      at(at, call) {
        const timer = { at, call };
        timers.add(timer);
        // What is due already needs no move of the clock.
        if (at <= now) queueMicrotask(() => fire(timer));
        return () => timers.delete(timer);
      },
    },
    async moveTo(target, settle) {
      for (;;) {
        await settle();
        const next = Math.min(...[...timers].map(({ at }) => at));
        if (next > target) break;
        now = Math.max(now, next);
        for (const timer of [...timers]) if (timer.at <= now) fire(timer);
      }
      now = target;
    },
  };
}

/** Calls the app as a function, and writes down from when to when. */
function createTransport(
  functions: readonly object[],
  clock: Clock,
  busy: { requests: number },
  requests: RequestSeen[],
): Transport {
  const app = serve({ client: inngest, functions: functions as InngestFunction.Any[] });
  const second = () => (clock.now() - START) / 1000;
  const call = async ({ method, url, headers, body }: CallRequest) => {
    const { host } = new URL(url);
    const response = await app(new Request(url, { method, headers: { ...headers, host }, body }));
    const text = await response.text();
    return { status: response.status, headers: Object.fromEntries(response.headers), body: text, url };
  };
  return {
    async send(request) {
      if (request.method !== "POST") return call(request);
      const { ctx } = JSON.parse(request.body) as { ctx: { run_id: string } };
      const seen = { runId: ctx.run_id, from: second(), to: Number.NaN };
      requests.push(seen);
      busy.requests += 1;
      const answer = await call(request);
      busy.requests -= 1;
      seen.to = second();
      return answer;
    },
    async close() {},
  };
}

function engineOn(store: Store, clock: Clock, transport: Transport, seed: number): Engine {
  return createEngine({
    store,
    clock,
    chance: chanceOf(seed),
    transport,
    node: "00000000000000000000000001",
    mode: "dev",
    signingKey: null,
    queueWorkers: 100,
    requestTimeoutMs: 7_200_000,
    retryIntervalMs: null,
    maxSteps: 1000,
    maxPendingEvents: 1000,
    log({ level, event, message }) {
      if (level === "error") throw new Error(`${event}: ${message}`);
    },
  });
}

function doorOf(engine: Engine): (request: Request) => Promise<Response> {
  const server = createServer({
    engine,
    mode: "dev",
    eventKeys: [],
    signingKeys: [],
    allowedHosts: [],
    maxBodyBytes: 2 ** 20,
    version: "guide",
    startOptions: {},
    log: () => {},
  });
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    const { method, headers } = request;
    const body = method === "GET" ? null : await request.text();
    const response = await server(
      new Request(`${SERVER_URL}${pathname}${search}`, { method, headers, body }),
    );
    if (!response.ok) throw new Error(`${method} ${pathname}: ${response.status} ${await response.text()}`);
    return response;
  };
}

function counted(store: Store, busy: { commits: number; committed: number }): Store {
  return {
    ...store,
    async commit(...args) {
      busy.commits += 1;
      try {
        return await store.commit(...args);
      } finally {
        busy.commits -= 1;
        busy.committed += 1;
      }
    },
  };
}

async function nothingDue(store: Store, now: number): Promise<boolean> {
  const [wakes, pools] = await Promise.all([store.read.dueWakes(now, 1), store.read.readyPools()]);
  return wakes.length === 0 && pools.length === 0;
}

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** ULIDs that count up, and dice that fall the same for the same seed. */
function chanceOf(seed: number): { id(now: number): string; roll(): number } {
  let made = 0;
  let state = seed;
  return {
    id: (now) => `${digits(now, 10)}${digits(++made, 16)}`,
    roll() {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    },
  };
}

function digits(value: number, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32))
    text = `${CROCKFORD[rest % 32]}${text}`;
  return text;
}
