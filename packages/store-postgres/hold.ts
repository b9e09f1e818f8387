/**
 * One engine per schema, for now (ADR 0024): an advisory lock of a session, on a connection that does nothing
 * else. The server frees it when the session ends, however it ends. While it is not held, nothing is written
 * from here: another engine may have the tables. It is taken again as soon as it can be had, and whoever keeps
 * things in memory is told first. Safety does not hang on it: leases are fenced by their tokens, as everywhere.
 */
import { hostname } from "node:os";
import { clearTimeout, setTimeout } from "node:timers";
import { StoreError } from "@stepwell/store";
import type { Link } from "./driver.ts";
import { ENGINE_LOCK, lockHash } from "./locks.ts";

export interface Hold {
  /** Why nothing may be written now; null: the lock is held. */
  refusal(): StoreError | null;
  /** Tells a refused second engine where this one answers. */
  describe(where: { url?: string }): void;
  /** Before anything is written again, and each time: the lock was lost and is held again. */
  onRegained(listen: () => Promise<void>): () => void;
  release(): Promise<void>;
}
export interface HoldOptions {
  open: () => Promise<Link>;
  schema: string;
  /** The lock is lost: what was under way on other connections is best given up, too. */
  lost: () => void;
  /** Called once the lock is held again and everybody has been told. */
  regained: () => void;
  /** How long another holder is waited for at first: one that was killed is gone in some 30 ms. Default 2 s. */
  patienceMs?: number;
  /** How often the connection is asked whether it is there, and how long it may take to say so. Default 5 s. */
  beatMs?: number;
}

const PATIENCE_MS = 2000;
const BEAT_MS = 5000;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2000;
/** A name of a session has 63 bytes. */
const MAX_NAME = 63;

const sql = {
  take: "select pg_try_advisory_lock($1, $2) as mine, pg_backend_pid() as pid",
  beat: "select 1",
  name: "select set_config('application_name', $1, false)",
  end: "select pg_terminate_backend($1)",
  // Both halves of the lock are shown as numbers without a sign.
  holder: `select l.pid, a.application_name as name, a.client_addr::text as address,
      to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since
    from pg_catalog.pg_locks l left join pg_catalog.pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'advisory' and l.granted and l.objsubid = 2
      and l.database = (select oid from pg_catalog.pg_database where datname = current_database())
      and l.classid = $1::bigint::oid and l.objid = $2::bigint::oid`,
} as const;

/** Who has the lock of this schema, in words, and the process of the server that serves it. */
export async function readHolder(
  link: Link,
  schema: string,
): Promise<{ backend: number; words: string } | null> {
  const [row] = await link.once(sql.holder, ENGINE_LOCK, lockHash(schema, "engine") >>> 0);
  if (row === undefined) return null;
  const { name, address, since } = row;
  const facts = [String(name ?? "").replace(/^stepwell /, ""), address, since && `connected ${since}`];
  return { backend: Number(row["pid"]), words: facts.filter(Boolean).join(", ") || "unknown" };
}

/** @throws StoreError `store_locked` when another engine has the schema; the text names it */
export async function holdSchema(options: HoldOptions): Promise<Hold> {
  const { open, schema, patienceMs = PATIENCE_MS, beatMs = BEAT_MS } = options;
  const listeners = new Set<() => Promise<void>>();
  const about = { url: "" };
  let held: { link: Link; backend: number } | null = null;
  let trouble: StoreError | null = null;
  let timer: NodeJS.Timeout | undefined;
  let retryMs = FIRST_RETRY_MS;
  let closed = false;

  /** @throws StoreError `store_locked` */
  async function take(before: number | null): Promise<Link> {
    const link = await open();
    try {
      const [row] = await link.once(sql.take, ENGINE_LOCK, lockHash(schema, "engine"));
      if (row?.["mine"] !== 1) throw await refused(link, before);
      await link.once(sql.name, nameOf(about.url));
      held = { link, backend: Number(row["pid"]) };
      link.on(
        () => {},
        () => lost(link),
      );
      if (!link.alive) throw new StoreError("store_failed", LOST);
      return link;
    } catch (error) {
      held = null;
      link.cut();
      throw error;
    }
  }

  /** After a cut of the network it may be our own session that the server still takes for alive. */
  async function refused(link: Link, before: number | null): Promise<StoreError> {
    const holder = await readHolder(link, schema);
    if (holder !== null && holder.backend === before) await link.once(sql.end, before);
    const who = holder === null ? "" : ` (${holder.words})`;
    return new StoreError(
      "store_locked",
      `the database is in use by another Stepwell${who}. Stop it, or give this one another database: several on one come with a later version.`,
    );
  }

  async function takeFirst(): Promise<void> {
    const end = performance.now() + patienceMs;
    for (;;)
      try {
        return void (await take(null));
      } catch (error) {
        const isLocked = error instanceof StoreError && error.code === "store_locked";
        if (!isLocked || performance.now() > end) throw error;
        await new Promise<void>((resolve) => setTimeout(resolve, FIRST_RETRY_MS));
      }
  }

  function lost(link: Link): void {
    if (closed || held?.link !== link) return;
    const { backend } = held;
    held = null;
    trouble = new StoreError("store_failed", LOST);
    retryMs = FIRST_RETRY_MS;
    link.cut();
    options.lost();
    later(() => again(backend), retryMs);
  }

  async function again(before: number): Promise<void> {
    try {
      const link = await take(before);
      for (const listen of listeners) await listen();
      if (held?.link !== link) return;
      trouble = null;
      options.regained();
      later(beat, beatMs);
    } catch (error) {
      if (error instanceof StoreError && error.code === "store_locked") trouble = error;
      const link = held?.link;
      held = null;
      link?.cut();
      retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
      later(() => again(before), retryMs);
    }
  }

  /** A connection that the network has dropped in silence looks alive until something is sent. */
  async function beat(): Promise<void> {
    const link = held?.link;
    if (link === undefined) return;
    let late: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      late = setTimeout(() => reject(new Error("no answer")), beatMs).unref();
    });
    try {
      await Promise.race([link.once(sql.beat), tooLate]);
      later(beat, beatMs);
    } catch {
      lost(link);
    } finally {
      clearTimeout(late);
    }
  }

  function later(what: () => Promise<void>, ms: number): void {
    if (closed) return;
    clearTimeout(timer);
    timer = setTimeout(() => void what(), ms).unref();
  }

  await takeFirst();
  later(beat, beatMs);
  return {
    refusal: () => trouble,
    describe({ url = "" }) {
      about.url = url;
      // Only the text of a refusal is poorer without it.
      held?.link.once(sql.name, nameOf(url)).catch(() => {});
    },
    onRegained(listen) {
      const own = (): Promise<void> => listen();
      listeners.add(own);
      return () => listeners.delete(own);
    },
    async release() {
      closed = true;
      clearTimeout(timer);
      await held?.link.close();
    },
  };
}

const LOST = "the connection to PostgreSQL is lost; nothing is written until it is back";

/** The name of the session: what a refused second engine, and whoever looks at the server, is told. */
function nameOf(url: string): string {
  const parts = [`stepwell pid ${process.pid}`, url, hostname()].filter((part) => part !== "");
  return parts
    .join(", ")
    .replace(/[^\x20-\x7e]/g, "?")
    .slice(0, MAX_NAME);
}
