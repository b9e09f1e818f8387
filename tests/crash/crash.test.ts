/**
 * `kill -9` in the middle of everything (issue A, F.2): the real command line, a real SDK app in a process
 * of its own, 200 events to a function of three steps with sleeps. The server dies at five seeded moments,
 * and once more together with the app. Then the app's own log is compared with the store.
 */
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, test } from "vitest";
import { until } from "../protocol/world.ts";
import type { AppLine } from "./app-process.ts";
import { type Child, ended, killAll, wordsOf } from "./cli.ts";
import { makePlace, type Place } from "./place.ts";
import { createDice } from "./seeded.ts";
import { createSenders, type Senders, startBallast } from "./senders.ts";

const EVENTS = 200;
const SERVER_KILLS = 5;
const STEPS = ["one", "two", "three"];
/** Of a round's events these come at its start, the others while the server is being killed. */
const EARLY = 10;
const GOES_ON_WITHIN_MS = 2_000;
/** A process that was sent SIGKILL may still run for a moment: an answer that came then may have been taken. */
const DYING_MS = 10;
/** So many open calls are waited for, so that some are still open when it is dead. */
const OPEN_CALLS = 3;
/** A call that a death cut off may go on in the app for so long. */
const LONGEST_CALL_MS = 1_000;

const places: Place[] = [];
afterEach(async () => {
  await killAll();
  for (const place of places.splice(0)) await place.remove();
});

/** What was going on when the server died. */
interface Kill {
  /** Just before the signal was sent, and when the process was seen to be gone. */
  at: number;
  goneAt: number;
  /** When the server (and the app) answered again. */
  readyAt: number;
  openCalls: number;
  /** Sends without an answer at that moment, and those that never got one. */
  pendingSends: number;
  lostSends: number;
}

interface GoEvent {
  n: number;
  data: { n: number; workMs: number };
}

test("kill -9 of the server at five seeded moments, and once of the app too, loses and doubles nothing", async () => {
  const dice = createDice();
  console.log(`crash test: SEED=${dice.seed}`);
  const place = await makePlace();
  places.push(place);
  let server = await place.startServer();
  let app = await place.startApp();
  expect((await fetch(place.appUrl, { method: "PUT" })).status).toBe(200);

  const senders = createSenders(place.eventUrl, "crash/go");
  const kills: Kill[] = [];
  const rounds = shareOut(dice.whole);
  for (const [index, events] of rounds.entries()) {
    const withApp = index === SERVER_KILLS;
    const early = senders.send(events.slice(0, EARLY), 3);
    const moment = Date.now() + dice.whole(100, 2_500);
    await until("the seeded moment", () => Date.now() >= moment);
    const acksBefore = senders.acknowledged.size + dice.whole(1, 8);
    const late = senders.send(events.slice(EARLY), 6);
    const kill = await killInFlight(place, senders, acksBefore, server, withApp ? app : null);
    if (withApp) app = await place.startApp();
    server = await place.startServer();
    kill.readyAt = Date.now();
    kills.push(kill);
    await Promise.all([early, late]);
  }

  await until("every run completes", () => allCompleted(place), 60_000);
  const lines = await place.lines();
  console.log(`crash test: ${kills.map((kill) => told(kill, lines)).join("; ")}`);
  for (const kill of kills) {
    expect(kill.openCalls).toBeGreaterThanOrEqual(1);
    expect(kill.pendingSends).toBeGreaterThanOrEqual(1);
    expect(kill.lostSends).toBeGreaterThanOrEqual(1);
    for (const ms of redispatchTimes(kill, lines)) expect(ms).toBeLessThanOrEqual(GOES_ON_WITHIN_MS);
  }
  await compare(place, senders, kills, lines);

  server.kill("SIGTERM");
  expect((await ended(server)).code).toBe(0);
  lookIntoFile(place.file);
});

