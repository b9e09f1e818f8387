/** A million waits for one event name: what they cost, and how fast an event finds the one it ends. */
import { dirname, join } from "node:path";
import { answers, type Child, fromSource, startNode } from "./child.ts";
import type { Driven, Inside } from "./drive.ts";
import type { EventKind } from "./events.ts";
import { get, post } from "./http.ts";
import { EVENT_KEY, SIGNING_KEY } from "./keys.ts";
import { lookAt, lookNotes, lookTable } from "./look.ts";
import { makePlace, type Place } from "./place.ts";
import { type Bench, quantile, type Table, type Verdict } from "./report.ts";
import { makeTemplates, seedAndCount } from "./seeding.ts";

const WAITS = 1_000_000;
const UNANCHORED = 10;
const WARM_UP = 500;
const IDLE_EVENTS = 1000;
const BUSY_EVENTS = 4000;
const BAR_MS = 5;
/** Both kinds of waits have numbers of their own. */
const FIRST_TWO = 10_000_000;
const kinds = ["wait-id", "wait-two", "wait-any"] as const;

export const waits: Bench = async ({ scale, profiles, say }) => {
  const place = await makePlace(7 * scale + 1, profiles);
  try {
    const two = Math.round(WAITS * scale * 0.1);
    const one = Math.round(WAITS * scale) - two - UNANCHORED;
    await makeFirst(place);
    const small = await lookAt(place, 2);
    say(`seeding ${one + two + UNANCHORED} waits`);
    const parts = [
      { kind: "wait-id" as const, from: 0, count: one },
      { kind: "wait-two" as const, from: FIRST_TWO, count: two },
      { kind: "wait-any" as const, from: 0, count: UNANCHORED },
    ];
    const seeded = await seedAndCount(place, { parts, until: { at: 0, spreadMs: 0 } });
    say(`${seeded.runs} runs, ${seeded.rows} rows in ${seeded.seconds.toFixed(0)} s`);
    const large = await lookAt(place, 3);
    say("events on `stepwell start`");
    const next = { id: 0, two: FIRST_TWO };
    const whole = await outside(place, scale, next);
    say("events on the same server with marks inside");
    const inner = await inside(place, scale, next);
    const title = `${seeded.runs} runs that wait for one event name, SQLite FULL`;
    return {
      tables: [
        lookTable(title, { small, large, first: 2 * kinds.length, seeded: seeded.runs }),
        foundTable(inner, whole),
      ],
      verdicts: [verdict(inner.idle.endedMs, seeded.runs)],
      notes: [
        `Waits: ${one} with \`async.data.id == event.data.id\`, ${two} with tenant and plan (ten share a tenant, one of them is meant), ${UNANCHORED} that are looked at for every event. Nine of ten events end one of the first, one of ten one of the second.`,
        "Route → run found: from the server's first read of the event's row to the commit of the run that it ends the wait of. Route → wait ended: to the end of that commit, fsync included.",
        "Send → run resumed: on `stepwell start`, to the line after `waitForEvent` in the app; it includes receive, claim and the SDK's call.",
        ...lookNotes,
      ],
    };
  } finally {
    place.remove();
  }
};

function foundTable(inner: Load<Inside>, whole: Load<Driven>): Table {
  const row = (what: string, loaded: string, ms: readonly number[]): (string | number)[] => {
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(ms, share));
    return [what, loaded, String(ms.length), p50 ?? 0, p95 ?? 0, p99 ?? 0, Math.max(...ms)];
  };
  return {
    title: "An event ends one of them, ms",
    columns: ["from → to", "load", "events", "p50", "p95", "p99", "highest"],
    rows: [
      row("route → run found", "idle", inner.idle.foundMs),
      row("route → run found", "32 in flight", inner.busy.foundMs),
      row("route → wait ended and durable", "idle", inner.idle.endedMs),
      row("route → wait ended and durable", "32 in flight", inner.busy.endedMs),
      row("send → run resumed", "idle", whole.idle.reachedMs),
      row("send → run resumed", "32 in flight", whole.busy.reachedMs),
    ],
  };
}

function verdict(ms: readonly number[], waiting: number): Verdict {
  const p95 = quantile(ms, 0.95);
  return {
    bar: `among ${waiting} waits an event finds its run at p95 ≤ ${BAR_MS} ms (idle, route → wait ended)`,
    measured: `${p95.toFixed(2)} ms`,
    met: p95 <= BAR_MS,
  };
}

async function makeFirst(place: Place): Promise<void> {
  const { child } = await place.startServer("full");
  const app = await place.startApp();
  await place.sync();
  await makeTemplates(place, kinds, 0);
  await child.stop();
  await app.stop();
}

interface Load<T> {
  idle: T;
  busy: T;
}

/** The next waits that nobody has ended yet. */
interface Next {
  id: number;
  two: number;
}

/** As users start it, and seen as users see it. */
async function outside(place: Place, scale: number, next: Next): Promise<Load<Driven>> {
  const { child } = await place.startServer("full");
  return withApp(place, child, async () => {
    await answer(place, next, WARM_UP * scale, 8, 0);
    const idle = await answer(place, next, IDLE_EVENTS * scale, 1, 5);
    return { idle, busy: await answer(place, next, BUSY_EVENTS * scale, 32, 0) };
  });
}

async function inside(place: Place, scale: number, next: Next): Promise<Load<Inside>> {
  const env = { DIR: dirname(place.file), PORT: new URL(place.url).port, EVENT_KEY, SIGNING_KEY };
  const script = join(import.meta.dirname, "inside-process.ts");
  const child = startNode([...fromSource, script], env, join(place.dir, "inside.log"));
  await answers(child, `${place.url}/health`);
  const seen = async (): Promise<Inside> =>
    JSON.parse((await get(`${place.url}/bench/inside`)).text) as Inside;
  return withApp(place, child, async () => {
    await answer(place, next, WARM_UP * scale, 8, 0);
    await seen();
    const driven = await answer(place, next, IDLE_EVENTS * scale, 1, 5);
    const idle = await seen();
    if (idle.endedMs.length !== driven.reachedMs.length)
      throw new Error(
        `${driven.reachedMs.length} runs went on, and ${idle.endedMs.length} waits were seen to end`,
      );
    await answer(place, next, BUSY_EVENTS * scale, 32, 0);
    return { idle, busy: await seen() };
  });
}

async function withApp<T>(place: Place, server: Child, work: () => Promise<T>): Promise<T> {
  const app = await place.startApp();
  const result = await work();
  await server.stop();
  await app.stop();
  return result;
}

/** Nine of ten events end a wait of one equality, one of ten a wait of two. */
async function answer(
  place: Place,
  next: Next,
  events: number,
  inFlight: number,
  pauseMs: number,
): Promise<Driven> {
  const two = Math.ceil(events / 10);
  const one = Math.ceil(events) - two;
  const drive = async (kind: EventKind, from: number, count: number): Promise<Driven> => {
    const order = { kind, from, count, inFlight, pauseMs };
    return JSON.parse((await post(`${place.appControl}/drive`, order)).text) as Driven;
  };
  const first = await drive("answer-id", next.id, one);
  const second = await drive("answer-two", next.two, two);
  next.id += one;
  next.two += two;
  return {
    reachedMs: [...first.reachedMs, ...second.reachedMs],
    ackMs: [...first.ackMs, ...second.ackMs],
  };
}
