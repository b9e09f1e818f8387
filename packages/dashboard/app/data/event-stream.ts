/**
 * Server-sent events by `fetch`: unlike the browser's EventSource it tells why a stream could not be had
 * (a sign-in that is over), and its silence is noticed, for the server writes at least each 15 seconds.
 */

export interface StreamEvent {
  kind: string;
  data: string;
  /** Null: it has none. */
  id: string | null;
}

/** Takes a stream of text apart; an event ends with an empty line. Comments are skipped. */
export class EventReader {
  #rest = "";

  /** The events that are whole with this piece of text. */
  push(text: string): StreamEvent[] {
    const blocks = (this.#rest + text).replaceAll("\r\n", "\n").split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.map(readBlock).filter((event) => event.data !== "");
  }
}

function readBlock(block: string): StreamEvent {
  const event: StreamEvent = { kind: "message", data: "", id: null };
  for (const line of block.split("\n")) {
    const [, field = "", value = ""] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (field === "event") event.kind = value;
    else if (field === "id") event.id = value;
    else if (field === "data") event.data += event.data === "" ? value : `\n${value}`;
  }
  return event;
}

/** Two of the server's pings and a little. */
const SILENT_MS = 40_000;

export interface StreamEnds {
  event(event: StreamEvent): void;
  /** It is over. `status`: what the server answered instead of a stream; null: it was cut off. */
  end(status: number | null): void;
}

/**
 * Opens a stream; the returned function closes it, after which nothing is told any more.
 * @param lastId of the last event that was seen; the server goes on after it
 */
export function openStream(url: string, lastId: string | null, on: StreamEnds): () => void {
  const gone = new AbortController();
  let closed = false;
  let watch: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(watch);
    watch = setTimeout(() => gone.abort(), SILENT_MS);
  };
  const follow = async (): Promise<number | null> => {
    const headers = { accept: "text/event-stream", ...(lastId !== null && { "last-event-id": lastId }) };
    const response = await fetch(url, {
      headers,
      credentials: "same-origin",
      cache: "no-store",
      signal: gone.signal,
    });
    if (!response.ok || response.body === null) return response.status;
    const reader = new EventReader();
    const text = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await text.read();
      if (done || closed) return null;
      heard();
      for (const event of reader.push(value)) on.event(event);
    }
  };
  heard();
  void follow()
    .catch(() => null)
    .then((status) => {
      clearTimeout(watch);
      if (!closed) on.end(status);
    });
  return () => {
    closed = true;
    clearTimeout(watch);
    gone.abort();
  };
}
