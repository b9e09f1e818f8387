/**
 * `kill -9` with everything that waits in the load (issue B): checkpoints, a parallel group, a wait for an
 * event, an invoke, and a schedule. The server dies at four seeded moments, the last time together with the app.
 */
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, test } from "vitest";
import { until } from "../protocol/world.ts";
import type { AppLine } from "./app-process.ts";
import { type Child, ended, killAll } from "./cli.ts";
import { makePlace, type Place } from "./place.ts";
import { createDice } from "./seeded.ts";
import { createSenders } from "./senders.ts";

const EVENTS = 80;
const KILLS = 4;
const STEPS = ["one", "two", "left", "right", "last"];
const CHILD_STEPS = ["child-one", "child-two"];
const MINUTE = 60_000;
/** So old is a minute that must have its run. */
const GRACE_MS = 5_000;

const places: Place[] = [];
afterEach(async () => {
  await killAll();
  for (const place of places.splice(0)) await place.remove();
});

interface RunItem {
  id: string;
  status: string;
  function: { slug: string };
  queuedAt: string;
}
interface RunDetail {
  run_id: string;
  status: string;
  function_slug: string;
  output: {
    n: number;
    answered: number;
    seen: Record<string, string>;
    child: { first: string; second: string };
  };
}

test("kill -9 among checkpoints, waits, invokes and cron ticks loses and doubles nothing", async () => {
  const dice = createDice();
  console.log(`crash test of everything: SEED=${dice.seed}`);
  const place = await makePlace("everything");
  places.push(place);
  const kills: { at: number; goneAt: number }[] = [];
  let server = await place.startServer();
  let app = await place.startApp();
  expect((await fetch(place.appUrl, { method: "PUT" })).status).toBe(200);
  const begunAt = Date.now();

  const senders = createSenders(place.eventUrl, "crash/go");
  const answering = answer(place, senders.acknowledged);
  const events = Array.from({ length: EVENTS }, (_, n) => ({ n, data: { n, workMs: dice.whole(20, 120) } }));
  for (let kill = 0; kill < KILLS; kill += 1) {
    const part = events.filter(({ n }) => n % KILLS === kill);
    // The third time, the server is away while a minute begins.
    const moment = kill === 2 ? nextMinute() - dice.whole(50, 400) : Date.now() + dice.whole(300, 1200);
    // Not much before: their work must not be over when the server dies.
    await until("the time to send", () => Date.now() >= moment - 600, 90_000);
    const sending = senders.send(part, 3);
    await until("the seeded moment", () => Date.now() >= moment, 90_000);
    await until("calls are open", async () => openCalls(await place.lines()) >= 1, 30_000);
    const at = Date.now();
    server.kill("SIGKILL");
    if (kill === KILLS - 1) app.kill("SIGKILL");
    kills.push({ at, goneAt: (await server.exited).at });
    if (kill === KILLS - 1) {
      await app.exited;
      app = await place.startApp();
    }
    if (kill === 2) await until("the minute has begun", () => Date.now() > nextMinute(at) + 100, 90_000);
    server = await place.startServer();
    await sending;
  }
  await until("every run completes", () => allCompleted(place), 90_000);
  answering.stop();

  await compare(place, senders.acknowledged, kills, await place.lines());
  // A fast machine is here before the tick's own seconds of grace are over.
  await until("the tick is due", () => Date.now() > nextMinute(begunAt) + GRACE_MS, 90_000);
  await checkTicks(place, begunAt);
  await stopAndLook(server, place.file);
});

function nextMinute(after = Date.now()): number {
  return Math.floor(after / MINUTE) * MINUTE + MINUTE;
}

