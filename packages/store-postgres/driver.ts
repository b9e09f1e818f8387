/**
 * One connection to PostgreSQL, and the few things that the store asks of it. Statements are sent at once
 * and answered in order (pipelining): what does not need an answer first costs no round trip. Tables are
 * written `{name}` and live in the store's own schema, so nobody's `search_path` matters.
 */
import { hash, randomUUID } from "node:crypto";
import type { Writable } from "node:stream";
import { clearTimeout, setTimeout } from "node:timers";
import type { SqlRow, SqlValue } from "@stepwell/store";
import { Client, type ClientConfig, escapeIdentifier, type Notification, types } from "pg";
import { asConnectError } from "./postgres-error.ts";

export type Param = SqlValue | readonly SqlValue[];

/** One connection. All calls are sent in order; the error of one makes those behind it in its transaction fail. */
export interface Link {
  /** False once the connection is lost or closed. */
  readonly alive: boolean;
  /** Like no other connection's. */
  readonly name: string;
  /** A statement that is prepared once and kept by its text. */
  query(sql: string, ...values: Param[]): Promise<SqlRow[]>;
  /** The same for a text that is made for the occasion, and not kept. */
  once(sql: string, ...values: Param[]): Promise<SqlRow[]>;
  /** Statements without parameters. Returns the last one's command tag. */
  exec(sql: string): Promise<string>;
  /** Tells of each notification, and at the end of the connection. */
  on(heard: (payload: string) => void, ended: () => void): void;
  close(): Promise<void>;
  /** Ends it without a word: whoever waits for an answer gets an error now. */
  cut(): void;
}

export interface LinkOptions {
  config: ClientConfig;
  /** The schema of the store's tables. */
  schema: string;
  /** Statements are prepared and kept; false for a pooler that cannot. */
  prepare: boolean;
}

const CONNECT_MS = 10_000;
const KEEP_ALIVE_MS = 10_000;
const FAREWELL_MS = 1_000;

/** @throws StoreError when the server cannot be reached or refuses */
export async function openLink(options: LinkOptions): Promise<Link> {
  // The types of `pg` do not know the option yet.
  const pipelined: ClientConfig & { pipeline: boolean } = {
    fallback_application_name: "stepwell",
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    connectionTimeoutMillis: CONNECT_MS,
    ...options.config,
    types: { getTypeParser: parserOf as typeof types.getTypeParser },
    pipeline: true,
  };
  try {
    const client = new Client(pipelined);
    const link = createLink(client, options);
    await client.connect();
    return link;
  } catch (error) {
    throw asConnectError(error);
  }
}

function createLink(client: Client, { schema, prepare }: LinkOptions): Link {
  const statements = statementsIn(schema);
  const ends = new Set<() => void>();
  let alive = true;
  const end = (): void => {
    if (!alive) return;
    alive = false;
    for (const ended of ends) ended();
  };
  // Whoever waits for an answer gets the error, too; without a listener it would end the process.
  client.on("error", end);
  client.on("end", end);

  const flight = createFlight(client);

  async function send(text: string, name: string | undefined, values: Param[]): Promise<SqlRow[]> {
    flight();
    const result = await client.query<SqlRow>({
      text,
      ...(name === undefined ? {} : { name }),
      values: values.map(bound),
    });
    return result.rows;
  }

  return {
    name: randomUUID(),
    get alive() {
      return alive;
    },
    query(sql, ...values) {
      const { text, name } = statements(sql);
      return send(text, prepare ? name : undefined, values);
    },
    once: (sql, ...values) => send(inSchema(schema, sql), undefined, values),
    async exec(sql) {
      flight();
      const result: unknown = await client.query(inSchema(schema, sql));
      const last = Array.isArray(result) ? result.at(-1) : result;
      return (last as { command: string }).command;
    },
    on(heard, ended) {
      ends.add(ended);
      client.on("notification", ({ payload }: Notification) => heard(payload ?? ""));
    },
    async close() {
      alive = false;
      // On a network that has gone silent nobody answers the farewell.
      const late = setTimeout(() => streamOf(client).destroy(), FAREWELL_MS).unref();
      await client.end().catch(() => {});
      clearTimeout(late);
    },
    cut() {
      alive = false;
      streamOf(client).destroy();
    },
  };
}

function streamOf(client: Client): Writable {
  return (client as unknown as { connection: { stream: Writable } }).connection.stream;
}

/**
 * Everything sent in one turn goes out in one write: `pg` writes statement by statement, and a system call
 * each is the largest part of what a commit costs this process.
 */
function createFlight(client: Client): () => void {
  let open = false;
  return () => {
    if (open) return;
    const stream = streamOf(client);
    open = true;
    stream.cork();
    process.nextTick(() => {
      open = false;
      stream.uncork();
    });
  };
}

/** `{runs}` → `"stepwell"."runs"`. */
export function inSchema(schema: string, sql: string): string {
  return sql.replace(/\{([a-z_]+)\}/g, (_, table: string) => `${escapeIdentifier(schema)}.${table}`);
}

interface Kept {
  text: string;
  name: string;
}
const keptBySchema = new Map<string, Map<string, Kept>>();

/** The name is of the text, so that it means the same on every connection that a pooler hands out. */
function statementsIn(schema: string): (sql: string) => Kept {
  const kept = keptBySchema.get(schema) ?? new Map<string, Kept>();
  keptBySchema.set(schema, kept);
  return (sql) => {
    let statement = kept.get(sql);
    if (statement === undefined) {
      const text = inSchema(schema, sql);
      statement = { text, name: `sw_${hash("sha1", text).slice(0, 24)}` };
      kept.set(sql, statement);
    }
    return statement;
  };
}

/** PostgreSQL's text has no NUL. \u0001 is our sign for "the next one is not what it looks like". */
function bound(value: Param): unknown {
  if (Array.isArray(value)) return value.map((one: SqlValue) => bound(one));
  return typeof value === "string" ? withoutNul(value) : value;
}

const hidden = /[\u0000\u0001]/g;
function withoutNul(text: string): string {
  if (!text.includes("\u0000") && !text.includes("\u0001")) return text;
  return text.replace(hidden, (sign) => (sign === "\u0000" ? "\u00010" : "\u00011"));
}

function withNul(text: string): string {
  if (!text.includes("\u0001")) return text;
  return text.replace(/\u0001([01])/g, (_, sign: string) => (sign === "0" ? "\u0000" : "\u0001"));
}

const parsers = new Map<number, (text: string) => SqlValue>([
  [types.builtins.INT8, Number],
  [types.builtins.BOOL, (text) => (text === "t" ? 1 : 0)],
  [types.builtins.TEXT, withNul],
]);

function parserOf(oid: number, format?: "text" | "binary"): unknown {
  return parsers.get(oid) ?? types.getTypeParser(oid, format as never);
}
