/** Ticks fire exactly once, whoever handles them and whatever dies meanwhile; late ones are told (semantics §3.4). */
import { type CronTrigger, cronWakeId, type FunctionConfig, idempotencyKey, tickValue } from "@stepwell/core";
import { functionId, type Registration } from "@stepwell/protocol";
import { type Ask, createMemoryStore, type Store } from "@stepwell/store";
import { afterEach, describe, expect, test } from "vitest";
import { createChance } from "./clock.ts";
import { createEngine } from "./engine.ts";
import type { Engine, LogEntry } from "./engine-port.ts";
import { BEGIN, createManualClock, until } from "./fixtures/manual-clock.ts";

const SECOND = 1_000;
const MINUTE = 60_000;
const MINUTELY = "* * * * *";
const FIRST = BEGIN + 50 * SECOND;
const FN = functionId("app", "app-f");

const fn = (...triggers: CronTrigger[]): FunctionConfig => ({
  slug: "app-f",
  name: "f",
  triggers,
  url: "http://127.0.0.1:1/api?fnId=app-f",
  maxAttempts: 1,
  concurrency: [],
});
let checksums = 0;
const registration = (...functions: FunctionConfig[]): Registration => ({
  appName: "app",
  url: "http://127.0.0.1:1/api",
  sdk: "js:v4",
  framework: null,
  platform: null,
  env: null,
  appVersion: null,
  functions,
  checksum: String((checksums += 1)),
});

const engines: Engine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop(0);
});

function world() {
  const clock = createManualClock();
  const store = createMemoryStore();
  const log: LogEntry[] = [];
  return {
    clock,
    store,
    log,
    async engine(over: Store = store): Promise<Engine> {
      const engine = createEngine({
        store: over,
        clock,
        chance: createChance(),
        transport: {
          send: async () => ({ failure: "network", message: "no app here" }),
          close: async () => {},
        },
        node: `node-${engines.length}`,
        mode: "dev",
        signingKey: null,
        queueWorkers: 10,
        requestTimeoutMs: 1000,
        retryIntervalMs: 1000,
        maxSteps: 1000,
        maxPendingEvents: 10,
        log: (entry) => log.push(entry),
      });
      engines.push(engine);
      await engine.start();
      return engine;
    },
    ticks: (cron = MINUTELY) => store.read.ticks({ functionId: FN, cron, limit: 1_000 }),
    runs: async () => (await store.read.runs({ limit: 400, order: "asc" })).rows,
    wakeAt: async (cron = MINUTELY) => (await store.read.wake(cronWakeId(FN, cron)))?.dueAt ?? null,
  };
}

/** The store, and every commit that asked for a wake. */
function watched(
  store: Store,
  before: (ask: Ask) => Promise<void> = async () => {},
): Store & { asked: Ask[] } {
  const asked: Ask[] = [];
  return {
    ...store,
    asked,
    async commit(ask, now, decide) {
      if (ask.wake !== undefined) asked.push(ask);
      await before(ask);
      return store.commit(ask, now, decide);
    },
  };
}

