/**
 * Hints between nodes: one notification per gathered commit, heard on a connection of its own, which is
 * made again when it is lost. What came while nobody listened is looked for once, by `lookAgain`.
 */
import { hash } from "node:crypto";
import { clearTimeout, setTimeout } from "node:timers";
import type { Hint } from "@stepwell/store";
import { escapeIdentifier } from "pg";
import type { Link } from "./driver.ts";

/** A notification holds 8,000 bytes. */
const MAX_PAYLOAD = 7900;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5000;

/** The channel of a schema; names of channels are short. */
export function channelOf(schema: string): string {
  return `stepwell_${hash("sha1", schema).slice(0, 16)}`;
}

/** @param from the store that tells it, which knows already */
export function writeHint(from: string, hint: Hint): string {
  const whole = JSON.stringify({ from, ...hint });
  // Who hears no pools looks for them.
  return Buffer.byteLength(whole) <= MAX_PAYLOAD ? whole : JSON.stringify({ from, pools: null, at: hint.at });
}

export interface Listening {
  close(): Promise<void>;
  /** Ends its connection at once, and makes another. */
  cut(): void;
}
export interface ListeningOptions {
  open: () => Promise<Link>;
  schema: string;
  /** The own store, whose hints need no database. */
  self: string;
  tell: (hint: Hint) => void;
  /** What there is to do, read from the tables. */
  lookAgain: () => Promise<Hint>;
}

/** @throws what opening the first connection throws; later ones are tried again until `close` */
export async function startListening(options: ListeningOptions): Promise<Listening> {
  const { open, schema, self, tell, lookAgain } = options;
  let link: Link | null = null;
  let timer: NodeJS.Timeout | undefined;
  let retryMs = FIRST_RETRY_MS;
  let closed = false;

  async function listen(): Promise<void> {
    const next = await open();
    if (closed) return next.close();
    next.on(heard, () => later());
    link = next;
    await next.exec(`listen ${escapeIdentifier(channelOf(schema))}`);
    retryMs = FIRST_RETRY_MS;
  }

  function later(): void {
    if (closed) return;
    clearTimeout(timer);
    timer = setTimeout(() => void again(), retryMs).unref();
    retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
  }

  async function again(): Promise<void> {
    try {
      await listen();
      tell(await lookAgain());
    } catch {
      // Hints may get lost; the timer of the next due row is the promise.
      later();
    }
  }

  function heard(payload: string): void {
    const told = readHint(payload);
    if (told === null || told.from === self || closed) return;
    const { pools, at } = told;
    if (pools !== null) tell({ pools, at });
    else lookAgain().then(tell, () => {});
  }

  await listen();
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await link?.close();
    },
    cut: () => link?.cut(),
  };
}

interface Told {
  from: string;
  pools: string[] | null;
  at: number | null;
}

/** Anybody may notify on any channel: what is not ours is no hint. */
function readHint(payload: string): Told | null {
  try {
    const { from, pools, at } = JSON.parse(payload) as Record<string, unknown>;
    const known = Array.isArray(pools) ? pools.filter((pool) => typeof pool === "string") : null;
    return { from: String(from), pools: known, at: typeof at === "number" ? at : null };
  } catch {
    return null;
  }
}
