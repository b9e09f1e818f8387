/** From the send of an event to the first line of the function it starts, idle and under load. */
import { pause } from "./child.ts";
import type { Driven } from "./drive.ts";
import { get, post } from "./http.ts";
import { type Durability, makePlace, type Place } from "./place.ts";
import { type Bench, type BenchOptions, quantile } from "./report.ts";

const IDLE_EVENTS = 400;
const IDLE_PAUSE_MS = 20;
const BUSY_EVENTS = 4000;
const ROUNDS = 2;

interface Numbers {
  /** `GET /health` in the rhythm of `idle`: what a hop costs here when nothing is done in it. */
  hop: number[];
  idle: Driven[];
  busy: Driven[];
}

export const latency: Bench = async (options) => {
  const rows: (string | number)[][] = [];
  const numbers: Record<Durability, Numbers> = {
    full: { hop: [], idle: [], busy: [] },
    normal: { hop: [], idle: [], busy: [] },
  };
  // Taking turns, so that a noisy minute of the machine hits both.
  for (let round = 1; round <= ROUNDS; round += 1)
    for (const durability of ["full", "normal"] as const) {
      options.say(`round ${round} of ${ROUNDS}, ${durability}`);
      await measure(durability, options, numbers[durability]);
    }
  for (const durability of ["full", "normal"] as const) {
    rows.push(cells(durability, "GET /health, in the rhythm of idle", numbers[durability].hop, null));
    rows.push(row(durability, "idle", numbers[durability].idle));
    rows.push(row(durability, "32 in flight", numbers[durability].busy));
  }
  const idleP50 = quantile(
    numbers.full.idle.flatMap((driven) => driven.reachedMs),
    0.5,
  );
  return {
    tables: [
      {
        title: "Event sent → first line of the function, ms",
        columns: ["durability", "load", "events", "p50", "p99", "highest", "ack p50", "ack p99"],
        rows,
      },
    ],
    verdicts: [
      {
        bar: "idle p50 ≤ 1.5 ms on SQLite FULL (hard-parts.md §5, for folded receive, which is not built yet)",
        measured: `${idleP50.toFixed(2)} ms`,
        met: idleP50 <= 1.5,
      },
    ],
    notes: [
      "The sender is the app itself, over HTTP with keep-alive: both ends are read on one clock, and the app's own work (SDK, HTTP, the sender) is in every number.",
      "GET /health shows what one hop costs on this machine after a rest, when cores have gone to sleep; an event makes two (in, and out to the app).",
      "Idle: one event at a time, the next one 20 ms after the function was reached. In flight: 32 senders, each sends again at once when its function was reached.",
      "hard-parts.md §5 measured to the call of an app stub in the same process; here the call goes through the SDK in a process of its own.",
    ],
  };
};

async function measure(
  durability: Durability,
  { scale, profiles }: BenchOptions,
  into: Numbers,
): Promise<void> {
  const place = await makePlace(1, profiles);
  try {
    const { child } = await place.startServer(durability);
    const app = await place.startApp();
    await place.sync();
    await drive(place, 0, Math.ceil(1000 * scale), 32, 0);
    into.hop.push(...(await hops(place, Math.ceil(IDLE_EVENTS * scale))));
    into.idle.push(await drive(place, 100_000, Math.ceil(IDLE_EVENTS * scale), 1, IDLE_PAUSE_MS));
    into.busy.push(await drive(place, 200_000, Math.ceil(BUSY_EVENTS * scale), 32, 0));
    await child.stop();
    await app.stop();
  } finally {
    place.remove();
  }
}

async function drive(
  place: Place,
  from: number,
  count: number,
  inFlight: number,
  pauseMs: number,
): Promise<Driven> {
  const order = { kind: "no-op", from, count, inFlight, pauseMs };
  return JSON.parse((await post(`${place.appControl}/drive`, order)).text) as Driven;
}

/** The smallest request there is, asked as often and as slowly as events are sent when idle. */
async function hops(place: Place, count: number): Promise<number[]> {
  const ms: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const began = performance.now();
    await get(`${place.url}/health`);
    ms.push(performance.now() - began);
    await pause(IDLE_PAUSE_MS);
  }
  return ms;
}

function row(durability: Durability, load: string, driven: Driven[]): (string | number)[] {
  const reached = driven.flatMap(({ reachedMs }) => reachedMs);
  return cells(
    durability,
    load,
    reached,
    driven.flatMap(({ ackMs }) => ackMs),
  );
}

function cells(
  durability: Durability,
  load: string,
  ms: number[],
  acks: number[] | null,
): (string | number)[] {
  return [
    durability.toUpperCase(),
    load,
    String(ms.length),
    quantile(ms, 0.5),
    quantile(ms, 0.99),
    Math.max(...ms),
    acks === null ? "—" : quantile(acks, 0.5),
    acks === null ? "—" : quantile(acks, 0.99),
  ];
}
