/** The one place that joins store, engine and server into a running Stepwell. */
import { join, resolve } from "node:path";
import {
  type Chance,
  type Clock,
  createChance,
  createClock,
  createEngine,
  createTransport,
  type Engine,
  type LogEntry,
} from "@stepwell/engine";
import {
  createServer,
  createSetup,
  hasAdmin,
  keepStatistics,
  listen,
  readSettings,
  type ServerOptions,
  type Settings,
  type SettingsInput,
  type Setup,
  type StepwellServer,
  startBulkRunner,
} from "@stepwell/server";
import { createMemoryStore, type Store } from "@stepwell/store";
import { watchApps } from "./app-watch.ts";
import { makeDataFolder } from "./data-folder.ts";
import { discover } from "./discovery.ts";
import { pagesOf } from "./pages.ts";
import { removeServerFile, type ServerFile, writeServerFile } from "./server-file.ts";
import { oidcOf, tellSetup } from "./sign-in.ts";
import { readVersion } from "./version.ts";

/** Every setting but `mode` has a default; time, dice and log can be replaced in tests. */
export type StartOptions = SettingsInput & {
  clock?: Clock;
  chance?: Chance;
  log?: (entry: LogEntry) => void;
};

export interface Stepwell {
  /** Where it answers, for clients on this machine. */
  readonly url: string;
  readonly port: number;
  readonly engine: Engine;
  readonly settings: Settings;
  /** The data file; null: in memory, or in a database. */
  readonly file: string | null;
  /** Host, port and name of the PostgreSQL database, without user and password; null: there is none. */
  readonly database: string | null;
  /** Takes no new calls, waits for those in flight up to the grace, closes the store. Twice is once. */
  close(): Promise<void>;
}

/**
 * Starts a server in this process.
 * @throws SettingsError for settings that cannot be used; ListenError for a busy port; StepwellError
 * `store_locked` when another server has the file or the database; StoreError when it cannot be opened
 * @example
 * const stepwell = await startStepwell({ mode: "dev", inMemory: true, port: 0 });
 * await fetch(`${stepwell.url}/health`);
 * await stepwell.close();
 */
export async function startStepwell(options: StartOptions): Promise<Stepwell> {
  const { clock, chance = createChance(), log = () => {}, ...input } = options;
  const settings = readSettings(input);
  const dir = resolve(settings.dir);
  makeDataFolder(dir);
  const opened = await openStore(join(dir, "main.db"), settings);
  const { store } = opened;
  try {
    await store.migrate();
    return await run(opened, dir, settings, {
      clock: clock ?? (await createClock(store)),
      chance,
      log,
    });
  } catch (error) {
    await store.close();
    throw error;
  }
}

interface Outside {
  clock: Clock;
  chance: Chance;
  log: (entry: LogEntry) => void;
}

async function run(
  { store, describe, file, database }: Opened,
  dir: string,
  settings: Settings,
  outside: Outside,
): Promise<Stepwell> {
  const engine = makeEngine(store, settings, outside);
  let ready: () => void = () => {};
  const isReady = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const setup = createSetup();
  const stopping = new AbortController();
  const server = makeServer(engine, settings, {
    setup,
    ...(await pagesOf(settings, outside.log)),
    log: outside.log,
    stopping: stopping.signal,
  });
  // The port is taken before the first call goes out; requests that come meanwhile wait.
  const listening = await listen(
    async (request, connection) => {
      await isReady;
      return server(request, connection);
    },
    { host: settings.host, port: settings.port, tryNext: settings.tryNextPort },
  );
  const { url, port } = listening;
  const entry: ServerFile = {
    url,
    port,
    pid: process.pid,
    startedAt: new Date().toISOString(),
    mode: settings.mode,
  };
  try {
    describe({ url, port });
    writeServerFile(dir, entry);
    await engine.start();
  } catch (error) {
    removeServerFile(dir, entry);
    await listening.close(0);
    throw error;
  }
  const unkeep = keepStatistics(engine, outside.log);
  const stopBulk = startBulkRunner(engine, outside.log);
  ready();
  if (settings.mode === "start" && settings.dashboard && !hasAdmin(await engine.read.users()))
    tellSetup({ setup, url, settings, now: engine.now(), log: outside.log });
  const unfollow = followApps(engine, settings, port, outside.log);
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    unfollow();
    await stopBulk();
    await unkeep();
    // The port stays open meanwhile: functions that are still running may send events.
    await engine.stop(settings.graceMs);
    stopping.abort();
    await listening.close();
    removeServerFile(dir, entry);
    await store.close();
  };
  return {
    url,
    port,
    engine,
    settings,
    file,
    database,
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** Asks apps for their functions, and in dev looks for them; returns the stop. */
function followApps(
  engine: Engine,
  { sdkUrls: urls, pollIntervalMs, discovery }: Settings,
  ownPort: number,
  log: (entry: LogEntry) => void,
): () => void {
  const watch = watchApps({ engine, urls, pollIntervalMs, log });
  const known = () => engine.read.apps();
  const undiscover = discovery ? discover({ watch, known, urls, ownPort, log }) : () => {};
  return () => {
    undiscover();
    watch.stop();
  };
}

function makeEngine(store: Store, settings: Settings, { clock, chance, log }: Outside): Engine {
  return createEngine({
    store,
    clock,
    chance,
    transport: createTransport({
      allowLinkLocal: settings.allowLinkLocal,
      connections: settings.queueWorkers,
    }),
    node: chance.id(clock.now()),
    mode: settings.mode,
    signingKey: settings.mode === "start" ? settings.signingKey : null,
    queueWorkers: settings.queueWorkers,
    requestTimeoutMs: settings.requestTimeoutMs,
    retryIntervalMs: settings.retryIntervalMs,
    maxSteps: settings.maxSteps,
    maxPendingEvents: settings.maxPendingEvents,
    log,
  });
}

function makeServer(
  engine: Engine,
  settings: Settings,
  own: Pick<ServerOptions, "pages" | "log" | "stopping"> & { setup: Setup },
): StepwellServer {
  const { mode, eventKeys, signingKey, allowedHosts, maxBodyBytes, sdkUrls, pollIntervalMs, dir } = settings;
  const { dashboard, trustProxy, queueWorkers, inMemory, postgresUri } = settings;
  return createServer({
    engine,
    mode,
    eventKeys,
    signingKeys: signingKey === null ? [] : [signingKey],
    allowedHosts,
    maxBodyBytes,
    version: readVersion(),
    startOptions: { sdkUrls, pollIntervalMs, dir },
    dashboard,
    trustProxy,
    queueWorkers,
    storeKind: postgresUri !== null ? "postgres" : inMemory ? "memory" : "sqlite",
    ...oidcOf(settings),
    ...own,
  });
}

interface Opened {
  store: Store;
  /** Tells a second server, which is refused, where this one is. */
  describe: (where: { port: number; url: string }) => void;
  file: string | null;
  database: string | null;
}

/** Each store is loaded only when it is wanted. */
async function openStore(file: string, { inMemory, postgresUri, durability }: Settings): Promise<Opened> {
  if (postgresUri !== null) {
    const { openPostgresStore, placeOf } = await import("@stepwell/store-postgres");
    const store = await openPostgresStore({ uri: postgresUri, hold: true });
    return { store, describe: store.describe, file: null, database: placeOf(postgresUri) };
  }
  if (inMemory) return { store: createMemoryStore(), describe: () => {}, file: null, database: null };
  const { openSqliteStore } = await import("@stepwell/store-sqlite");
  const store = await openSqliteStore({ file, durability });
  return { store, describe: store.describe, file, database: null };
}
