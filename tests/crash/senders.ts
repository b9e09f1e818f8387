/**
 * Senders that never give up: an event is sent again, with the same seed and so the same id, until the
 * server has acknowledged it. They tell what is on the wire at any moment.
 */
import { randomBytes } from "node:crypto";

export interface Sent {
  n: number;
  begunAt: number;
  endedAt: number;
  /** `lost`: the connection broke before an answer. */
  outcome: "acknowledged" | "refused" | "lost";
}

export interface Senders {
  /** The id that the server gave each event. */
  readonly acknowledged: ReadonlyMap<number, string>;
  readonly attempts: readonly Sent[];
  /** Sends of events whose answer has not arrived. */
  pending(): number;
  /** Sends these events, at most `atOnce` at a time; resolves when all are acknowledged. */
  send(events: readonly { n: number; data: object }[], atOnce: number): Promise<void>;
}

export function createSenders(url: string, name: string): Senders {
  const acknowledged = new Map<number, string>();
  const attempts: Sent[] = [];
  let pending = 0;

  async function attempt(n: number, data: object, seed: string): Promise<boolean> {
    const sent: Sent = { n, begunAt: Date.now(), endedAt: 0, outcome: "lost" };
    pending += 1;
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", "x-inngest-event-id-seed": seed },
        body: JSON.stringify([{ name, data }]),
      });
      const { ids } = (await response.json()) as { ids?: string[] };
      sent.outcome = response.status === 200 ? "acknowledged" : "refused";
      if (response.status === 200) acknowledged.set(n, ids?.[0] ?? "");
      return response.status === 200;
    } catch {
      return false;
    } finally {
      pending -= 1;
      sent.endedAt = Date.now();
      attempts.push(sent);
    }
  }

  async function insist(n: number, data: object): Promise<void> {
    const seed = `${Date.now()},${randomBytes(10).toString("base64")}`;
    while (!(await attempt(n, data, seed))) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  return {
    acknowledged,
    attempts,
    pending: () => pending,
    async send(events, atOnce) {
      const queue = [...events];
      const lane = async (): Promise<void> => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift())
          await insist(next.n, next.data);
      };
      await Promise.all(Array.from({ length: atOnce }, lane));
    },
  };
}

/**
 * Keeps a commit in flight: large events that no function listens to, one after the other in each lane,
 * until stopped or until the server is gone.
 */
export function startBallast(
  url: string,
  lanes: number,
): { lost(): number; pending(): number; stop(): void } {
  const body = JSON.stringify([{ name: "crash/ballast", data: { text: "x".repeat(1024 * 1024) } }]);
  let pending = 0;
  let lost = 0;
  let stopped = false;
  const lane = async (): Promise<void> => {
    while (!stopped) {
      pending += 1;
      try {
        const response = await fetch(url, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body,
        });
        await response.arrayBuffer();
      } catch {
        lost += 1;
        return;
      } finally {
        pending -= 1;
      }
    }
  };
  for (let index = 0; index < lanes; index += 1) void lane();
  return {
    lost: () => lost,
    pending: () => pending,
    stop() {
      stopped = true;
    },
  };
}
