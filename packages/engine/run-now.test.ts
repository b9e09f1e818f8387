/** Run now: a run as of the cron, which is no tick and is made once per key, whatever dies meanwhile. */
import { functionId } from "@stepwell/protocol";
import { createMemoryStore, type Store, StoreError } from "@stepwell/store";
import { afterEach, describe, expect, test } from "vitest";
import { BEGIN, type FlowWorld, fn, openWorld, returned } from "./fixtures/flow-world.ts";

const MINUTELY = "* * * * *";
const FN = functionId("app", "app-report");
/** The next full minute. */
const FIRST = BEGIN + 50_000;

const worlds: FlowWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

async function world(more: Parameters<typeof fn>[1] = {}, store: Store = createMemoryStore()) {
  const made = await openWorld({ store }, fn("report", { triggers: [{ cron: MINUTELY }], ...more }));
  worlds.push(made);
  return made;
}

const ticksOf = ({ store }: FlowWorld) => store.read.ticks({ functionId: FN, cron: MINUTELY, limit: 100 });

describe("runNow", () => {
  test("starts a run with a timer's event that says it was made by hand", async () => {
    const { engine, calls, until, store } = await world();
    const { eventId, runId } = await engine.runNow(FN, MINUTELY, null);

    // Durable when it answers: the rows are there at once.
    const at = new Date(BEGIN).toISOString();
    expect(await store.read.run(runId ?? "")).toMatchObject({ cron: MINUTELY, eventId, functionId: FN });
    expect(await store.read.event(eventId)).toMatchObject({
      row: { id: eventId, externalId: eventId, name: "inngest/scheduled.timer", ts: BEGIN, internal: true },
      body: { data: { cron: MINUTELY, scheduledAt: at, fireAt: at, manual: true } },
    });
    const call = await until("the call", () => calls[0] ?? null);
    expect(call.runId).toBe(runId);
    expect(call.events[0]?.data).toMatchObject({ cron: MINUTELY, manual: true });
    call.answer(returned("done"));
    await until("its end", async () => (await store.read.run(runId ?? ""))?.status === "completed");
  });

  test("is no tick: the schedule's ticks and its wake stay as they are, and the second's own tick still runs", async () => {
    const made = await world();
    const { engine, clock, store, until } = made;
    const wake = await store.read.wake(`cron:${FN}:${MINUTELY}`);
    clock.to(FIRST - 1);
    await engine.runNow(FN, MINUTELY, null);
    expect(await ticksOf(made)).toEqual([]);
    expect(await store.read.wake(`cron:${FN}:${MINUTELY}`)).toEqual(wake);

    clock.to(FIRST);
    // In the very second of the tick.
    const manual = await engine.runNow(FN, MINUTELY, null);
    await until("the tick", async () => (await ticksOf(made)).length === 1);
    const [tick] = await ticksOf(made);
    expect(tick).toMatchObject({ scheduledAt: FIRST, outcome: "started" });
    expect(tick?.runId).not.toBe(manual.runId);
    expect(await made.runs("report")).toHaveLength(3);
  });

  test("each call starts a run, and the same key only one, also after a restart", async () => {
    const made = await world();
    const { engine, store } = made;
    const first = await engine.runNow(FN, MINUTELY, "click-1");
    expect(await engine.runNow(FN, MINUTELY, "click-1")).toEqual(first);
    const [one, two] = await Promise.all([
      engine.runNow(FN, MINUTELY, "click-2"),
      engine.runNow(FN, MINUTELY, "click-2"),
    ]);
    expect(two).toEqual(one);
    expect(one.runId).not.toBe(first.runId);
    await engine.runNow(FN, MINUTELY, null);
    await engine.runNow(FN, MINUTELY, null);
    expect(await made.runs("report")).toHaveLength(4);

    await made.stop();
    const again = await openWorld({ store });
    worlds.push(again);
    expect(await again.engine.runNow(FN, MINUTELY, "click-1")).toEqual(first);
    expect(await again.runs("report")).toHaveLength(4);
  });

  test("a commit that fails leaves nothing; one whose answer is lost is found again by its key", async () => {
    const store = createMemoryStore();
    let dies: "before" | "after" | null = null;
    const dying: Store = {
      ...store,
      async commit(ask, now, decide) {
        const isRunNow = ask.gates?.some((key) => key.includes(":manual:")) ?? false;
        if (isRunNow && dies === "before") throw new StoreError("store_failed", "dead");
        const reply = await store.commit(ask, now, decide);
        if (isRunNow && dies === "after") throw new StoreError("store_failed", "dead");
        return reply;
      },
    };
    const made = await world({}, dying);
    dies = "before";
    await expect(made.engine.runNow(FN, MINUTELY, "a")).rejects.toThrow("dead");
    expect(await made.runs("report")).toEqual([]);
    dies = "after";
    await expect(made.engine.runNow(FN, MINUTELY, "a")).rejects.toThrow("dead");
    dies = null;
    const { runId } = await made.engine.runNow(FN, MINUTELY, "a");
    expect((await made.runs("report")).map(({ id }) => id)).toEqual([runId]);
  });

  test.each(["paused", "drained"] as const)(
    "of a %s function makes a skipped run, like a tick",
    async (mode) => {
      const made = await world();
      await made.engine.setMode(FN, mode);
      const { runId } = await made.engine.runNow(FN, MINUTELY, "x");
      expect(await made.store.read.run(runId ?? "")).toMatchObject({ status: "skipped" });
      expect(await made.engine.runNow(FN, MINUTELY, "x")).toMatchObject({ runId });
    },
  );

  test("a rate limit drops it, and the event says so", async () => {
    const made = await world({ rateLimit: { limit: 1, periodMs: 60_000, option: "rateLimit" } });
    await made.engine.runNow(FN, MINUTELY, null);
    const { eventId, runId } = await made.engine.runNow(FN, MINUTELY, "x");
    expect(runId).toBeNull();
    expect(await made.engine.outcomes(eventId)).toMatchObject([{ functionId: FN, outcome: "limited" }]);
    expect(await made.engine.runNow(FN, MINUTELY, "x")).toEqual({ eventId, runId: null });
  });

  test("a singleton that replaces ends the run there was", async () => {
    const made = await world({ singleton: { mode: "cancel" } });
    await made.engine.runNow(FN, MINUTELY, "a");
    await made.engine.runNow(FN, MINUTELY, "b");
    expect(await made.statuses("report")).toEqual(["cancelled", "queued"]);
  });

  test("is refused for an expression or a function that is not there any more", async () => {
    const made = await world();
    await expect(made.engine.runNow(FN, "0 1 * * *", null)).rejects.toMatchObject({ code: "not_found" });
    await made.sync(fn("other"));
    await expect(made.engine.runNow(FN, MINUTELY, null)).rejects.toMatchObject({ code: "not_found" });
  });
});
