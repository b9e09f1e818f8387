/** The way in: events of the test, and all that the app's client asks of its server, answered as the server does. */
import type { AppCall } from "./app-call.ts";
import type { House } from "./house.ts";
import type { TestEvent } from "./run-view.ts";
import type { VirtualClock } from "./virtual-clock.ts";
import type { EventToSend } from "./world.ts";
import { WorldError } from "./world-error.ts";

/** The server answers to loopback only; no connection is made. */
const SERVER = "http://127.0.0.1:8288";
/** Stamps of the SDK are this fresh, in milliseconds. */
const FRESH_MS = 60_000;

export interface Post {
  /** @throws WorldError when an event is refused */
  send(events: EventToSend | readonly EventToSend[]): Promise<string[]>;
  /** Answers a request of the client, as the server does. */
  answer(request: Request, call: AppCall | null): Promise<Response>;
  /** Requests that are not answered yet. */
  answering(): number;
  /** What code of functions has sent. */
  sent(name?: string): TestEvent[];
}

export interface PostParts {
  house: () => House;
  clock: VirtualClock;
  /** Told of events that code of the app sends. */
  sends: (call: AppCall, events: readonly EventToSend[]) => void;
}

export function createPost({ house, clock, sends }: PostParts): Post {
  const sent: TestEvent[] = [];
  let answering = 0;

  async function answerNow(request: Request, call: AppCall | null): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const { method, headers } = request;
    const body = method === "GET" || method === "HEAD" ? null : await request.text();
    // A base URL of the client's may have a path of its own.
    const path = /\/(?:e|fn|v\d+|dev)(?:\/.*)?$/.exec(pathname)?.[0] ?? pathname;
    const events = method === "POST" && path.startsWith("/e/") ? stamped(body ?? "", clock) : null;
    if (events !== null && call !== null) sends(call, events);
    const text = events === null ? body : JSON.stringify(events);
    const response = await house().server()(
      new Request(`${SERVER}${path}${search}`, { method, headers, body: text }),
    );
    if (events !== null && call !== null && response.ok) {
      const { ids } = (await response.clone().json()) as { ids: string[] };
      sent.push(
        ...events.map(({ id, name, data, ts }, at) =>
          eventOf(id ?? ids[at] ?? "", name, data, ts ?? clock.now()),
        ),
      );
    }
    return response;
  }

  return {
    async send(events) {
      const body = JSON.stringify(events);
      const headers = { "content-type": "application/json" };
      const request = new Request(`${SERVER}/e/test`, { method: "POST", headers, body });
      const response = await house().server()(request);
      const answer = (await response.json()) as { ids: string[]; error?: string };
      if (!response.ok) throw new WorldError(`The event was refused: ${answer.error ?? response.statusText}`);
      return answer.ids;
    },
    async answer(request, call) {
      answering += 1;
      try {
        return await answerNow(request, call);
      } finally {
        answering -= 1;
      }
    },
    answering: () => answering,
    sent: (name) => sent.filter((event) => name === undefined || event.name === name),
  };
}

/** The SDK stamps events with the machine's time, which is not the world's. */
function stamped(body: string, clock: VirtualClock): EventToSend[] {
  const parsed = JSON.parse(body) as EventToSend | EventToSend[];
  const machine = Date.now();
  return [parsed].flat().map((event) => {
    const age = event.ts === undefined ? Number.NaN : machine - event.ts;
    return age >= 0 && age < FRESH_MS ? { ...event, ts: clock.now() } : event;
  });
}

function eventOf(id: string, name: string, data: object | undefined, ts: number): TestEvent {
  return { id, name, data: (data ?? {}) as TestEvent["data"], ts };
}
