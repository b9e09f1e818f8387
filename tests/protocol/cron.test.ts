/** Schedules (semantics §3.4): the clock is moved to just before a tick, and the tick is waited for. */
import { expect, test } from "vitest";
import { openOwn } from "./bench.ts";
import {
  isoInstant,
  letTick,
  listener,
  MINUTE,
  moveTo,
  nextMinute,
  scheduled,
  type Tick,
} from "./cron-listener.ts";
import { sdk } from "./sdk.ts";
import { until, type World, type WorldOptions } from "./world.ts";

const open = (functions: WorldOptions["functions"]): Promise<World> => openOwn({ functions });

/** Moves to 10 s after a full minute, syncs there, and returns the next full minute. */
async function syncMidMinute(world: World): Promise<number> {
  moveTo(world, nextMinute(world.clock.now()) + 10_000);
  await world.sync();
  return nextMinute(world.clock.now());
}

test("T-9: `* * * * *` starts one run each minute, with an inngest/scheduled.timer event", async () => {
  const ticks: Tick[] = [];
  let world: World;
  world = await open((client) => [
    listener("minutely", [{ cron: "* * * * *" }], ticks, () => world.clock.now())(client),
  ]);
  const first = await syncMidMinute(world);
  for (const k of [0, 1, 2]) await letTick(world, first + k * MINUTE, ticks, k + 1);
  expect(scheduled(ticks)).toEqual([first, first + MINUTE, first + 2 * MINUTE]);
  for (const tick of ticks) {
    expect(tick.name).toBe("inngest/scheduled.timer");
    expect(tick.data.cron).toBe("* * * * *");
    expect(tick.data.scheduledAt).toMatch(isoInstant);
    expect(tick.data.fireAt).toMatch(isoInstant);
    expect(tick.id).toMatch(isoInstant);
    expect(Date.parse(tick.id)).toBe(Date.parse(tick.data.scheduledAt));
    expect(tick.ts).toBe(Date.parse(tick.data.fireAt));
    expect(tick.calledAt).toBeGreaterThanOrEqual(Date.parse(tick.data.scheduledAt) - 20);
    expect(tick.calledAt).toBeLessThan(Date.parse(tick.data.scheduledAt) + 10_000);
  }
});

test("T-10: two expressions that fire at the same second give one run", async () => {
  const ticks: Tick[] = [];
  let world: World;
  world = await open((client) => [
    listener("pair", [{ cron: "*/1 * * * *" }, { cron: "0-59 * * * *" }], ticks, () => world.clock.now())(
      client,
    ),
    client.createFunction({ id: "barrier", triggers: [{ event: "barrier" }] }, () => "ran"),
  ]);
  const first = await syncMidMinute(world);
  for (const k of [0, 1, 2]) await letTick(world, first + k * MINUTE, ticks, k + 1);
  const [barrier = ""] = await world.send({ name: "barrier" });
  await world.ended((await world.runOf(barrier)).run_id);
  expect(scheduled(ticks)).toEqual([first, first + MINUTE, first + 2 * MINUTE]);
});

test("T-11: a cron that a sync removes starts no more runs from the next minute on", async () => {
  const kept: Tick[] = [];
  const removed: Tick[] = [];
  const gone: Tick[] = [];
  let world: World;
  const now = () => world.clock.now();
  const keeper = listener("keeper", [{ cron: "* * * * *" }], kept, now);
  world = await open((client) => [
    keeper(client),
    listener("loser", [{ cron: "* * * * *" }, { cron: "0 0 1 1 *" }], removed, now)(client),
    listener("goner", [{ cron: "* * * * *" }], gone, now)(client),
  ]);
  const first = await syncMidMinute(world);
  await letTick(world, first, kept, 1);
  await until("all three have ticked", () => removed.length === 1 && gone.length === 1);

  world.app.deploy([
    keeper(world.client),
    listener("loser", [{ cron: "0 0 1 1 *" }], removed, now)(world.client),
  ]);
  await world.sync();
  for (const k of [1, 2, 3]) await letTick(world, first + k * MINUTE, kept, k + 1);
  expect(kept).toHaveLength(4);
  expect(removed).toHaveLength(1);
  expect(gone).toHaveLength(1);
  expect(world.app.calls("app-loser")).toHaveLength(1);
  expect(world.app.calls("app-goner")).toHaveLength(1);
});

