/** Schedules over HTTP: what a server that was away does about its ticks, and how they are read (semantics §3.4). */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Schedule, Tick as TickView } from "@stepwell/api";
import { type Stepwell, startStepwell } from "stepwell";
import { afterEach, describe, expect, test } from "vitest";
import { openOwn } from "./bench.ts";
import { isoInstant, letTick, listener, MINUTE, moveTo, scheduled, type Tick } from "./cron-listener.ts";
import { until, type World, type WorldOptions } from "./world.ts";

const restarted: Stepwell[] = [];
const copies: string[] = [];
afterEach(async () => {
  for (const server of restarted.splice(0)) await server.close();
  for (const dir of copies.splice(0)) rmSync(dir, { recursive: true, force: true });
});

const open = (functions: WorldOptions["functions"], server: WorldOptions["server"] = {}): Promise<World> =>
  openOwn({ functions, server });

describe("a server that was away", () => {
  const HOURLY = "1 * * * *";

  /** Stops the server, moves the clock and starts it again on the same port and file, or on another one. */
  async function restartAt(world: World, at: number, dir: string = world.dir): Promise<void> {
    await world.server.close();
    for (const server of restarted.splice(0)) await server.close();
    moveTo(world, at);
    const { port } = world.server;
    restarted.push(await startStepwell({ mode: "dev", dir, port, clock: world.clock, log: () => {} }));
  }

  /** A function with one schedule, synced a good while before its first tick, which is given back. */
  async function openHourly(ticks: Tick[], trigger: { cron: string; jitter?: string } = { cron: HOURLY }) {
    let world: World;
    world = await open(
      (client) => [
        listener("hourly", [trigger], ticks, () => world.clock.now())(client),
        client.createFunction({ id: "barrier", triggers: [{ event: "barrier" }] }, () => "ran"),
      ],
      { graceMs: 0 },
    );
    const hour = 60 * MINUTE;
    const first = Math.ceil(world.clock.now() / hour) * hour + hour + MINUTE;
    moveTo(world, first - 10 * MINUTE);
    await world.sync();
    return { world, first };
  }

  /** The file as a `kill -9` of this moment would leave it. */
  function crashedFile(world: World): string {
    const dir = mkdtempSync(join(tmpdir(), "stepwell-crashed-"));
    copies.push(dir);
    for (const name of ["main.db", "main.db-wal"])
      if (existsSync(join(world.dir, name))) copyFileSync(join(world.dir, name), join(dir, name));
    return dir;
  }

  /** Shows that everything that was due has been handled: what is sent now comes behind it. */
  async function settled(world: World): Promise<void> {
    const [barrier = ""] = await world.send({ name: "barrier" });
    await world.ended((await world.runOf(barrier)).run_id);
  }

  async function schedule(world: World): Promise<Schedule> {
    const { data } = await world.json<{ data: Schedule[] }>("/v2/schedules");
    expect(data).toHaveLength(1);
    return data[0] as Schedule;
  }

  const cronRuns = async (world: World) =>
    (await world.json("/v2/runs?functionId=app-hourly")).data as { id: string; status: string }[];

  test("a tick 30 s late when it comes back: one run", async () => {
    const ticks: Tick[] = [];
    const { world, first } = await openHourly(ticks);
    await restartAt(world, first + 30_000);
    await until("the tick has run", async () => (await cronRuns(world))[0]?.status === "COMPLETED");
    await settled(world);
    expect(scheduled(ticks)).toEqual([first]);
    expect(await cronRuns(world)).toHaveLength(1);
    const { last, next, missed } = await schedule(world);
    expect(last).toMatchObject({
      scheduledAt: new Date(first).toISOString(),
      outcome: "STARTED",
      runId: (await cronRuns(world))[0]?.id,
      runStatus: "COMPLETED",
    });
    expect(Date.parse(last?.decidedAt ?? "") - first).toBeGreaterThanOrEqual(30_000);
    expect(missed).toEqual({ count: 0, ticks: [] });
    expect(Date.parse(next[0] ?? "")).toBe(first + 60 * MINUTE);
    // Once more: it does not start again.
    await restartAt(world, first + 50_000);
    await settled(world);
    expect(await cronRuns(world)).toHaveLength(1);
  });

  test("a tick 61 s late when it comes back: no run, but recorded as missed and listed", async () => {
    const ticks: Tick[] = [];
    const { world, first } = await openHourly(ticks);
    await restartAt(world, first + 61_000);
    await settled(world);
    expect(ticks).toEqual([]);
    expect(await cronRuns(world)).toEqual([]);
    const { id, last, next, missed } = await schedule(world);
    expect(missed).toEqual({ count: 1, ticks: [last] });
    expect(last).toEqual({
      scheduledAt: new Date(first).toISOString(),
      outcome: "MISSED",
      until: null,
      decidedAt: expect.stringMatching(isoInstant),
      runId: null,
      runStatus: null,
    });
    expect(next.map((at) => Date.parse(at) - first)).toEqual(
      Array.from({ length: 10 }, (_, hour) => (hour + 1) * 60 * MINUTE),
    );
    expect((await world.json(`/api/v2/schedules/${id}/ticks`)).data).toEqual([last]);
    // The schedule goes on.
    await letTick(world, first + 60 * MINUTE, ticks, 1);
    await until("the run has ended", async () => (await schedule(world)).last?.runStatus === "COMPLETED");
    expect((await schedule(world)).missed.count).toBe(1);
  });

  test("a crash in the middle of a due tick, while the app is at work: one run, ended by the next server", async () => {
    const ticks: Tick[] = [];
    const { world, first } = await openHourly(ticks);
    let taken = 0;
    // The app takes the call and never answers.
    world.app.intercept = (request) => request.method === "POST" && (taken += 1) > 0;
    moveTo(world, first - 20);
    await until("the app has the call", () => taken === 1);
    const crashed = crashedFile(world);
    await world.server.close();
    world.app.intercept = null;
    await restartAt(world, first + 10_000, crashed);
    await until("the run has ended", async () => (await cronRuns(world))[0]?.status === "COMPLETED");
    await settled(world);
    expect(await cronRuns(world)).toHaveLength(1);
    expect(scheduled(ticks)).toEqual([first]);
    expect(world.app.calls("app-hourly")).toHaveLength(2);
  });

  test("a weekend of a cron each minute: the last tick runs, a hundred are listed, the rest is one entry", async () => {
    const ticks: Tick[] = [];
    const { world, first } = await openHourly(ticks, { cron: "* * * * *" });
    const before = scheduled(ticks).length;
    const { id } = await schedule(world);
    await restartAt(world, first + 2 * 24 * 60 * MINUTE + 5_000);
    await until("the last tick has run", () => ticks.length > before);
    await settled(world);
    const all: TickView[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const more: string = cursor === "" ? "" : `&cursor=${cursor}`;
      const answer = await world.json(`/v2/schedules/${id}/ticks?limit=40&outcome=missed${more}`);
      expect(answer.data.length).toBeLessThanOrEqual(40);
      all.push(...answer.data);
      cursor = answer.page.cursor;
    }
    expect(all).toHaveLength(101);
    const times = all.map((tick) => Date.parse(tick.scheduledAt));
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect(all.filter((tick) => tick.until !== null)).toEqual([all.at(-1)]);
    expect(Date.parse(all.at(-1)?.until ?? "")).toBe((times[99] ?? 0) - MINUTE);
    const { last, missed } = await schedule(world);
    expect(last?.outcome).toBe("STARTED");
    expect(missed.count).toBe(101);
    expect(missed.ticks).toEqual(all.slice(0, 10));
  });
});

