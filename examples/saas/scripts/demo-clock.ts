/** Moving the server's clock: a day at a time, so that one sees how far it is. */
import type { Server } from "./demo-server.ts";
import { count, progress, sayMoment, tick } from "./demo-steps.ts";

export const DAY_MS = 86_400_000;

/** By a span from now. */
export async function move(
  server: Server,
  span: { days?: number; hours?: number },
): Promise<{ now: string }> {
  const { days = 0, hours = 0 } = span;
  const { now } = await server.clock();
  return moveTo(server, new Date(Date.parse(now) + days * DAY_MS + hours * 3_600_000));
}

/** Everything that is due on the way has happened when it resolves. */
export async function moveTo(server: Server, target: Date): Promise<{ now: string }> {
  const begunAt = performance.now();
  let { now } = await server.clock();
  let fired = 0;
  for (;;) {
    const leftMs = target.getTime() - Date.parse(now);
    if (leftMs <= 0) break;
    const moved = await server.advance(`${Math.min(leftMs, DAY_MS)}ms`);
    now = moved.now;
    fired += moved.fired;
    progress(`${sayMoment(now)}: ${count(fired, "wake-up")} so far`);
  }
  const seconds = Math.round((performance.now() - begunAt) / 1000);
  const due = fired === 0 ? "nothing was due" : `${count(fired, "wake-up")} in ${seconds} s`;
  tick(`Moved the clock to ${sayMoment(now)}; on the way: ${due}`);
  return { now };
}

/** The same day and time of the next month, or its last day where it has no such day. */
export function monthAfter(at: Date): Date {
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
  const lastDay = new Date(Date.UTC(year, month + 2, 0)).getUTCDate();
  const midnight = Date.UTC(year, month + 1, Math.min(at.getUTCDate(), lastDay));
  return new Date(midnight + (at.getTime() % DAY_MS));
}
