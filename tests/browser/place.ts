/**
 * A server with its dashboard and the shop, in this process: real HTTP, real SDK, a clock that stands still
 * unless it is moved. Also used by the command that takes the screenshots, so nothing here knows vitest.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type StartOptions, type Stepwell, startStepwell } from "stepwell";
import { startApp, type TestApp } from "../protocol/app.ts";
import { createClient, type Inngest, type InngestFunction } from "../protocol/sdk.ts";
import { createStillClock, type StillClock } from "../protocol/still-clock.ts";
import { createHeld, type Held, shopFunctions } from "./shop.ts";

const EVENT_KEY = "test-event-key";
const SIGNING_KEY = "signkey-test-0123456789abcdef0123456789abcdef";

export interface Place {
  server: Stepwell;
  url: string;
  app: TestApp;
  client: Inngest.Any;
  clock: StillClock;
  held: Held;
  dir: string;
  /** What the server has told its log, one line an entry. */
  log: { event: string; message: string; [field: string]: unknown }[];
  /** Sends over HTTP; returns the internal ids. */
  send(...events: { name: string; data?: object; id?: string; ts?: number }[]): Promise<string[]>;
  /** Ids of the runs that an event has started, once there are as many. */
  runsOf(eventId: string, count?: number): Promise<string[]>;
  /** Waits until nothing moves any more: no call but held ones, nothing due, nothing to claim. */
  idle(): Promise<void>;
  /** Waits until the run has this status. */
  runIs(runId: string, status: string): Promise<void>;
  /** Ends the server; the app goes on. */
  stop(): Promise<void>;
  /** Starts it again, on the same folder and port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface PlaceOptions {
  mode?: "dev" | "start";
  /** Epoch milliseconds; default: 24 November 2026, 10:00 UTC. */
  start?: number;
  functions?: (client: Inngest.Any, clock: StillClock, held: Held) => InngestFunction.Any[];
  /** True: steps that need nobody run in one call. Default: each is a call of its own, so that its bar has a length. */
  checkpointing?: boolean;
  server?: Partial<StartOptions>;
}

export const START: number = Date.UTC(2026, 10, 24, 10);

export async function openPlace(options: PlaceOptions = {}): Promise<Place> {
  const { mode = "dev", start = START, functions = shopFunctions } = options;
  const dir = await mkdtemp(join(tmpdir(), "stepwell-browser-"));
  const clock = createStillClock(start);
  const held = createHeld();
  // The SDK measures its steps by the clock of its process, and takes no signature that is five minutes off it.
  // Of several places, the one opened last is what steps are measured by; they are closed in the other order.
  const realNow = Date.now;
  Date.now = clock.now;
  const log: Place["log"] = [];
  const keys = mode === "start" ? { eventKeys: [EVENT_KEY], signingKey: SIGNING_KEY } : {};
  const settings = {
    mode,
    dir,
    clock,
    log: (entry: Place["log"][number]) => log.push(entry),
    graceMs: 0,
    discovery: false,
    pollIntervalMs: 0,
    ...keys,
    ...options.server,
  };
  let server = await startStepwell({ port: 0, ...settings } as StartOptions);
  const { url } = server;
  const client = createClient({
    id: "shop",
    baseUrl: url,
    isDev: mode === "dev",
    checkpointing: options.checkpointing ?? false,
    ...(mode === "start" ? { eventKey: EVENT_KEY, signingKey: SIGNING_KEY } : {}),
  });
  const app = await startApp(client, functions(client, clock, held));
  const synced = await fetch(app.url, { method: "PUT" });
  if (!synced.ok) throw new Error(`sync answered ${synced.status}: ${await synced.text()}`);
  const read = () => server.engine.read;
  const until = async <T>(what: string, look: () => Promise<T | null>): Promise<T> => {
    for (let tries = 0; tries < 3_000; tries += 1) {
      const found = await look();
      if (found !== null) return found;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`waited in vain: ${what}`);
  };
  return {
    get server() {
      return server;
    },
    url,
    app,
    client,
    clock,
    held,
    dir,
    log,
    async send(...events) {
      const response = await fetch(`${url}/e/${EVENT_KEY}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(events),
      });
      const { ids, error } = (await response.json()) as { ids: string[]; error?: string };
      if (!response.ok) throw new Error(`send answered ${response.status}: ${error}`);
      return ids;
    },
    runsOf: (eventId, count = 1) =>
      until(`${count} runs of event ${eventId}`, async () => {
        const runs = await read().eventRuns(eventId);
        return runs.length >= count ? runs.map(({ id }) => id) : null;
      }),
    async idle() {
      let still = 0;
      await until("the engine to be idle", async () => {
        const moves =
          server.engine.health().callsInFlight > held.count() ||
          (await read().dueWakes(clock.now(), 1)).length > 0 ||
          (await read().readyPools()).length > 0;
        still = moves ? 0 : still + 1;
        return still >= 5 ? true : null;
      });
    },
    async runIs(runId, status) {
      await until(`run ${runId} is ${status}`, async () =>
        (await read().run(runId))?.status === status ? true : null,
      );
    },
    stop: () => server.close(),
    async restart() {
      server = await startStepwell({ port: Number(new URL(url).port), ...settings } as StartOptions);
    },
    async close() {
      held.releaseAll();
      Date.now = realNow;
      await app.close();
      await server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
