/** Sends events one by one, so many in flight, and waits for each until a function has got that far. */
import { pause } from "./child.ts";
import { type EventKind, eventOf } from "./events.ts";
import { post } from "./http.ts";

export interface Drive {
  kind: EventKind;
  /** Events `from` … `from + count - 1`. */
  from: number;
  count: number;
  inFlight: number;
  /** Between two events of one sender. */
  pauseMs: number;
}

/** Per event, in milliseconds. */
export interface Driven {
  /** Send → the line that `reached` marks. */
  reachedMs: number[];
  /** Send → answer of the server: the event is durable. */
  ackMs: number[];
}

/** What inside-process.ts has seen of events that ended a wait, in milliseconds from the start of their route. */
export interface Inside {
  foundMs: number[];
  endedMs: number[];
}

const TOO_LONG_MS = 20_000;

export async function drive(
  { kind, from, count, inFlight, pauseMs }: Drive,
  eventUrl: string,
  waiting: Map<number, (at: number) => void>,
): Promise<Driven> {
  const driven: Driven = { reachedMs: [], ackMs: [] };
  let next = from;
  const sender = async (): Promise<void> => {
    while (next < from + count) {
      const n = next;
      next += 1;
      const arrived = new Promise<number>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`event ${n} got nowhere`)), TOO_LONG_MS);
        waiting.set(n, (at) => {
          clearTimeout(late);
          waiting.delete(n);
          resolve(at);
        });
      });
      const began = performance.now();
      const acked = post(eventUrl, eventOf(kind, n)).then(() => performance.now());
      const [at, ackedAt] = await Promise.all([arrived, acked]);
      driven.reachedMs.push(at - began);
      driven.ackMs.push(ackedAt - began);
      if (pauseMs > 0) await pause(pauseMs);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, sender));
  return driven;
}
