/** The server's own clock: moved, kept, never back. */
import { createMemoryStore, type Store, StoreError } from "@stepwell/store";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createClock, isMovable } from "./clock.ts";

const START = 1_700_000_000_000;
const DAY = 86_400_000;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

const at = (store: Store, now: number): Promise<null> =>
  store.commit({}, now, () => ({ write: [], reply: null }));

/** A commit of the store takes a turn of the event loop, which stands still here. */
async function committed(store: Store, now: number): Promise<void> {
  const done = at(store, now);
  await vi.runAllTimersAsync();
  await done;
  vi.setSystemTime(START);
}

describe("the clock", () => {
  test("can be moved, and real time goes on from there", async () => {
    const clock = await createClock(createMemoryStore());
    expect(isMovable(clock)).toBe(true);
    await clock.moveBy(3 * DAY);
    expect([clock.now(), clock.movedMs()]).toEqual([START + 3 * DAY, 3 * DAY]);
    vi.advanceTimersByTime(500);
    expect(clock.now()).toBe(START + 3 * DAY + 500);
    await clock.moveBy(1);
    expect([clock.now(), clock.movedMs()]).toEqual([START + 3 * DAY + 501, 3 * DAY + 1]);
  });

  test("is where it was after a restart", async () => {
    const store = createMemoryStore();
    await (await createClock(store)).moveBy(3 * DAY);
    const again = await createClock(store);
    expect([again.now(), again.movedMs()]).toEqual([START + 3 * DAY, 3 * DAY]);
  });

  test("keeps a move before it uses it, and does not move when it cannot be kept", async () => {
    const memory = createMemoryStore();
    let during = 0;
    const clock = await createClock({
      ...memory,
      async moveClock(ms) {
        during = clock.now();
        if (ms > 5 * DAY) throw new StoreError("store_full", "the disk is full");
        await memory.moveClock(ms);
      },
    });
    await clock.moveBy(DAY);
    expect(during).toBe(START);
    expect((await memory.clock()).movedMs).toBe(DAY);
    await expect(clock.moveBy(5 * DAY)).rejects.toThrow("the disk is full");
    expect([clock.now(), clock.movedMs()]).toEqual([START + DAY, DAY]);
  });

  test("never goes back: not by a negative move, not by a machine's clock that is set back", async () => {
    const clock = await createClock(createMemoryStore());
    await clock.moveBy(-DAY);
    expect([clock.now(), clock.movedMs()]).toEqual([START, 0]);
    vi.setSystemTime(START - DAY);
    expect(clock.now()).toBe(START);
  });

  test("a clock that stands still catches up when it is moved", async () => {
    const store = createMemoryStore();
    await committed(store, START + 2 * DAY);
    const clock = await createClock(store);
    expect(clock.now()).toBe(START + 2 * DAY);
    await clock.moveBy(DAY);
    expect([clock.now(), clock.movedMs()]).toEqual([START + 3 * DAY, 3 * DAY]);
    vi.advanceTimersByTime(10);
    expect(clock.now()).toBe(START + 3 * DAY + 10);
  });

  test("timers fire when the clock is moved to them, those beyond wait, a cancelled one never fires", async () => {
    const clock = await createClock(createMemoryStore());
    const called: string[] = [];
    clock.at(START + DAY, () => called.push("a day"));
    clock.at(START + 100 * DAY, () => called.push("a hundred days"));
    clock.at(START + DAY, () => called.push("cancelled"))();
    await clock.moveBy(DAY - 5);
    vi.advanceTimersByTime(4);
    expect(called).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(called).toEqual(["a day"]);
    await clock.moveBy(98 * DAY);
    vi.advanceTimersByTime(DAY - 1);
    expect(called).toEqual(["a day"]);
    vi.advanceTimersByTime(1);
    expect(called).toEqual(["a day", "a hundred days"]);
  });

  test("a timer that is further than Node's timers reach fires in its time", async () => {
    const clock = await createClock(createMemoryStore());
    let called = 0;
    clock.at(START + 60 * DAY, () => {
      called += 1;
    });
    vi.advanceTimersByTime(60 * DAY - 1);
    expect(called).toBe(0);
    vi.advanceTimersByTime(1);
    expect(called).toBe(1);
  });
});
