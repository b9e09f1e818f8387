/** How `advance` moves a clock, with a world of due times instead of a store and a pump. */
import type { Instant, WakeRow } from "@stepwell/core";
import { describe, expect, test } from "vitest";
import { createAdvance } from "./advance.ts";
import type { AdvanceProgress } from "./engine-port.ts";

const START = 1_700_000_000_000;
const DAY = 86_400_000;

interface FakeWorld {
  parts: Parameters<typeof createAdvance>[0];
  now: () => Instant;
  /** Where the clock was moved to, in order. */
  moves: Instant[];
  /** What fired, as (due, when). */
  fired: [due: Instant, at: Instant][];
  due: Instant[];
}

interface Behaviour {
  /** Real time that passes at each look at the clock's owner, in milliseconds. */
  passesMs?: number;
  /** How many looks the call that a wake starts takes. */
  callLooks?: (due: Instant) => number;
  /** What a call leaves behind, once it has ended. */
  then?: (due: Instant, now: Instant) => Instant | null;
  /** The pool still has something after the call. */
  poolLooks?: number;
}

function createFakeWorld(
  due: Instant[],
  { passesMs = 0, callLooks, then, poolLooks = 0 }: Behaviour = {},
): FakeWorld {
  let now = START;
  let movedMs = 0;
  let count = 0;
  let inPool = 0;
  let calls: { due: Instant; left: number }[] = [];
  const world: FakeWorld = { due: [...due], moves: [], fired: [], now: () => now, parts: undefined as never };
  /** The pump's turn: takes up what is due, and lets calls go on. */
  const turn = (): void => {
    for (const at of world.due.filter((one) => one <= now)) {
      world.due.splice(world.due.indexOf(at), 1);
      world.fired.push([at, now]);
      count += 1;
      calls.push({ due: at, left: callLooks?.(at) ?? 1 });
    }
    inPool = Math.max(0, inPool - 1);
    for (const call of calls) call.left -= 1;
    for (const call of calls.filter(({ left }) => left <= 0)) {
      const next = then?.(call.due, now) ?? null;
      if (next !== null) world.due.push(next);
      inPool = poolLooks;
    }
    calls = calls.filter(({ left }) => left > 0);
  };
  world.parts = {
    clock: {
      now: () => now,
      at(_at, call) {
        setImmediate(() => {
          now += passesMs;
          turn();
          call();
        });
        return () => {};
      },
      movedMs: () => movedMs,
      async moveBy(ms) {
        now += ms;
        movedMs += ms;
        world.moves.push(now);
      },
    },
    read: {
      nextDue: async () => (world.due.length === 0 ? null : Math.min(...world.due)),
      dueWakes: async (at) => world.due.filter((one) => one <= at).map((one) => ({ dueAt: one }) as WakeRow),
      readyPools: async () => (inPool > 0 ? ["pool"] : []),
    },
    pump: { isIdle: () => calls.length === 0, callsInFlight: () => calls.length, wakesFired: () => count },
  };
  return world;
}