test("T-12: `@hourly` refuses the sync, and nothing of it is stored", async () => {
  const world = await open((client) => [
    client.createFunction({ id: "fine", triggers: [{ event: "fine" }] }, () => "ran"),
    client.createFunction({ id: "wordy", triggers: [{ cron: "@hourly" }] }, () => "ran"),
  ]);
  const answer = await fetch(world.app.url, { method: "PUT" });
  const { message } = (await answer.json()) as { message: string };
  expect(answer.status).toBe(400);
  expect(message).toMatch(/at least one function is invalid/i);
  expect(message).toContain("app-wordy");
  expect(message).toContain("@hourly");

  // A good sync afterwards works, and the refused one has left no function behind.
  world.app.deploy([
    world.client.createFunction({ id: "other", triggers: [{ event: "fine" }] }, () => "ran"),
  ]);
  await world.sync();
  const [id = ""] = await world.send({ name: "fine" });
  await world.ended((await world.runOf(id)).run_id);
  expect((await world.eventRuns(id)).map((run) => run.function_slug)).toEqual(["app-other"]);
});

// v3 has no cron jitter.
if (sdk.name !== "v3")
  test("T-13: jitter holds a tick back by 1 s to 30 s, and the same tick always by the same time", async () => {
    const one = await jitteredWorld();
    const two = await jitteredWorld();
    const first = nextMinute(Math.max(one.world.clock.now(), two.world.clock.now())) + MINUTE;
    for (const { world, steady, held } of [one, two]) {
      moveTo(world, first - 50_000);
      await world.sync();
      for (const k of [0, 1, 2]) {
        const tick = first + k * MINUTE;
        await letTick(world, tick, steady, k + 1);
        moveTo(world, tick + 31_000);
        await until(`the held tick ${k + 1}`, () => held.length === k + 1);
      }
      expect(scheduled(held)).toEqual([first, first + MINUTE, first + 2 * MINUTE]);
      for (const { data, ts, calledAt } of held) {
        const delay = Date.parse(data.fireAt) - Date.parse(data.scheduledAt);
        expect(delay).toBeGreaterThanOrEqual(1000);
        expect(delay).toBeLessThan(30_000);
        expect(ts).toBe(Date.parse(data.fireAt));
        expect(calledAt).toBeGreaterThanOrEqual(Date.parse(data.fireAt));
      }
    }
    const delays = ({ held }: { held: Tick[] }) => held.map((tick) => tick.data);
    expect(delays(two)).toEqual(delays(one));
    expect(new Set(one.held.map((tick) => tick.ts % MINUTE)).size).toBeGreaterThan(1);
  });

async function jitteredWorld(): Promise<{ world: World; steady: Tick[]; held: Tick[] }> {
  const steady: Tick[] = [];
  const held: Tick[] = [];
  let world: World;
  const now = () => world.clock.now();
  world = await open((client) => [
    listener("steady", [{ cron: "* * * * *" }], steady, now)(client),
    listener("held", [{ cron: "* * * * *", jitter: "30s" }], held, now)(client),
  ]);
  return { world, steady, held };
}

test("T-14: `TZ=Europe/Paris 0 12 * * 5` fires on Fridays, at 10:00 UTC in summer and 11:00 in winter", async () => {
  const cron = "TZ=Europe/Paris 0 12 * * 5";
  const ticks: Tick[] = [];
  let world: World;
  world = await open((client) => [
    listener("paris", [{ cron }], ticks, () => world.clock.now())(client),
    client.createFunction({ id: "barrier", triggers: [{ event: "barrier" }] }, () => "ran"),
  ]);
  await world.sync();
  const now = world.clock.now();
  const expected = [fridayIn(6, 10, now), fridayIn(0, 11, now)].sort((a, b) => a - b);
  for (const [index, friday] of expected.entries()) {
    // Ticks that the jump leaves behind are missed ones; the barrier shows that they are done with.
    moveTo(world, friday - 26 * 60 * MINUTE);
    for (const before of [25, 24, 1]) {
      moveTo(world, friday - before * 60 * MINUTE + 1000);
      const [barrier = ""] = await world.send({ name: "barrier" });
      await world.ended((await world.runOf(barrier)).run_id);
      expect(ticks).toHaveLength(index);
    }
    await letTick(world, friday, ticks, index + 1);
  }
  expect(scheduled(ticks).map((at) => new Date(at).toISOString())).toEqual(
    expected.map((at) => new Date(at).toISOString()),
  );
  expect(
    scheduled(ticks)
      .map((at) => new Date(at).getUTCHours())
      .sort(),
  ).toEqual([10, 11]);
  expect(ticks.map((tick) => tick.data.cron)).toEqual([cron, cron]);
});

/** The first Friday of a month (0 = January) that is at least two days after `now`, at an hour UTC. */
function fridayIn(month: number, hourUtc: number, now: number): number {
  for (let day = new Date(now + 2 * 86_400_000); ; day = new Date(day.getTime() + 86_400_000))
    if (day.getUTCMonth() === month && day.getUTCDay() === 5)
      return Date.UTC(day.getUTCFullYear(), month, day.getUTCDate(), hourUtc);
}
