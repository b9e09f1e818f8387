/**
 * `GET /stream`: server-sent events that tell what changed, never its content. One feed listens to the
 * engine and gathers what it hears for a quarter of a second; every open stream gets the same numbered
 * messages, and one that comes back with `Last-Event-ID` gets what it missed, or `reset` when that is no
 * longer known. A stream ends with the sign-in that opened it.
 */
import { apiBase, type StreamChange, type StreamHello, streamPath } from "@stepwell/api/dashboard";
import { StepwellError } from "@stepwell/core";
import type { Engine, Touched } from "@stepwell/engine";
import type { Hono } from "hono";
import type { ServerOptions } from "../context.ts";
import type { Access } from "./access/access.ts";
import { refusalOf } from "./envelope.ts";

/** At most four messages a second (dashboard.md §5). */
const GATHER_MS = 250;
const PING_MS = 15_000;
const MOST_RUNS = 200;
/** What a stream that comes back may have missed. */
const KEPT = 1_000;
/** Browsers hold few connections each; this bounds what a leak of theirs can cost. */
const MOST_STREAMS = 500;

interface Message {
  id: number;
  change: StreamChange;
}

export interface LiveFeed {
  /**
   * A stream of messages for one client.
   * @param lastId what the client has seen last, as it was sent (`epoch-number`); null: nothing
   * @param isOver asked at each ping; true: the sign-in is over, so the stream ends
   * @returns null when there are too many streams already
   */
  open(lastId: string | null, isOver: () => Promise<boolean>): ReadableStream<Uint8Array> | null;
  /** Ends all streams. */
  close(): void;
}

/**
 * Makes the feed of a server; it listens to the engine only while a stream is open.
 * @param epoch names this process, so that numbers of another one are not mistaken for its own
 */
export function createLiveFeed(engine: Engine, epoch: string): LiveFeed {
  const clients = new Set<Client>();
  const kept: Message[] = [];
  let number = 0;
  let gathering: Gathering | null = null;
  let timer: NodeJS.Timeout | null = null;
  let unfollow: (() => void) | null = null;

  function hear(touched: Touched): void {
    gathering ??= emptyGathering();
    gather(gathering, touched);
    timer ??= setTimeout(flush, GATHER_MS);
  }

  function flush(): void {
    timer = null;
    if (gathering === null) return;
    number += 1;
    const message: Message = { id: number, change: shown(gathering) };
    gathering = null;
    kept.push(message);
    if (kept.length > KEPT) kept.shift();
    for (const client of clients) client.send(textOf(epoch, message));
  }

  function leave(client: Client): void {
    clients.delete(client);
    if (clients.size > 0) return;
    unfollow?.();
    unfollow = null;
    if (timer !== null) clearTimeout(timer);
    timer = null;
    gathering = null;
    // What happens while nobody listens is not heard: numbers of before are worth nothing then.
    kept.length = 0;
    number += 1;
  }

  return {
    open(lastId, isOver) {
      if (clients.size >= MOST_STREAMS) return null;
      unfollow ??= engine.onChange(hear);
      const client = createClient(isOver, () => leave(client));
      clients.add(client);
      const hello: StreamHello = { now: new Date(engine.now()).toISOString() };
      const missed = missedBy(lastId, epoch, number, kept);
      // Its number says that all before is known: where more follows, the last of that says it.
      const id = `id: ${epoch}-${number}\n`;
      client.send(`${missed?.length === 0 ? id : ""}event: hello\ndata: ${JSON.stringify(hello)}\n\n`);
      if (missed === null) client.send(`${id}event: reset\ndata: {}\n\n`);
      else for (const message of missed) client.send(textOf(epoch, message));
      return client.body;
    },
    close() {
      for (const client of [...clients]) client.end();
    },
  };
}

/** Null: it is not known what was missed. */
function missedBy(
  lastId: string | null,
  epoch: string,
  number: number,
  kept: readonly Message[],
): Message[] | null {
  if (lastId === null || lastId === "") return [];
  const [, ofEpoch, text] = /^(.+)-(\d+)$/.exec(lastId) ?? [];
  const last = Number(text);
  if (ofEpoch !== epoch || last > number) return null;
  const known = kept[0]?.id ?? number + 1;
  return last + 1 >= known ? kept.filter(({ id }) => id > last) : null;
}

interface Gathering {
  runs: Set<string>;
  bulk: Set<string>;
  events: number;
  functions: boolean;
}

function emptyGathering(): Gathering {
  return { runs: new Set(), bulk: new Set(), events: 0, functions: false };
}

function gather(into: Gathering, { runs, bulk, events, functions }: Touched): void {
  for (const run of runs) if (into.runs.size <= MOST_RUNS) into.runs.add(run);
  for (const job of bulk) into.bulk.add(job);
  into.events += events;
  into.functions ||= functions;
}

function shown({ runs, bulk, events, functions }: Gathering): StreamChange {
  const all = [...runs];
  return {
    runs: all.slice(0, MOST_RUNS),
    manyRuns: all.length > MOST_RUNS,
    events,
    functions,
    bulk: [...bulk],
  };
}

function textOf(epoch: string, { id, change }: Message): string {
  return `id: ${epoch}-${id}\nevent: change\ndata: ${JSON.stringify(change)}\n\n`;
}

interface Client {
  body: ReadableStream<Uint8Array>;
  send(text: string): void;
  end(): void;
}

/** A reader that takes nothing is cut off, so that its messages do not pile up here. */
const MOST_UNREAD_BYTES = 1024 * 1024;

function createClient(isOver: () => Promise<boolean>, left: () => void): Client {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  let open = true;
  const leave = (): void => {
    open = false;
    clearInterval(ping);
    left();
  };
  const send = (text: string): void => {
    if (!open || controller === null) return;
    if ((controller.desiredSize ?? 0) < -MOST_UNREAD_BYTES) return end();
    controller.enqueue(encoder.encode(text));
  };
  const end = (): void => {
    if (!open) return;
    leave();
    controller?.close();
  };
  const ping = setInterval(() => {
    send(": ping\n\n");
    void isOver().then(
      (over) => over && end(),
      () => end(),
    );
  }, PING_MS);
  ping.unref();
  const body = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
      },
      cancel: leave,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
  );
  return { body, send, end };
}

/** Registers the stream; who may read an overview may follow it. */
export function registerStream(app: Hono, options: ServerOptions, access: Access): void {
  const { engine } = options;
  let feed: LiveFeed | null = null;
  options.stopping?.addEventListener("abort", () => feed?.close());
  app.get(`${apiBase}${streamPath}`, async (c) => {
    const request = c.req.raw;
    const requestId = engine.newId();
    try {
      await access.admit(request, "getOverview");
      // Only headers are wanted: a stream whose body nobody reads would be kept for nothing.
      if (request.method === "HEAD") return new Response(null, { headers: streamHeaders });
      // Asking who it is, unlike admitting, does not keep an idle sign-in alive.
      const isOver = async () => (await access.callerOf(request)) === null;
      feed ??= createLiveFeed(engine, engine.newId());
      const body = feed.open(request.headers.get("last-event-id"), isOver);
      if (body === null)
        throw new StepwellError("overloaded", "Too many pages follow this server. Close some.");
      return new Response(body, { headers: streamHeaders });
    } catch (error) {
      return refusalOf(error, { options, request, requestId });
    }
  });
}

/** Nothing in between may keep, change or gather it. */
const streamHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
  "x-content-type-options": "nosniff",
  // Its connection goes with it, so that a server that stops need not wait for the next request on it.
  connection: "close",
};
