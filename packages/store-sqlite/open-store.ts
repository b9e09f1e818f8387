/** The SQLite store: one file, one engine, one connection that writes and one that reads. */
import { statSync } from "node:fs";
import {
  createGathering,
  type GatheringOptions,
  identityCodec,
  type PayloadCodec,
  type Store,
} from "@stepwell/store";
import { openConnection, type SqliteDriver } from "./driver.ts";
import { createGrouping } from "./group.ts";
import { type HeldFile, type Holder, holdFile } from "./lock.ts";
import { migrate } from "./migrations/index.ts";
import { createReads } from "./reads/index.ts";
import { asStoreError } from "./sqlite-error.ts";

export interface SqliteStoreOptions {
  /** Path of the data file, or `:memory:`. */
  file: string;
  /** `full`: what was acknowledged survives a power cut. `normal`: only a crash of the process. */
  durability: "full" | "normal";
  codec?: PayloadCodec;
  /** Commits that may wait; one more is refused. */
  maxPending?: number;
  /** What a refused second engine is told of this one; the pid and the time of opening if left out. */
  holder?: Holder;
}

export interface SqliteStore extends Store {
  /** Tells a refused second engine more, such as port and url once they are known. */
  describe(extra: Partial<Holder>): void;
}

/** How long one writer waits for another process (a user's own transaction that sends an event). */
const TIMEOUT_MS = 5000;
/** Pages of the log before they are moved into the file: fewer stall commits, more cost space. */
const CHECKPOINT_PAGES = 4000;

/**
 * Opens the file and holds it against every other engine until `close`.
 * @throws StoreError `store_locked` when another engine has it, `store_failed` when it cannot be opened
 * @example
 * const store = await openSqliteStore({ file: ".stepwell/main.db", durability: "full" });
 * await store.migrate();
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const { file, durability, codec = identityCodec } = options;
  const inMemory = file === ":memory:";
  const held = inMemory
    ? null
    : holdFile(file, options.holder ?? { pid: process.pid, startedAt: Date.now() });
  let writer: SqliteDriver | null = null;
  try {
    writer = openWriter(file, durability);
    const reader = inMemory ? writer : openReader(file);
    return assemble(writer, reader, codec, options, held);
  } catch (error) {
    writer?.close();
    held?.release();
    throw asStoreError(error);
  }
}

function openReader(file: string): SqliteDriver {
  const reader = openConnection(file, { readOnly: true, timeoutMs: TIMEOUT_MS });
  // A list looks up rows from all over the file; the default of 2 MiB does not hold what one page and a count need.
  reader.exec("pragma cache_size = -16384; pragma temp_store = memory");
  return reader;
}

function openWriter(file: string, durability: "full" | "normal"): SqliteDriver {
  const writer = openConnection(file, { timeoutMs: TIMEOUT_MS });
  try {
    writer.exec(`
      pragma journal_mode = wal;
      pragma synchronous = ${durability};
      pragma wal_autocheckpoint = ${CHECKPOINT_PAGES};
      pragma temp_store = memory;
      pragma cache_size = -65536;
    `);
    return writer;
  } catch (error) {
    writer.close();
    throw error;
  }
}

function assemble(
  writer: SqliteDriver,
  reader: SqliteDriver,
  codec: PayloadCodec,
  { file, maxPending }: SqliteStoreOptions,
  held: HeldFile | null,
): SqliteStore {
  const grouping = createGrouping({ db: writer, codec });
  const bounds: GatheringOptions = maxPending === undefined ? {} : { maxPending };
  const gathering = createGathering(grouping.run, bounds);
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    await gathering.close();
    if (reader !== writer) reader.close();
    writer.close();
    held?.release();
  };
  const withErrors = async <R>(work: () => R): Promise<R> => {
    try {
      return work();
    } catch (error) {
      throw asStoreError(error);
    }
  };
  return {
    exclusive: true,
    commit: gathering.commit,
    onHint: gathering.onHint,
    read: createReads({ db: reader, codec }, () => bytesOf(file)),
    clock: () => withErrors(() => ({ offsetMs: 0, ...grouping.clock() })),
    moveClock: (movedMs) => withErrors(() => grouping.move(movedMs)),
    migrate: () => withErrors(() => migrate(writer)),
    describe: (extra) => held?.describe(extra),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** The file and its log; null: there is none, all is in memory. */
function bytesOf(file: string): number | null {
  if (file === ":memory:") return null;
  const sizes = [file, `${file}-wal`].map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  return sizes.reduce((sum, size) => sum + size, 0);
}
