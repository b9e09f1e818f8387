/** Cron ticks: rows, the slice, order, pages; and that one tick cannot be written twice. */
import type { Change, TickRow } from "@stepwell/core";
import { expect, test } from "vitest";
import { fresh, later, NOW, type OpenStore, run, see, write } from "./sample-rows.ts";

const MINUTE = 60_000;
const tick = (minute: number, over: Partial<TickRow> = {}): TickRow => ({
  functionId: "f",
  cron: "* * * * *",
  scheduledAt: NOW + minute * MINUTE,
  outcome: "started",
  at: NOW + minute * MINUTE + 3,
  runId: `r${minute}`,
  until: null,
  ...over,
});
const missed = (minute: number, over: Partial<TickRow> = {}): TickRow =>
  tick(minute, { outcome: "missed", runId: null, ...over });
const put = (row: TickRow): Change => ({ insert: "ticks", row });
const key = ({ functionId, cron, scheduledAt }: TickRow) => ({ functionId, cron, scheduledAt });
const schedule = { functionId: "f", cron: "* * * * *" };

export function tickSuite(open: OpenStore): void {
  test("a commit sees what became of a tick; null: nothing yet", async () => {
    const store = await fresh(open);
    const summary = missed(1, { until: NOW + 9 * MINUTE });
    await write(store, put(tick(0)), put(summary));
    expect((await see(store, { tick: key(tick(0)) })).tick).toEqual(tick(0));
    expect((await see(store, { tick: key(summary) })).tick).toEqual(summary);
    expect((await see(store, { tick: key(tick(2)) })).tick).toBeNull();
    expect((await see(store, { tick: key(tick(0, { cron: "0 * * * *" })) })).tick).toBeNull();
    expect((await see(store, { tick: key(tick(0, { functionId: "g" })) })).tick).toBeNull();
  });

  test("a tick that is there takes the whole commit back, its run with it", async () => {
    const store = await fresh(open);
    await write(store, put(tick(0)));
    const second = write(store, { insert: "runs", row: run("second") }, put(tick(0, { runId: "second" })));
    await expect(second).rejects.toThrow();
    expect(await store.read.run("second")).toBeNull();
    expect(await store.read.ticks({ ...schedule, limit: 9 })).toEqual([tick(0)]);
  });

  test("orIgnore keeps what was decided first", async () => {
    const store = await fresh(open);
    await write(store, put(tick(0)));
    await write(store, { insert: "ticks", row: missed(0), orIgnore: true });
    expect(await store.read.ticks({ ...schedule, limit: 9 })).toEqual([tick(0)]);
  });

  test("ticks of a schedule: newest first whatever the order of writing, in pages, missed ones alone", async () => {
    const store = await fresh(open);
    for (const minute of [3, 0, 4, 1, 2]) await write(store, put(minute % 2 ? missed(minute) : tick(minute)));
    await write(store, put(tick(7, { cron: "0 * * * *" })), put(tick(8, { functionId: "g" })));
    const minutes = async (filter: object) =>
      (await store.read.ticks({ ...schedule, limit: 9, ...filter })).map(
        (row) => (row.scheduledAt - NOW) / MINUTE,
      );
    expect(await minutes({})).toEqual([4, 3, 2, 1, 0]);
    expect(await minutes({ limit: 2 })).toEqual([4, 3]);
    expect(await minutes({ limit: 2, before: NOW + 3 * MINUTE })).toEqual([2, 1]);
    expect(await minutes({ outcome: "missed" })).toEqual([3, 1]);
    expect(await minutes({ outcome: "missed", before: NOW + 3 * MINUTE })).toEqual([1]);
    expect(await minutes({ functionId: "nobody" })).toEqual([]);
    expect(await store.read.countMissed("f", "* * * * *", 9)).toBe(2);
    expect(await store.read.countMissed("f", "* * * * *", 1)).toBe(1);
    expect(await store.read.countMissed("f", "0 * * * *", 9)).toBe(0);
  });

  test("a wake by its id, without a lock", async () => {
    const store = await fresh(open);
    await write(store, { insert: "wakes", row: later("w", NOW + MINUTE) });
    expect(await store.read.wake("w")).toEqual(later("w", NOW + MINUTE));
    expect(await store.read.wake("none")).toBeNull();
  });
}