/** The events, in one part for each death. */
function shareOut(whole: (least: number, most: number) => number): GoEvent[][] {
  const parts: GoEvent[][] = Array.from({ length: SERVER_KILLS + 1 }, () => []);
  for (let n = 0; n < EVENTS; n += 1)
    parts[n % parts.length]?.push({ n, data: { n, workMs: whole(60, 300) } });
  return parts;
}

/** Kills at a moment with a call and a commit in flight, and writes down what was going on. */
async function killInFlight(
  place: Place,
  senders: Senders,
  acknowledged: number,
  server: Child,
  app: Child | null,
): Promise<Kill> {
  const ballast = startBallast(place.eventUrl, 3);
  const attemptsBefore = senders.attempts.length;
  const kill = await until(
    `${acknowledged} acknowledged, a send and a call in flight`,
    async () => {
      if (senders.acknowledged.size < acknowledged) return null;
      const openCalls = openAt(await place.lines(), Date.now()).length;
      const pendingSends = senders.pending() + ballast.pending();
      if (openCalls < OPEN_CALLS || pendingSends === 0) return null;
      const at = Date.now();
      server.kill("SIGKILL");
      app?.kill("SIGKILL");
      return { at, goneAt: 0, readyAt: 0, openCalls, pendingSends, lostSends: 0 };
    },
    20_000,
  ).catch((error: Error) => {
    throw new Error(`${error.message}\n${wordsOf(server)}`);
  });
  ballast.stop();
  kill.goneAt = (await server.exited).at;
  await app?.exited;
  await until("no send waits for the dead", () => ballast.pending() === 0);
  const lost = senders.attempts
    .slice(attemptsBefore)
    .filter((sent) => sent.outcome === "lost" && sent.begunAt <= kill.at);
  kill.lostSends = lost.length + ballast.lost();
  return kill;
}

type Begin = Extract<AppLine, { is: "begin" }>;

/** Requests that had begun by then, and ended later or never. */
function openAt(lines: AppLine[], begunBy: number, notEndedBy = begunBy): Begin[] {
  const ends = new Map<string, number>();
  for (const line of lines) if (line.is === "end") ends.set(line.request, line.at);
  const open = (line: AppLine): line is Begin =>
    line.is === "begin" &&
    line.at <= begunBy &&
    (ends.get(line.request) ?? Number.POSITIVE_INFINITY) > notEndedBy;
  return lines.filter(open);
}

/** For each call that the death cut off: how long after the restart the app was called again for its run. */
function redispatchTimes(kill: Kill, lines: AppLine[]): number[] {
  const cut = openAt(lines, kill.at, kill.at + DYING_MS);
  expect(cut.length).toBeGreaterThanOrEqual(1);
  return cut.map(({ runId }) => {
    const again = lines.find(
      (line) => line.is === "begin" && line.runId === runId && line.at > kill.at + DYING_MS,
    );
    return (again?.at ?? Number.POSITIVE_INFINITY) - kill.readyAt;
  });
}

function told(kill: Kill, lines: AppLine[]): string {
  const slowest = Math.max(...redispatchTimes(kill, lines));
  return `${kill.openCalls} calls and ${kill.pendingSends} sends in flight (${kill.lostSends} lost), all called again after ${slowest} ms`;
}

interface RunItem {
  id: string;
  status: string;
}

async function allCompleted(place: Place): Promise<boolean> {
  const runs = await place.json<RunItem[]>("/v2/runs?limit=400");
  const broken = runs.filter((run) => ["FAILED", "CANCELLED", "SKIPPED"].includes(run.status));
  expect(broken).toEqual([]);
  return runs.length >= EVENTS && runs.every((run) => run.status === "COMPLETED");
}

interface RunDetail {
  run_id: string;
  status: string;
  output: { n: number; seen: Record<string, string> };
}
interface TraceSpan {
  name: string;
  stepOp: string | null;
  status: string;
  output?: unknown;
}