test("time that `clock advance` moves through misses no tick, held ones included", async () => {
  const run = () => "ran";
  const world = await open(
    (client) => [
      client.createFunction({ id: "minutely", triggers: [{ cron: "* * * * *" }] }, run),
      client.createFunction(
        { id: "held", triggers: [{ cron: "*/10 * * * *", jitter: "2m" } as { cron: string }] },
        run,
      ),
    ],
    { clock: undefined } as object,
  );
  await world.sync();
  const advanced = await world.fetch("/dev/clock", {
    method: "POST",
    body: JSON.stringify({ advance: "1h" }),
  });
  expect(advanced.status).toBe(200);
  const { data } = await world.json<{ data: Schedule[] }>("/v2/schedules");
  expect(data.map((one) => [one.function.slug, one.missed.count, one.last?.runStatus])).toEqual([
    ["app-held", 0, "COMPLETED"],
    ["app-minutely", 0, "COMPLETED"],
  ]);
  const { data: ticks } = await world.json(`/v2/schedules/${data[1]?.id}/ticks?limit=100`);
  expect(ticks.length).toBeGreaterThanOrEqual(60);
  expect(new Set(ticks.map((tick: TickView) => tick.runId)).size).toBe(ticks.length);
});

describe("GET /v2/schedules", () => {
  test("lists each cron trigger of active functions, by slug, in pages", async () => {
    const run = () => "ran";
    const world = await open((client) => [
      client.createFunction(
        { id: "b", name: "Bee", triggers: [{ cron: "TZ=Europe/Paris 0 12 * * 5" }] },
        run,
      ),
      client.createFunction({ id: "a", triggers: [{ cron: "0 0 30 2 *" }, { cron: "*/5 * * * *" }] }, run),
      client.createFunction({ id: "c", triggers: [{ event: "nothing" }] }, run),
    ]);
    await world.sync();
    const list = async (query = "") =>
      (await world.json(`/v2/schedules${query}`)) as { data: Schedule[]; page: object };
    const { data } = await list();
    expect(data.map((one) => [one.function.slug, one.cron, one.zone])).toEqual([
      ["app-a", "*/5 * * * *", "UTC"],
      ["app-a", "0 0 30 2 *", "UTC"],
      ["app-b", "TZ=Europe/Paris 0 12 * * 5", "Europe/Paris"],
    ]);
    const [five, never, bee] = data;
    expect(bee).toMatchObject({
      app: { name: "app" },
      function: { name: "Bee", slug: "app-b" },
      jitterMs: null,
      last: null,
      missed: { count: 0, ticks: [] },
    });
    expect(bee?.next).toHaveLength(10);
    for (const at of bee?.next ?? []) expect(new Date(at).getUTCDay()).toBe(5);
    expect(new Set(five?.next).size).toBe(10);
    expect(never?.next).toEqual([]);
    const first = await list("?limit=2");
    expect(first).toMatchObject({
      data: data.slice(0, 2),
      page: { cursor: never?.id, hasMore: true, limit: 2 },
    });
    const second = await list(`?limit=2&cursor=${encodeURIComponent(never?.id ?? "")}`);
    expect(second).toMatchObject({ data: [bee], page: { cursor: null, hasMore: false } });
    expect((await world.fetch("/v2/schedules?limit=101")).status).toBe(400);
    expect((await world.fetch("/v2/schedules/none/ticks")).status).toBe(404);

    world.app.deploy([world.client.createFunction({ id: "a", triggers: [{ cron: "0 0 30 2 *" }] }, run)]);
    await world.sync();
    expect((await list()).data.map((one) => one.cron)).toEqual(["0 0 30 2 *"]);
  });

  test("asks for the signing key in start", async () => {
    const world = await openOwn({ functions: () => [], mode: "start" });
    expect((await world.fetch("/v2/schedules")).status).toBe(200);
    expect((await fetch(`${world.server.url}/v2/schedules`)).status).toBe(401);
  });
});
