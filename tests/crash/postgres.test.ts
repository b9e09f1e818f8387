/**
 * `kill -9` of `stepwell start --postgres-uri`: the next start takes the database over, nothing that was
 * acknowledged is lost, each step is stored once, and its code runs again only around a death.
 */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createDatabase } from "../../packages/store-postgres/fixtures/database.ts";
import {
  startServer as startPostgres,
  type TestServer,
} from "../../packages/store-postgres/fixtures/test-server.ts";
import { until } from "../protocol/world.ts";
import type { AppLine } from "./app-process.ts";
import { ended, killAll } from "./cli.ts";
import { makePlace, type Place } from "./place.ts";
import { createDice } from "./seeded.ts";
import { createSenders } from "./senders.ts";

const EVENTS = 60;
const KILLS = 3;
const STEPS = ["one", "two", "three"];
/** A call that a death cut off may go on in the app for so long. */
const LONGEST_CALL_MS = 1_000;

let postgres: TestServer;
beforeAll(async () => {
  postgres = await startPostgres(["fsync=on"]);
});
afterAll(() => postgres.stop());
const places: Place[] = [];
afterEach(async () => {
  await killAll();
  for (const place of places.splice(0)) await place.remove();
});

interface Kill {
  at: number;
  goneAt: number;
  openCalls: number;
}
interface RunDetail {
  run_id: string;
  status: string;
  output: { n: number; seen: Record<string, string> };
}

test("kill -9 of the server on PostgreSQL at three seeded moments loses and doubles nothing", async () => {
  const dice = createDice();
  console.log(`crash test on PostgreSQL: SEED=${dice.seed}`);
  const database = await createDatabase(postgres.uri);
  const place = await makePlace("steps", { STEPWELL_POSTGRES_URI: database.uri });
  places.push(place);
  let server = await place.startServer();
  await place.startApp();
  expect((await fetch(place.appUrl, { method: "PUT" })).status).toBe(200);

  const senders = createSenders(place.eventUrl, "crash/go");
  const events = Array.from({ length: EVENTS }, (_, n) => ({ n, data: { n, workMs: dice.whole(60, 300) } }));
  const sending = senders.send(events, 4);
  const kills: Kill[] = [];
  for (let count = 1; count <= KILLS; count += 1) {
    const acknowledged = dice.whole(count * 15 - 10, count * 15);
    const kill = await until(`${acknowledged} acknowledged and calls in flight`, async () => {
      if (senders.acknowledged.size < acknowledged) return null;
      const openCalls = open(await place.lines());
      if (openCalls < 2) return null;
      const at = Date.now();
      server.kill("SIGKILL");
      return { at, goneAt: 0, openCalls };
    });
    kill.goneAt = (await server.exited).at;
    kills.push(kill);
    server = await place.startServer();
  }
  await sending;
  await until(
    "every run completes",
    async () => {
      const runs = await place.json<{ status: string }[]>("/v2/runs?limit=400");
      return runs.length >= EVENTS && runs.every(({ status }) => status === "COMPLETED");
    },
    60_000,
  );
  console.log(
    `crash test on PostgreSQL: ${kills.map((kill) => `${kill.openCalls} calls cut off`).join(", ")}`,
  );

  const lines = await place.lines();
  expect(senders.acknowledged.size).toBe(EVENTS);
  for (const [n, eventId] of senders.acknowledged) {
    const runs = await place.json<RunDetail[]>(`/v1/events/${eventId}/runs`);
    expect({ n, runs }).toMatchObject({ n, runs: [{ status: "Completed", output: { n } }] });
    expectStepsOnce(runs[0] as RunDetail, lines, kills);
  }
  server.kill("SIGTERM");
  expect((await ended(server)).code).toBe(0);
  const [rows] = await database.query(`select
      (select count(*)::int from stepwell.runs) as runs, (select count(*)::int from stepwell.steps) as steps,
      (select count(*)::int from stepwell.run_states) + (select count(*)::int from stepwell.wakes) as left`);
  // Two sleeps each beside the three steps.
  expect(rows).toEqual({ runs: EVENTS, steps: EVENTS * (STEPS.length + 2), left: 0 });
  await database.remove();
});

function open(lines: readonly AppLine[]): number {
  const done = new Set(lines.flatMap((line) => (line.is === "end" ? [line.request] : [])));
  return lines.filter((line) => line.is === "begin" && !done.has(line.request)).length;
}

function expectStepsOnce(run: RunDetail, lines: readonly AppLine[], kills: readonly Kill[]): void {
  for (const step of STEPS) {
    const ran = lines
      .filter((line) => line.is === "step")
      .filter((line) => line.runId === run.run_id && line.step === step);
    expect(ran.map(({ result }) => result)).toContain(run.output.seen[step]);
    for (const [index, line] of ran.entries()) {
      const before = ran[index - 1];
      if (before === undefined) continue;
      const aroundDeath = kills.some(
        (kill) => before.at <= kill.goneAt + LONGEST_CALL_MS && line.at > kill.at,
      );
      expect({ run: run.run_id, step, aroundDeath }).toMatchObject({ aroundDeath: true });
    }
  }
}