/** Sends the awaited event of every run that may wait for it, again and again. */
function answer(place: Place, acknowledged: ReadonlyMap<number, string>): { stop(): void } {
  let stopped = false;
  const go = async (): Promise<void> => {
    while (!stopped) {
      const answers = [...acknowledged.keys()].map((n) => ({ name: "crash/answer", data: { n } }));
      const body = JSON.stringify(answers);
      const headers = { "content-type": "application/json" };
      if (answers.length > 0)
        await fetch(place.eventUrl, { method: "POST", headers, body }).catch(() => null);
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
  };
  void go();
  return {
    stop() {
      stopped = true;
    },
  };
}

function openCalls(lines: AppLine[]): number {
  const ends = new Set(lines.flatMap((line) => (line.is === "end" ? [line.request] : [])));
  return lines.filter((line) => line.is === "begin" && !ends.has(line.request)).length;
}

async function allRuns(place: Place): Promise<RunItem[]> {
  return place.json<RunItem[]>("/v2/runs?limit=400");
}

async function allCompleted(place: Place): Promise<boolean> {
  const runs = await allRuns(place);
  expect(runs.filter((run) => ["FAILED", "CANCELLED", "SKIPPED"].includes(run.status))).toEqual([]);
  const parents = runs.filter((run) => run.function.slug === "crash-everything");
  return parents.length >= EVENTS && runs.every((run) => run.status === "COMPLETED");
}

/** The app's log against the store, event by event. */
async function compare(
  place: Place,
  acknowledged: ReadonlyMap<number, string>,
  kills: { at: number; goneAt: number }[],
  lines: AppLine[],
): Promise<void> {
  expect(acknowledged.size).toBe(EVENTS);
  const runs = await allRuns(place);
  const of = (slug: string) => runs.filter((run) => run.function.slug === slug);
  expect(of("crash-everything")).toHaveLength(EVENTS);
  expect(of("crash-child")).toHaveLength(EVENTS);
  for (const [n, eventId] of acknowledged) {
    const found = await place.json<RunDetail[]>(`/v1/events/${eventId}/runs`);
    expect({ n, found }).toMatchObject({ n, found: [{ status: "Completed", output: { n, answered: n } }] });
    const { output } = found[0] as RunDetail;
    const { first, second } = output.child;
    const seen: Record<string, string> = { ...output.seen, "child-one": first, "child-two": second };
    for (const step of [...STEPS, ...CHILD_STEPS]) {
      const ran = lines.filter((line) => line.is === "step" && line.n === n && line.step === step);
      expect(ran.map((line) => (line.is === "step" ? line.result : ""))).toContain(seen[step]);
      for (const [at, line] of ran.entries()) {
        const before = ran[at - 1];
        const between = kills.some(
          (kill) => before !== undefined && before.at <= kill.goneAt + 3_000 && line.at > kill.at,
        );
        if (before !== undefined)
          expect({ n, step, twiceWithoutDeath: !between }).toMatchObject({ twiceWithoutDeath: false });
      }
    }
  }
}

/** Every minute since the start has one run, and none has two: also the one that began while no server ran. */
async function checkTicks(place: Place, begunAt: number): Promise<void> {
  const ticks = (await allRuns(place)).filter((run) => run.function.slug === "crash-every-minute");
  const outputs = await Promise.all(
    ticks.map(async (run) => (await place.json<{ output: string }>(`/v1/runs/${run.id}`)).output),
  );
  const minutes: string[] = [];
  for (let at = nextMinute(begunAt); at < Date.now() - GRACE_MS; at += MINUTE)
    minutes.push(new Date(at).toISOString());
  expect(minutes.length).toBeGreaterThanOrEqual(1);
  expect(outputs.toSorted().filter((minute) => minute <= (minutes.at(-1) ?? ""))).toEqual(minutes);
}

/** Nothing is left behind but the schedule's next tick. */
async function stopAndLook(server: Child, file: string): Promise<void> {
  server.kill("SIGTERM");
  expect((await ended(server)).code).toBe(0);
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const count = (sql: string): unknown => Object.values(db.prepare(sql).get() ?? {})[0];
    const stepRows = EVENTS * (STEPS.length + 2 + CHILD_STEPS.length);
    expect(count("select count(*) from steps")).toBe(stepRows);
    expect(count("select count(*) from (select distinct run_id, id from steps)")).toBe(stepRows);
    expect(count("select count(*) from run_states")).toBe(0);
    expect(count("select count(*) from waits")).toBe(0);
    expect(count("select count(*) from wakes")).toBe(1);
    expect(count("select count(*) from leases where freed = 0")).toBe(0);
  } finally {
    db.close();
  }
}