describe("exactly once", () => {
  test("two engines that handle the same wake: one run, one row, and the schedule moves by one tick", async () => {
    const { clock, store, engine, ticks, runs, wakeAt } = world();
    // Neither commits before both have taken the wake in hand.
    let arrived = 0;
    const gate = async (ask: Ask) => {
      if (ask.tick === undefined || arrived >= 2) return;
      arrived += 1;
      await until("both engines have the wake", () => arrived === 2);
    };
    const [a, b] = [watched(store, gate), watched(store, gate)];
    const one = await engine(a);
    await engine(b);
    await one.sync(registration(fn({ cron: MINUTELY })));
    clock.to(FIRST);
    await until("both have committed", async () => (await wakeAt()) === FIRST + MINUTE && arrived === 2);
    expect([a.asked.length, b.asked.length]).toEqual([1, 1]);
    await until("the run is there", async () => (await runs()).length > 0);
    const [run] = await runs();
    expect(await ticks()).toEqual([
      {
        functionId: FN,
        cron: MINUTELY,
        scheduledAt: FIRST,
        outcome: "started",
        at: FIRST,
        runId: run?.id,
        until: null,
      },
    ]);
    expect(await runs()).toHaveLength(1);
  });

  test("an engine that comes late with a wake does not move the schedule back", async () => {
    const { clock, store, engine, ticks, runs, wakeAt } = world();
    let inHand = false;
    let done = false;
    const slow: Store = {
      ...store,
      async commit(ask, now, decide) {
        if (ask.tick === undefined || inHand) return store.commit(ask, now, decide);
        inHand = true;
        await until("the other is three ticks ahead", async () => (await wakeAt()) === FIRST + 3 * MINUTE);
        const reply = await store.commit(ask, now, decide);
        done = true;
        expect(await wakeAt()).toBe(FIRST + 3 * MINUTE);
        return reply;
      },
    };
    await engine(slow);
    await (await engine()).sync(registration(fn({ cron: MINUTELY })));
    for (const minute of [0, 1, 2]) {
      clock.to(FIRST + minute * MINUTE);
      await until("the quick one has moved on", async () => (await ticks()).length === minute + 1);
      expect(inHand).toBe(true);
    }
    await until("the slow one is done", () => done);
    expect(await runs()).toHaveLength(3);
    expect(await wakeAt()).toBe(FIRST + 3 * MINUTE);
  });

  test("a wake that points at a tick once more starts nothing, even when its idempotency has expired", async () => {
    const { clock, store, engine, ticks, runs, wakeAt } = world();
    await (await engine()).sync(registration(fn({ cron: MINUTELY })));
    clock.to(FIRST);
    await until("the tick has fired", async () => (await ticks()).length === 1);
    const id = cronWakeId(FN, MINUTELY);
    const job = { kind: "cron", functionId: FN, cron: MINUTELY, scheduledAt: FIRST } as const;
    const key = idempotencyKey(FN, tickValue(FIRST));
    await store.commit({}, FIRST, () => ({
      write: [
        { remove: "gateCells", key: { key } },
        { update: "wakes", key: { id }, set: { job, dueAt: FIRST, score: FIRST } },
      ],
      reply: null,
    }));
    await until("the wake has moved on again", async () => (await wakeAt()) === FIRST + MINUTE);
    expect(await runs()).toHaveLength(1);
    expect(await ticks()).toHaveLength(1);
  });

  test.each<[string, boolean]>([
    ["was written although the engine never heard of it", true],
    ["was not written", false],
  ])("a commit that %s: the tick is handled again and there is one run", async (_, written) => {
    const { clock, store, engine, ticks, runs, wakeAt } = world();
    let broken = true;
    const flaky: Store = {
      ...store,
      async commit(ask, now, decide) {
        const fails = ask.tick !== undefined && broken;
        if (fails) broken = false;
        if (fails && !written) throw new Error("the line is cut");
        const reply = await store.commit(ask, now, decide);
        if (fails) throw new Error("the line is cut");
        return reply;
      },
    };
    await (await engine(flaky)).sync(registration(fn({ cron: MINUTELY })));
    clock.to(FIRST);
    await until("it has failed once", () => !broken);
    // The parked wake is looked at again after its delay.
    await until("the tick is decided", async () => {
      clock.to(clock.now() + 100);
      return (await ticks()).length === 1 && (await wakeAt()) === FIRST + MINUTE;
    });
    expect(clock.now()).toBeLessThan(FIRST + MINUTE);
    expect(await runs()).toHaveLength(1);
    expect((await ticks())[0]).toMatchObject({ outcome: "started", runId: (await runs())[0]?.id });
  });

  test("two expressions in one second: one run; the second tick says which run stands for it", async () => {
    const { clock, engine, ticks, runs } = world();
    await (await engine()).sync(registration(fn({ cron: MINUTELY }, { cron: "0-59 * * * *" })));
    clock.to(FIRST);
    const both = async () => [...(await ticks()), ...(await ticks("0-59 * * * *"))];
    await until("both are decided", async () => (await both()).length === 2);
    expect((await both()).map((row) => row.outcome).sort()).toEqual(["merged", "started"]);
    expect(new Set((await both()).map((row) => row.runId))).toEqual(new Set([(await runs())[0]?.id]));
    expect(await runs()).toHaveLength(1);
  });
});

describe("a schedule is not lost", () => {
  test("an engine that has not heard of the sync yet reads it instead of removing the wake", async () => {
    const { clock, engine, ticks, wakeAt } = world();
    await engine();
    const other = await engine();
    await other.sync(registration(fn({ cron: MINUTELY })));
    await other.stop(0);
    clock.to(FIRST);
    await until("the tick has fired", async () => (await ticks()).length === 1);
    expect(await wakeAt()).toBe(FIRST + MINUTE);
  });

  test("a sync that brings the schedule back just before its wake is removed keeps it", async () => {
    const { clock, store, engine, ticks, wakeAt } = world();
    const other = await engine();
    await other.sync(registration(fn({ cron: MINUTELY })));
    await other.sync(registration(fn({ cron: "0 0 1 1 *" })));
    await other.stop(0);
    let synced = false;
    const late = watched(store, async (ask) => {
      if (ask.wake === undefined || ask.app === undefined || synced) return;
      synced = true;
      await other.sync(registration(fn({ cron: MINUTELY })));
    });
    await engine(late);
    clock.to(FIRST);
    await until("the tick has fired", async () => (await ticks()).length === 1);
    expect(synced).toBe(true);
    expect(await wakeAt()).toBe(FIRST + MINUTE);
  });

  test("one that is gone loses its wake and writes nothing down", async () => {
    const { clock, engine, ticks, wakeAt } = world();
    const only = await engine();
    await only.sync(registration(fn({ cron: MINUTELY })));
    await only.sync(registration());
    expect(await wakeAt()).toBe(FIRST);
    clock.to(FIRST);
    await until("the wake is removed", async () => (await wakeAt()) === null);
    expect(await ticks()).toEqual([]);
  });
});

