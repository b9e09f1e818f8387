/**
 * A Stepwell on a fresh SQLite file (or PostgreSQL database) and a real SDK app, joined over HTTP, with a clock that can be moved.
 * The ids of docs/protocol/ are shown here: nothing is mocked but time.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type StartOptions, type Stepwell, startStepwell } from "stepwell";
import { inject } from "vitest";
import { createDatabase } from "../../packages/store-postgres/fixtures/database.ts";
import { startApp, type TestApp } from "./app.ts";
import { createClient, type Inngest, type InngestFunction } from "./sdk.ts";
import { createTestClock, type TestClock } from "./test-clock.ts";

export const EVENT_KEY = "test-event-key";
export const SIGNING_KEY = "signkey-test-0123456789abcdef0123456789abcdef";

export interface RunView {
  run_id: string;
  status: string;
  output: unknown;
  function_id: string;
  function_slug: string;
  event_id: string;
  run_started_at: string | null;
  ended_at: string | null;
  [key: string]: unknown;
}

export interface World {
  server: Stepwell;
  app: TestApp;
  client: Inngest.Any;
  clock: TestClock;
  dir: string;
  /** What a server that is started again on the same data has to be told beside the folder. */
  data: Partial<StartOptions>;
  /** Sends over HTTP; returns the internal ids. */
  send(events: object | object[], headers?: Record<string, string>): Promise<string[]>;
  /** Any request to the server, with the signing key in `start`. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  json<T = any>(path: string, init?: RequestInit): Promise<T>;
  eventRuns(eventId: string): Promise<RunView[]>;
  /** The only run that an event started. */
  runOf(eventId: string): Promise<RunView>;
  run(id: string): Promise<RunView>;
  /** Waits until the run has ended. */
  ended(runId: string, ms?: number): Promise<RunView>;
  sync(): Promise<void>;
  advance(ms: number): void;
  close(): Promise<void>;
}

export interface WorldOptions {
  functions: (client: Inngest.Any) => InngestFunction.Any[];
  mode?: "dev" | "start";
  server?: Partial<StartOptions>;
  clientOptions?: object;
  appId?: string;
  /** Fills the data folder before the server opens it. */
  prepare?: (dir: string) => void;
}

/** Waits for a fact, never for a fixed time. The limit only finds what hangs: a busy machine may take long. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false | null> | T | undefined | false | null,
  ms = 30_000,
): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false && found !== null) return found;
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The file in the folder, or with STEPWELL_STORE=postgres a database of its own for each world. */
async function makeData(): Promise<{ data: Partial<StartOptions>; removeData: () => Promise<void> }> {
  if (process.env.STEPWELL_STORE !== "postgres") return { data: {}, removeData: async () => {} };
  const database = await createDatabase(inject("postgresUri"));
  return { data: { postgresUri: database.uri }, removeData: () => database.remove() };
}

export async function openWorld(options: WorldOptions): Promise<World> {
  const mode = options.mode ?? "dev";
  const dir = await mkdtemp(join(tmpdir(), "stepwell-world-"));
  options.prepare?.(dir);
  const { data, removeData } = await makeData();
  const clock = createTestClock();
  const keys = mode === "start" ? { eventKeys: [EVENT_KEY], signingKey: SIGNING_KEY } : {};
  const server = await startStepwell({
    mode,
    dir,
    port: 0,
    clock,
    log: () => {},
    ...keys,
    ...data,
    ...options.server,
  });
  const client = createClient({
    id: options.appId ?? "app",
    baseUrl: server.url,
    isDev: mode === "dev",
    ...(mode === "start" ? { eventKey: EVENT_KEY, signingKey: SIGNING_KEY } : {}),
    ...options.clientOptions,
  });
  const app = await startApp(client, options.functions(client));
  const auth: Record<string, string> = mode === "start" ? { authorization: `Bearer ${SIGNING_KEY}` } : {};
  const world: World = {
    server,
    app,
    client,
    clock,
    dir,
    data,
    async send(events, headers = {}) {
      const response = await fetch(`${server.url}/e/${EVENT_KEY}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(events),
      });
      const body = (await response.json()) as { ids: string[]; error?: string };
      if (response.status !== 200) throw new Error(`send answered ${response.status}: ${body.error}`);
      return body.ids;
    },
    fetch: (path, init = {}) =>
      fetch(`${server.url}${path}`, { ...init, headers: { ...auth, ...(init.headers as object) } }),
    async json(path, init) {
      const response = await world.fetch(path, init);
      return (await response.json()) as never;
    },
    eventRuns: async (eventId) => (await world.json(`/v1/events/${eventId}/runs`)).data,
    runOf: (eventId) => until(`a run of event ${eventId}`, async () => (await world.eventRuns(eventId))[0]),
    run: async (id) => (await world.json(`/v1/runs/${id}`)).data,
    ended: (runId, ms) =>
      until(
        `run ${runId} ends`,
        async () => {
          const run = await world.run(runId);
          return ["Completed", "Failed", "Cancelled", "Skipped"].includes(run.status) && run;
        },
        ms,
      ),
    async sync() {
      const response = await fetch(app.url, { method: "PUT" });
      if (response.status !== 200)
        throw new Error(`sync answered ${response.status}: ${await response.text()}`);
    },
    advance: (ms) => clock.advance(ms),
    async close() {
      await app.close();
      await world.server.close();
      await removeData();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return world;
}