/** The app's log against the store, event by event. */
async function compare(place: Place, senders: Senders, kills: Kill[], lines: AppLine[]): Promise<void> {
  expect(senders.acknowledged.size).toBe(EVENTS);
  expect(await place.json<RunItem[]>("/v2/runs?limit=400")).toHaveLength(EVENTS);
  const runIds = new Set<string>();
  for (const [n, eventId] of senders.acknowledged) {
    const runs = await place.json<RunDetail[]>(`/v1/events/${eventId}/runs`);
    expect({ n, runs }).toMatchObject({ n, runs: [{ status: "Completed", output: { n } }] });
    const run = runs[0] as RunDetail;
    runIds.add(run.run_id);
    expectOneResultEach(run, lines, kills);
    const trace = await place.json<{ rootSpan: { children: TraceSpan[] } }>(
      `/v2/runs/${run.run_id}/trace?includeOutput=true`,
    );
    const spans = trace.rootSpan.children.filter((span) => span.stepOp !== null);
    expect(spans.filter((span) => span.stepOp === "RUN").map((span) => span.name)).toEqual(STEPS);
    expect(spans.filter((span) => span.stepOp === "SLEEP")).toHaveLength(2);
    expect(spans.filter((span) => span.status !== "COMPLETED")).toEqual([]);
    for (const span of spans)
      if (span.stepOp === "RUN")
        expect(JSON.stringify(span.output)).toContain(run.output.seen[span.name] ?? "?");
  }
  expect(runIds.size).toBe(EVENTS);
}

/**
 * A step may have run again after a death; one of its results was stored, and only that is ever given to a
 * later call. The call that ran the step sees its result before it is stored (v4 goes on while it checkpoints),
 * so a call that died with the server may have seen one that nobody has kept.
 */
function expectOneResultEach(run: RunDetail, lines: AppLine[], kills: Kill[]): void {
  const ofRun = lines.filter((line) => "runId" in line && line.runId === run.run_id);
  for (const step of STEPS) {
    const ran = ofRun.filter((line) => line.is === "step").filter((line) => line.step === step);
    expect(ran.map((line) => line.result)).toContain(run.output.seen[step]);
    for (const [index, line] of ran.entries()) {
      const before = ran[index - 1];
      if (before === undefined) continue;
      const between = kills.some((kill) => before.at <= kill.goneAt + LONGEST_CALL_MS && line.at > kill.at);
      expect({ run: run.run_id, step, twiceWithoutDeath: !between }).toMatchObject({
        twiceWithoutDeath: false,
      });
    }
  }
  for (const line of ofRun)
    if (line.is === "saw")
      for (const [step, result] of Object.entries(line.seen)) {
        if (result !== run.output.seen[step] && diedWithItsCall(ofRun, line, result, kills)) continue;
        expect({ run: run.run_id, step, result }).toEqual({
          run: run.run_id,
          step,
          result: run.output.seen[step],
        });
      }
}

/** The result was made in the very call that saw it, and a death came before it could be stored. */
function diedWithItsCall(ofRun: AppLine[], saw: AppLine, result: string, kills: Kill[]): boolean {
  const made = ofRun.findIndex((line) => line.is === "step" && line.result === result);
  const seen = ofRun.indexOf(saw);
  if (made === -1 || ofRun.slice(made, seen).some((line) => line.is === "begin")) return false;
  const at = ofRun[made]?.at ?? 0;
  return kills.some((kill) => at >= kill.at - LONGEST_CALL_MS && at <= kill.goneAt + LONGEST_CALL_MS);
}

/** The rows themselves: one result per step, nothing left in the queue. */
function lookIntoFile(file: string): void {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const count = (sql: string): unknown => Object.values(db.prepare(sql).get() ?? {})[0];
    expect(count("select count(*) from runs")).toBe(EVENTS);
    expect(count("select count(*) from steps")).toBe(EVENTS * (STEPS.length + 2));
    expect(count("select count(*) from (select distinct run_id, id from steps)")).toBe(
      EVENTS * (STEPS.length + 2),
    );
    expect(count("select count(*) from run_states")).toBe(0);
    expect(count("select count(*) from wakes")).toBe(0);
  } finally {
    db.close();
  }
}