describe("while no server ran", () => {
  /** Stops the only engine before the first tick, and starts another at `at`. */
  async function downUntil(at: number, trigger: CronTrigger) {
    const place = world();
    const before = await place.engine();
    await before.sync(registration(fn(trigger)));
    await before.stop(0);
    place.clock.to(at);
    const store = watched(place.store);
    await place.engine(store);
    return { ...place, asked: store.asked };
  }

  test.each<[number, string[]]>([
    [30 * SECOND, ["started"]],
    [60 * SECOND, ["started"]],
    [61 * SECOND, ["missed"]],
  ])("an hourly tick %i ms late is decided once", async (lateMs, outcomes) => {
    const hourly = "1 * * * *";
    const { ticks, runs, wakeAt, log } = await downUntil(FIRST + lateMs, { cron: hourly });
    expect((await ticks(hourly)).map((row) => row.outcome)).toEqual(outcomes);
    expect(await runs()).toHaveLength(outcomes.filter((one) => one === "started").length);
    expect(await wakeAt(hourly)).toBe(FIRST + 60 * MINUTE);
    expect(log.filter((entry) => entry.event === "cron.missed")).toHaveLength(
      outcomes[0] === "missed" ? 1 : 0,
    );
  });

  test("ten minutes: the last tick starts, those before are missed, one row each", async () => {
    const { ticks, runs, wakeAt } = await downUntil(FIRST + 10 * MINUTE + 5 * SECOND, { cron: MINUTELY });
    const rows = await ticks();
    expect(rows.map((row) => [row.outcome, (row.scheduledAt - FIRST) / MINUTE])).toEqual([
      ["started", 10],
      ...[9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map((minute) => ["missed", minute]),
    ]);
    expect(await runs()).toHaveLength(1);
    expect(await wakeAt()).toBe(FIRST + 11 * MINUTE);
  });

  test("a year: a hundred rows and a summary in one commit, not half a million", async () => {
    const days = 365 * 24 * 60 * MINUTE;
    const { ticks, runs, asked, wakeAt, log } = await downUntil(FIRST + days + SECOND, { cron: MINUTELY });
    const rows = await ticks();
    expect(rows).toHaveLength(102);
    expect(rows[0]).toMatchObject({ outcome: "started", scheduledAt: FIRST + days });
    expect(rows[1]).toMatchObject({ outcome: "missed", scheduledAt: FIRST + days - MINUTE, until: null });
    expect(rows.at(-1)).toMatchObject({
      outcome: "missed",
      scheduledAt: FIRST,
      until: FIRST + days - 101 * MINUTE,
    });
    expect(asked).toHaveLength(2);
    expect(await runs()).toHaveLength(1);
    expect(await wakeAt()).toBe(FIRST + days + MINUTE);
    expect(log.filter((entry) => entry.event === "cron.missed")).toHaveLength(1);
  });

  test.each<[string, number, string]>([
    ["at most 60 s", 60 * SECOND, "started"],
    ["more than 60 s", 60 * SECOND + 1, "missed"],
  ])("a tick that its jitter held back, %s late", async (_, lateMs, outcome) => {
    const place = world();
    const before = await place.engine();
    const hourly: CronTrigger = { cron: "1 * * * *", jitterMs: 30 * SECOND };
    await before.sync(registration(fn(hourly)));
    place.clock.to(FIRST);
    await until("it is held back", async () => (await place.wakeAt(hourly.cron)) === FIRST + 60 * MINUTE);
    const fireAt = (await place.store.read.nextDue()) ?? 0;
    expect(fireAt).toBeGreaterThan(FIRST);
    expect(await place.ticks(hourly.cron)).toEqual([]);
    await before.stop(0);
    place.clock.to(fireAt + lateMs);
    await place.engine();
    expect(await place.ticks(hourly.cron)).toMatchObject([{ scheduledAt: FIRST, outcome }]);
    expect(await place.runs()).toHaveLength(outcome === "started" ? 1 : 0);
    expect(await place.store.read.dueWakes(fireAt + lateMs, 9)).toEqual([]);
  });
});
