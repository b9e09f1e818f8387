/**
 * A place whose app has one function for each rule of flow control, with what the tests ask of it: events
 * in the order in which they are sent, deaths at a moment of their choice, and what came of it all.
 */
import { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";
import { until } from "../protocol/world.ts";
import type { AppLine } from "./app-process.ts";
import { type Child, ended, killAll, wordsOf } from "./cli.ts";
import type { GatedData } from "./gated-functions.ts";
import { makePlace, type Place } from "./place.ts";
import { createDice, type Dice } from "./seeded.ts";

/** An event that was acknowledged: it was received between these instants. */
export interface Sent {
  id: string;
  n: number;
  begunAt: number;
  ackedAt: number;
}

export interface Death {
  /** Just before the signal was sent, and when the process was seen to be gone. */
  at: number;
  goneAt: number;
  readyAt: number;
  /** What was due while the server was away has been done by then: a machine on which it starts slowly is slow in all. */
  goesOnBy: number;
}

export interface Run {
  id: string;
  status: string;
  trigger: { eventIds: string[] };
  queuedAt: string;
  startedAt: string | null;
  endedAt: string | null;
}

/** One request to the app; `endedAt` is when it answered or its caller died, Infinity before. */
export interface AppCall {
  runId: string;
  /** When the call was granted: the time in the id of its lease. */
  grantedAt: number;
  /** 1: nobody has tried to make this call before. */
  generation: number;
  begunAt: number;
  endedAt: number;
}

export interface GatedPlace {
  readonly dice: Dice;
  readonly deaths: readonly Death[];
  readonly place: Place;
  send(fn: string, data: GatedData, more?: { id?: string }): Promise<Sent>;
  /** SIGKILL, what happens while the server is away, and a start on the same folder. */
  kill(whileAway?: () => unknown): Promise<Death>;
  /** Oldest first. */
  runs(fn: string): Promise<Run[]>;
  /** Waits until the function has so many runs and all have ended. */
  allEnded(fn: string, count: number): Promise<Run[]>;
  mode(fn: string, verb: "pause" | "resume" | "drain"): Promise<unknown>;
  /** Requests of these functions, as the app saw them. */
  calls(...fns: string[]): Promise<AppCall[]>;
  /** The events of each run of the function, in the order in which the app was first called for it. */
  starts(fn: string): Promise<{ runId: string; at: number; data: GatedData[] }[]>;
  /** Stops the server in peace, looks into its file, and starts it again. */
  lookInto(look: (count: (sql: string) => unknown) => void): Promise<void>;
}

const GOES_ON_WITHIN_MS = 2_000;

const places: Place[] = [];

/** Ends all that was opened, even half. */
export async function closeGatedPlaces(): Promise<void> {
  await killAll();
  for (const place of places.splice(0)) await place.remove();
}

export async function openGatedPlace(name: string): Promise<GatedPlace> {
  const dice = createDice();
  console.log(`crash test of ${name}: SEED=${dice.seed}`);
  const place = await makePlace("gates");
  places.push(place);
  const [first] = await Promise.all([place.startServer(), place.startApp()]);
  let server: Child = first;
  expect((await fetch(place.appUrl, { method: "PUT" })).status).toBe(200);
  const deaths: Death[] = [];
  const runs = (fn: string): Promise<Run[]> =>
    place.json(`/v2/runs?functionId=crash-${fn}&order=ASC&limit=400`);
  return {
    dice,
    deaths,
    place,
    send: (fn, data, more) => send(place.eventUrl, { name: `gated/${fn}`, data, ...more }, data.n),
    async kill(whileAway) {
      const at = Date.now();
      server.kill("SIGKILL");
      const goneAt = (await server.exited).at;
      await whileAway?.();
      const startedAt = Date.now();
      server = await place.startServer();
      const readyAt = Date.now();
      const goesOnBy = readyAt + GOES_ON_WITHIN_MS + (readyAt - startedAt);
      deaths.push({ at, goneAt, readyAt, goesOnBy });
      return { at, goneAt, readyAt, goesOnBy };
    },
    runs,
    async allEnded(fn, count) {
      let found: Run[] = [];
      return untilSeen(`${count} runs of ${fn} have ended`, async () => {
        found = await runs(fn);
        return found.length >= count && found.every(({ endedAt }) => endedAt !== null) && found;
      }).catch((error: Error) => {
        throw new Error(`${error.message}: ${JSON.stringify(found)}\n${wordsOf(server)}`);
      });
    },
    mode: (fn, verb) => place.json(`/v2/functions/crash-${fn}/${verb}`, "POST"),
    calls: async (...fns) => callsOf(await place.lines(), fns, deaths),
    starts: async (fn) => startsOf(await place.lines(), fn),
    async lookInto(look) {
      server.kill("SIGTERM");
      expect((await ended(server)).code).toBe(0);
      const db = new DatabaseSync(place.file, { readOnly: true });
      try {
        look((sql) => Object.values(db.prepare(sql).get() ?? {})[0]);
      } finally {
        db.close();
      }
      server = await place.startServer();
    },
  };
}

async function send(url: string, event: object, n: number): Promise<Sent> {
  const begunAt = Date.now();
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify([event]) });
  expect(response.status).toBe(200);
  const { ids } = (await response.json()) as { ids: string[] };
  return { id: ids[0] ?? "", n, begunAt, ackedAt: Date.now() };
}

function callsOf(lines: AppLine[], fns: string[], deaths: readonly Death[]): AppCall[] {
  const never = Number.POSITIVE_INFINITY;
  const ends = new Map(lines.flatMap((line) => (line.is === "end" ? [[line.request, line.at]] : [])));
  return lines.flatMap((line): AppCall[] => {
    if (line.is !== "begin" || !fns.some((fn) => line.url.includes(`fnId=crash-${fn}&`))) return [];
    const { runId, generation, at: begunAt } = line;
    const grantedAt = timeOf(line.job);
    const callerGoneAt = deaths.find(({ goneAt }) => goneAt >= grantedAt)?.goneAt ?? never;
    const endedAt = Math.min(ends.get(line.request) ?? never, callerGoneAt);
    return [{ runId, generation, grantedAt, begunAt, endedAt }];
  });
}

function startsOf(lines: AppLine[], fn: string): { runId: string; at: number; data: GatedData[] }[] {
  const seen = new Set<string>();
  return lines.flatMap((line) => {
    if (line.is !== "called" || line.fn !== fn || seen.has(line.runId)) return [];
    seen.add(line.runId);
    return [{ runId: line.runId, at: line.at, data: line.data }];
  });
}

/** The milliseconds in an ULID. */
function timeOf(ulid: string): number {
  const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  return [...ulid.slice(0, 10)].reduce((sum, digit) => sum * 32 + digits.indexOf(digit), 0);
}

export const at = (time: string | null): number => (time === null ? Number.NaN : Date.parse(time));

/** Waits for an instant of the machine's clock. */
export const passed = (instant: number): Promise<unknown> =>
  until("an instant", () => Date.now() >= instant, 60_000);

/**
 * As `until`, for what costs the server some work: it is not asked so often that it has no time for the rest.
 * The limit is longer than the longest patience.
 */
export function untilSeen<T>(what: string, look: () => Promise<T | undefined | false | null>): Promise<T> {
  let next = 0;
  const seldom = (): Promise<T | undefined | false | null> | null => {
    if (Date.now() < next) return null;
    next = Date.now() + 50;
    return look();
  };
  return until(what, seldom, 100_000);
}