describe("advance", () => {
  test("with nothing due goes to the target in one move", async () => {
    const world = createFakeWorld([]);
    const end = await createAdvance(world.parts).advance(3 * DAY);
    expect(end).toEqual({ now: START + 3 * DAY, offsetMs: 3 * DAY, fired: 0 });
    expect(world.moves).toEqual([START + 3 * DAY]);
  });

  test("stops at each due time in order, fires it there, and not what is due beyond the target", async () => {
    const due = [5, 1, 3, 3, 9].map((days) => START + days * DAY);
    const world = createFakeWorld(due);
    const end = await createAdvance(world.parts).advance(6 * DAY);
    expect(world.fired).toEqual([1, 3, 3, 5].map((days) => [START + days * DAY, START + days * DAY]));
    expect(end).toEqual({ now: START + 6 * DAY, offsetMs: 6 * DAY, fired: 4 });
    expect(world.due).toEqual([START + 9 * DAY]);
  });

  test("what is due exactly at the target fires", async () => {
    const world = createFakeWorld([START + DAY]);
    expect((await createAdvance(world.parts).advance(DAY)).fired).toBe(1);
  });

  test("does not move while a call is in flight, a pool has something or a wake is due", async () => {
    const world = createFakeWorld([START + 1000, START + 2000], { callLooks: () => 20, poolLooks: 5 });
    const { clock, pump, read } = world.parts;
    const moveBy = clock.moveBy.bind(clock);
    clock.moveBy = async (ms) => {
      expect(pump.isIdle()).toBe(true);
      expect(await read.readyPools()).toEqual([]);
      expect(await read.dueWakes(clock.now(), 1)).toEqual([]);
      return moveBy(ms);
    };
    expect((await createAdvance(world.parts).advance(DAY)).fired).toBe(2);
  });

  test("does not move when the pump takes something up while the store is read", async () => {
    const { parts } = createFakeWorld([]);
    let looksLeft: number | null = null;
    parts.pump.isIdle = () => {
      if (looksLeft === null || looksLeft === 0) return true;
      looksLeft -= 1;
      return false;
    };
    parts.read.readyPools = async () => {
      // An event came in between.
      looksLeft ??= 3;
      return [];
    };
    const moveBy = parts.clock.moveBy.bind(parts.clock);
    parts.clock.moveBy = async (ms) => {
      expect(looksLeft).toBe(0);
      return moveBy(ms);
    };
    expect((await createAdvance(parts).advance(DAY)).offsetMs).toBe(DAY);
  });

  test("follows what the calls leave behind, and real time on the way is not taken off the span", async () => {
    // A sleep of 1 d, a call of 40 ms, then a sleep of 3 d: 4 d are enough.
    const world = createFakeWorld([START + DAY], {
      passesMs: 2,
      callLooks: () => 20,
      then: (due, now) => (due === START + DAY ? now + 3 * DAY : null),
    });
    const end = await createAdvance(world.parts).advance(4 * DAY);
    expect(end.fired).toBe(2);
    expect(end.offsetMs).toBe(4 * DAY);
    expect(end.now - START).toBeGreaterThan(4 * DAY);
  });

  test("a slow call is said, with how many and for how long", async () => {
    const told: AdvanceProgress[] = [];
    const world = createFakeWorld([START + 1000], { passesMs: 100, callLooks: () => 35 });
    await createAdvance(world.parts).advance(DAY, { tell: (progress) => told.push(progress) });
    const waits = told.flatMap(({ waitingFor }) => waitingFor ?? []);
    expect(waits[0]).toBe("1 call in flight (1 s so far)");
    expect(waits.at(-1)).toBe("1 call in flight (3 s so far)");
    expect(told.at(-1)).toMatchObject({ fired: 1, waitingFor: null });
  });

  test("an abort leaves the clock at the instant it has reached, and another may go on from there", async () => {
    const leave = new AbortController();
    const due = Array.from({ length: 50 }, (_, day) => START + (day + 1) * DAY);
    const world = createFakeWorld(due);
    const travel = createAdvance(world.parts);
    const going = travel.advance(50 * DAY, {
      signal: leave.signal,
      tell: ({ fired }) => fired === 20 && leave.abort(),
    });
    await expect(going).rejects.toMatchObject({ code: "clock_stopped" });
    await expect(going).rejects.toThrow(new Date(START + 20 * DAY).toISOString());
    expect(world.now()).toBe(START + 20 * DAY);
    expect(await travel.advance(30 * DAY)).toEqual({ now: START + 50 * DAY, offsetMs: 50 * DAY, fired: 30 });
  });

  test("one at a time: a second is refused, and taken again once the first has ended", async () => {
    const world = createFakeWorld([START + 1000]);
    const travel = createAdvance(world.parts);
    const first = travel.advance(DAY);
    await expect(travel.advance(DAY)).rejects.toMatchObject({ code: "clock_busy", status: 409 });
    await first;
    expect((await travel.advance(DAY)).offsetMs).toBe(2 * DAY);
  });

  test("a store that cannot keep the move ends it with the store's error", async () => {
    const world = createFakeWorld([]);
    world.parts.clock.moveBy = async () => {
      throw new Error("the disk is full");
    };
    const travel = createAdvance(world.parts);
    await expect(travel.advance(DAY)).rejects.toThrow("the disk is full");
    await expect(travel.advance(0)).resolves.toMatchObject({ offsetMs: 0 });
  });

  test("a month of ticks each minute goes through, one stop each", async () => {
    const MINUTE = 60_000;
    const world = createFakeWorld([START + MINUTE], { then: (due) => due + MINUTE });
    let news = 0;
    const end = await createAdvance(world.parts).advance(30 * DAY, {
      tell() {
        news += 1;
      },
    });
    expect(end.fired).toBe(43_200);
    expect(world.fired.every(([due, at]) => at === due)).toBe(true);
    expect(news).toBe(43_200);
  });
});
