/** How far the clock of a store has been moved: kept, only ever more, and no business of the floor's. */
import { expect, test } from "vitest";
import { event, fresh, NOW, type OpenStore, write } from "./sample-rows.ts";

const DAY_MS = 86_400_000;

export function clockSuite(open: OpenStore): void {
  test("a fresh store has not been moved", async () => {
    const store = await fresh(open);
    expect(await store.clock()).toEqual({ offsetMs: 0, floor: 0, movedMs: 0 });
  });

  test("what was moved is kept, and is read beside the floor", async () => {
    const store = await fresh(open);
    await write(store, { insert: "events", row: event("e1") });
    await store.moveClock(3 * DAY_MS);
    expect(await store.clock()).toEqual({ offsetMs: 0, floor: NOW, movedMs: 3 * DAY_MS });
    await store.moveClock(4 * DAY_MS);
    expect((await store.clock()).movedMs).toBe(4 * DAY_MS);
  });

  test("moving by less than before changes nothing: the clock never goes back", async () => {
    const store = await fresh(open);
    await store.moveClock(3 * DAY_MS);
    for (const less of [2 * DAY_MS, 0, -DAY_MS]) await store.moveClock(less);
    expect((await store.clock()).movedMs).toBe(3 * DAY_MS);
  });

  test("moves between commits and among them: neither loses the other", async () => {
    const store = await fresh(open);
    const moves = Array.from({ length: 20 }, (_, index) => store.moveClock((index + 1) * DAY_MS));
    const writes = Array.from({ length: 20 }, (_, index) =>
      write(store, { insert: "events", row: event(`e${index}`) }),
    );
    const failing = store.commit({}, NOW, () => {
      throw new Error("a bug");
    });
    await expect(failing).rejects.toThrow("a bug");
    await Promise.all([...moves, ...writes]);
    expect(await store.clock()).toEqual({ offsetMs: 0, floor: NOW, movedMs: 20 * DAY_MS });
    expect(await store.read.event("e19")).not.toBeNull();
  });

  test("what was moved is there after opening again, also when nothing was committed since", async () => {
    const { store, reopen } = await open();
    await store.migrate();
    await store.moveClock(5 * DAY_MS + 17);
    if (reopen === undefined) return;
    const again = await reopen();
    await again.migrate();
    expect((await again.clock()).movedMs).toBe(5 * DAY_MS + 17);
  });
}
