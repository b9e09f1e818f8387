/**
 * The PostgreSQL store: a few connections that write, a few that read, one that listens. Many nodes may
 * have it open at once.
 */
import { randomUUID } from "node:crypto";
import { type Hint, identityCodec, type PayloadCodec, type Store, StoreError } from "@stepwell/store";
import type { ClientConfig } from "pg";
import { moveClock, readClock } from "./clock.ts";
import { openLink } from "./driver.ts";
import { createGathering } from "./gathering.ts";
import { createGrouping } from "./group.ts";
import { createLinks } from "./links.ts";
import { channelOf, startListening, writeHint } from "./listen.ts";
import { migrate } from "./migrations/index.ts";
import { asStoreError } from "./postgres-error.ts";
import { createReads } from "./reads/index.ts";

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database`, with `?sslmode=…` if needed. */
  uri: string;
  codec?: PayloadCodec;
  /** Commits that may wait; one more is refused. */
  maxPending?: number;
  /** Connections that write: groups of commits under way at once; 2 if left out. */
  connections?: number;
  /** Connections that read; 3 if left out. */
  readConnections?: number;
  /** The schema that holds all tables, made by `migrate` if it is not there; `stepwell` if left out. */
  schema?: string;
  /** How long a commit waits for what another transaction holds, in milliseconds; 10,000 if left out. */
  lockTimeoutMs?: number;
  /** Hear the hints of other nodes; true if left out. A pooler that shares connections cannot: false. */
  listen?: boolean;
  /** Keep statements prepared; true if left out. A pooler that shares connections may not be able to: false. */
  prepare?: boolean;
}

const OLDEST_VERSION = 15;
const LOCK_TIMEOUT_MS = 10_000;

/**
 * Opens connections; the tables are made by `migrate`.
 * @throws StoreError `store_failed` when the server cannot be reached, refuses, or is older than 15
 * @example
 * const store = await openPostgresStore({ uri: "postgres://stepwell@localhost/stepwell" });
 * await store.migrate();
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { codec = identityCodec, maxPending = 10_000, connections = 2, schema = "stepwell" } = options;
  const config = configOf(options.uri);
  const open = () => openLink({ config, schema, prepare: options.prepare ?? true });
  const self = randomUUID();
  const listeners = new Set<(hint: Hint) => void>();
  const tell = (hint: Hint): void => {
    for (const listen of listeners)
      try {
        listen(hint);
      } catch (error) {
        process.emitWarning(`a listener to the store's hints failed: ${String(error)}`);
      }
  };
  const writers = createLinks(open, connections);
  const readers = createLinks(open, options.readConnections ?? 3);
  const read = createReads(readers, codec);
  const channel = channelOf(schema);
  const notification = (hint: Hint) => ({ channel, payload: writeHint(self, hint) });
  const grouping = createGrouping({
    codec,
    schema,
    notification,
    lockTimeoutMs: options.lockTimeoutMs ?? LOCK_TIMEOUT_MS,
  });
  const gathering = createGathering(
    (group) => withErrors(() => writers.use((link) => grouping.run(link, group))),
    tell,
    { connections, maxPending },
  );
  const lookAgain = async () => ({ pools: await read.readyPools(), at: await read.nextDue() });
  const listening = await withErrors(async () => {
    await readers.use(checkVersion);
    return options.listen === false ? null : startListening({ open, schema, self, tell, lookAgain });
  }).catch(async (error: unknown) => {
    await readers.close();
    throw error;
  });
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    await gathering.close();
    await Promise.all([listening?.close(), writers.close(), readers.close()]);
  };
  return {
    exclusive: false,
    commit: gathering.commit,
    read,
    onHint(listen) {
      const own = (hint: Hint): void => listen(hint);
      listeners.add(own);
      return () => listeners.delete(own);
    },
    clock: () =>
      withErrors(async () => {
        const clock = await readers.use(readClock);
        return { ...clock, floor: Math.max(clock.floor, grouping.floor()) };
      }),
    moveClock: (movedMs) => withErrors(() => readers.use((link) => moveClock(link, movedMs))),
    migrate: () => withErrors(() => readers.use((link) => migrate(link, schema))),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

async function withErrors<R>(work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    throw asStoreError(error);
  }
}

async function checkVersion(link: Awaited<ReturnType<typeof openLink>>): Promise<void> {
  const [row] = await link.once(
    "select current_setting('server_version_num')::int as number, current_setting('server_version') as version",
  );
  if (Number(row?.["number"]) < OLDEST_VERSION * 10_000)
    throw new StoreError(
      "store_failed",
      `PostgreSQL ${OLDEST_VERSION} or newer is needed, this is ${String(row?.["version"])}`,
    );
}

/** The URI is checked here: errors of a parser would quote it, password and all. */
function configOf(uri: string): ClientConfig {
  if (!URL.canParse(uri) || !/^postgres(?:ql)?:$/.test(new URL(uri).protocol))
    throw new StoreError(
      "store_failed",
      "the URI of PostgreSQL is not one: expected postgres://user:password@host:port/database (signs like @ : / in the password written as %40 %3A %2F)",
    );
  return { connectionString: uri };
}
