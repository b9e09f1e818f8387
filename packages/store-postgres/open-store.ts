/**
 * The PostgreSQL store: a few connections that write, a few that read, one that listens, and one that holds
 * the schema against a second engine if asked to. Else many nodes may have it open at once.
 */
import { randomUUID } from "node:crypto";
import {
  type GroupResult,
  type Hint,
  identityCodec,
  type PayloadCodec,
  type Store,
  StoreError,
} from "@stepwell/store";
import { moveClock, readClock } from "./clock.ts";
import { type Link, openLink } from "./driver.ts";
import { createGathering, type Planned } from "./gathering.ts";
import { createGrouping } from "./group.ts";
import { type Hold, type HoldOptions, holdSchema } from "./hold.ts";
import { createLinks } from "./links.ts";
import { channelOf, type Listening, type ListeningOptions, startListening, writeHint } from "./listen.ts";
import { migrate } from "./migrations/index.ts";
import { asStoreError } from "./postgres-error.ts";
import { createReads } from "./reads/index.ts";
import { configOf } from "./uri.ts";

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
  /** Be the only engine on this schema (hold.ts); false if left out. Not behind a pooler that shares connections. */
  hold?: boolean | Pick<HoldOptions, "patienceMs" | "beatMs">;
  /** Keep statements prepared; true if left out. A pooler that shares connections may not be able to: false. */
  prepare?: boolean;
}

export interface PostgresStore extends Store {
  /** Tells a refused second engine where this one answers. */
  describe(where: { url?: string }): void;
}

const OLDEST_VERSION = 15;
const LOCK_TIMEOUT_MS = 10_000;

/**
 * Opens connections; the tables are made by `migrate`.
 * @throws StoreError `store_failed` when the server cannot be reached, refuses, or is older than 15;
 * `store_locked` with `hold` when another engine has the schema
 * @example
 * const store = await openPostgresStore({ uri: "postgres://stepwell@localhost/stepwell" });
 * await store.migrate();
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<PostgresStore> {
  const { codec = identityCodec, maxPending = 10_000, connections = 2, schema = "stepwell" } = options;
  const config = configOf(options.uri);
  const open = () => openLink({ config, schema, prepare: options.prepare ?? true });
  const self = randomUUID();
  const { tell, onHint } = createTelling();
  const writers = createLinks(open, connections);
  const readers = createLinks(open, options.readConnections ?? 3);
  const read = createReads(readers, codec, schema);
  const lookAgain = async () => ({ pools: await read.readyPools(), at: await read.nextDue() });
  const { hold, listening } = await withErrors(async () => {
    await readers.use(checkVersion);
    const lines: Around["lines"] = [writers, readers];
    return await holdAndListen(options, { open, schema, self, lines, tell, lookAgain });
  }).catch(async (error: unknown) => {
    await readers.close();
    throw error;
  });
  const channel = channelOf(schema);
  const grouping = createGrouping({
    codec,
    schema,
    notification: (hint) => ({ channel, payload: writeHint(self, hint) }),
    lockTimeoutMs: options.lockTimeoutMs ?? LOCK_TIMEOUT_MS,
  });
  const commitGroup = (group: readonly Planned[]): Promise<GroupResult> =>
    withErrors(async () => {
      const refusal = hold?.refusal();
      if (refusal) throw refusal;
      return writers.use((link) => grouping.run(link, group));
    });
  const gathering = createGathering(commitGroup, tell, { connections, maxPending });
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    await gathering.close();
    await Promise.all([listening?.close(), writers.close(), readers.close()]);
    await hold?.release();
  };
  return {
    exclusive: hold !== null,
    overlaps: true,
    commit: gathering.commit,
    read,
    onHint,
    clock: () =>
      withErrors(async () => {
        const clock = await readers.use(readClock);
        return { ...clock, floor: Math.max(clock.floor, grouping.floor()) };
      }),
    moveClock: (movedMs) => withErrors(() => readers.use((link) => moveClock(link, movedMs))),
    migrate: () => withErrors(() => readers.use((link) => migrate(link, schema))),
    onRegained: (listen) => hold?.onRegained(listen) ?? (() => {}),
    describe: (where) => hold?.describe(where),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function createTelling(): { tell: (hint: Hint) => void; onHint: Store["onHint"] } {
  const listeners = new Set<(hint: Hint) => void>();
  return {
    tell(hint) {
      for (const listen of listeners)
        try {
          listen(hint);
        } catch (error) {
          process.emitWarning(`a listener to the store's hints failed: ${String(error)}`);
        }
    },
    onHint(listen) {
      const own = (hint: Hint): void => listen(hint);
      listeners.add(own);
      return () => listeners.delete(own);
    },
  };
}

interface Around extends ListeningOptions {
  /** Everything that may hang when the network has gone silent. */
  lines: { cut(): void }[];
}

async function holdAndListen(
  options: PostgresStoreOptions,
  around: Around,
): Promise<{ hold: Hold | null; listening: Listening | null }> {
  const hold = await holdIfAsked(options, around);
  if (options.listen === false) return { hold, listening: null };
  try {
    const listening = await startListening(around);
    around.lines.push(listening);
    return { hold, listening };
  } catch (error) {
    await hold?.release();
    throw error;
  }
}

async function holdIfAsked({ hold }: PostgresStoreOptions, around: Around): Promise<Hold | null> {
  if (hold === undefined || hold === false) return null;
  const { open, schema, lines, tell, lookAgain } = around;
  return holdSchema({
    open,
    schema,
    lost: () => {
      for (const line of lines) line.cut();
    },
    // What came meanwhile was told to nobody.
    regained: () => void lookAgain().then(tell, () => {}),
    ...(hold === true ? {} : hold),
  });
}

async function withErrors<R>(work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    throw asStoreError(error);
  }
}

/** @throws StoreError for a server older than 15 */
export async function checkVersion(link: Pick<Link, "once">): Promise<void> {
  const [row] = await link.once(
    "select current_setting('server_version_num')::int as number, current_setting('server_version') as version",
  );
  if (Number(row?.["number"]) < OLDEST_VERSION * 10_000)
    throw new StoreError(
      "store_failed",
      `PostgreSQL ${OLDEST_VERSION} or newer is needed, this is ${String(row?.["version"])}. Move the database to a newer server`,
    );
}
