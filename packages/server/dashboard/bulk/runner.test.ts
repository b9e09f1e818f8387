/** Bulk jobs act once on each run, at their rate, whatever stops, dies or is in two places. */
import type { BulkJobRow, RunRow } from "@stepwell/core";
import { createMemoryStore, type Store, StoreError } from "@stepwell/store";
import { afterEach, describe, expect, test } from "vitest";
import {
  type ActsWorld,
  BEGIN,
  createManualClock,
  fn,
  openActsWorld,
  returned,
} from "../fixtures/acts-world.ts";
import { deskOf } from "./desk.ts";
import { actedOn, newJob, UNDO_MS } from "./job.ts";
import { startBulkRunner } from "./runner.ts";

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const work = fn("work");
interface World extends ActsWorld {
  runner(): () => Promise<void>;
  /** A confirmed job over these runs. */
  job(action: "cancel" | "rerun", runs: readonly { id: string }[], rate?: number): Promise<string>;
  row(id: string): Promise<BulkJobRow>;
  act(id: string, verb: Parameters<typeof actedOn>[1]): Promise<void>;
  /** Moves the clock in small steps until the job is as wanted. */
  pass(id: string, isDone?: (job: BulkJobRow) => boolean, stepMs?: number): Promise<BulkJobRow>;
}

/** @param open runs stay open; else they complete at once */
async function world({
  open = false,
  ...options
}: { open?: boolean } & Parameters<typeof openActsWorld>[0] = {}): Promise<World> {
  const made = await openActsWorld({ ...(open ? {} : { app: () => returned("done") }), ...options });
  stops.push(() => made.stop());
  const { engine, clock } = made;
  const row = async (id: string): Promise<BulkJobRow> => {
    const found = await made.store.read.bulkJob(id);
    if (found === null) throw new Error(`no job ${id}`);
    return found;
  };
  return {
    ...made,
    row,
    runner() {
      const stop = startBulkRunner(engine, (entry) => made.log.push(entry));
      stops.push(stop);
      return stop;
    },
    async job(action, runs, rate = 100) {
      const id = engine.newId();
      const ids = runs.map((run) => run.id);
      await engine.commit({}, (_, { now }) => ({
        write: newJob({ id, action, filter: null, rate, createdBy: "ana" }, ids, now).write,
        reply: null,
      }));
      return id;
    },
    act: (id, verb) =>
      engine.commit({ bulkJob: { id, most: 1 } }, ({ bulkJob }, { now }) => {
        if (bulkJob === null) throw new Error(`no job ${id}`);
        const set = actedOn(bulkJob.job, verb, now);
        return { write: set === null ? [] : [{ update: "bulkJobs", key: { id }, set }], reply: undefined };
      }),
    async pass(id, isDone = ({ endedAt }) => endedAt !== null, stepMs = 10) {
      return made.until(`job ${id}`, async () => {
        const job = await row(id);
        if (isDone(job)) return job;
        clock.to(clock.now() + stepMs);
        return null;
      });
    },
  };
}

async function someRuns(made: World, count: number, status: RunRow["status"]): Promise<RunRow[]> {
  await made.sync(work);
  for (let n = 0; n < count; n += 1) await made.send("work", { n });
  return made.until(`${count} runs`, async () => {
    const runs = (await made.runs()).filter((run) => run.status === status);
    return runs.length === count ? runs : null;
  });
}

/** How many runs repeat each of these. */
async function rerunsOf(made: World, originals: readonly RunRow[]): Promise<number[]> {
  const all = (await made.store.read.runs({ limit: 10_000 })).rows;
  return originals.map(({ id }) => all.filter(({ originalRunId }) => originalRunId === id).length);
}
/** Whatever could happen without the clock has happened. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
const ones = (count: number): number[] => Array.from({ length: count }, () => 1);

describe("a job", () => {
  test("waits out its undo window, then cancels every run", async () => {
    const made = await world({ open: true });
    const runs = await someRuns(made, 5, "running");
    const id = await made.job("cancel", runs);
    made.runner();
    made.clock.to(BEGIN + UNDO_MS - 1);
    await quiet();
    expect(await made.row(id)).toMatchObject({ status: "undoable", done: 0 });
    const job = await made.pass(id);
    expect(job).toMatchObject({ status: "done", done: 5, skipped: 0, failed: 0, errors: [] });
    expect((await made.runs()).map(({ status }) => status)).toEqual(Array(5).fill("cancelled"));
    expect(made.log.filter(({ event }) => event === "bulk.cancel")).toHaveLength(5);
  });

  test("runs each run again, once, and its items name the new runs", async () => {
    const made = await world();
    const runs = await someRuns(made, 7, "completed");
    const id = await made.job("rerun", runs);
    made.runner();
    expect(await made.pass(id)).toMatchObject({ status: "done", done: 7 });
    expect(await rerunsOf(made, runs)).toEqual(ones(7));
  });

  test("skips runs that end meanwhile or are not there, and tells what was in the way of others", async () => {
    const made = await world({ open: true });
    const runs = await someRuns(made, 3, "running");
    const id = await made.job("cancel", [...runs, { id: made.engine.newId() }]);
    await made.engine.cancel(runs[1]?.id ?? "");
    made.runner();
    expect(await made.pass(id)).toMatchObject({ done: 2, skipped: 2, failed: 0, total: 4 });

    const ended = await made.runs();
    const again = await made.job("rerun", [...ended, { id: made.engine.newId() }]);
    await made.sync(fn("other"));
    const job = await made.pass(again);
    expect(job).toMatchObject({ status: "done", done: 0, skipped: 1, failed: 3 });
    expect(job.errors).toHaveLength(3);
    expect(job.errors[0]?.["message"]).toMatch(/no longer in its app/);
  });

  test("a run that is skipped as soon as it is made is told as failed, with the reason", async () => {
    const made = await world();
    const runs = await someRuns(made, 3, "completed");
    const id = await made.job("rerun", runs);
    await made.engine.setMode("shop-work", "paused");
    made.runner();
    const job = await made.pass(id);
    expect(job).toMatchObject({ status: "done", done: 0, skipped: 0, failed: 3 });
    const message = expect.stringMatching(/skipped at once: the function was paused/);
    expect(job.errors[0]).toMatchObject({ runId: runs[2]?.id, message });
  });

  test.each([1, 2])("keeps to its rate with %i runners", async (runners) => {
    const made = await world();
    const runs = await someRuns(made, 16, "completed");
    const id = await made.job("rerun", runs, 10);
    made.runner();
    const times: number[] = [];
    const watch = (job: BulkJobRow): BulkJobRow => {
      while (times.length < job.done) times.push(made.clock.now());
      return job;
    };
    made.clock.to(BEGIN + UNDO_MS);
    await made.pass(id, (job) => watch(job).done === 1, 1);
    // Between two acts of the first one.
    made.clock.to(made.clock.now() + 50);
    if (runners === 2) made.runner();
    await made.pass(id, (job) => watch(job).endedAt !== null, 1);
    expect(await rerunsOf(made, runs)).toEqual(ones(16));
    // Until they know of each other, each runner has done one act more than its share.
    const spared = runners - 1;
    for (const [at, time] of times.entries())
      expect(time - (times[0] ?? 0)).toBeGreaterThanOrEqual((at - spared * 2) * 100);
  });
});

describe("undo, pause and cancel", () => {
  test("undone in the last moment, nothing is ever done", async () => {
    const made = await world();
    const runs = await someRuns(made, 3, "completed");
    const id = await made.job("rerun", runs);
    made.runner();
    made.clock.to(BEGIN + UNDO_MS - 1);
    await made.act(id, "undo");
    made.clock.to(BEGIN + UNDO_MS + 60_000);
    await quiet();
    expect(await made.row(id)).toMatchObject({ status: "undone", done: 0 });
    expect(await rerunsOf(made, runs)).toEqual([0, 0, 0]);
  });

  test("an undo and the first act at once: one of them, never both", async () => {
    const outcomes = new Set<string>();
    for (let n = 0; n < 20; n += 1) {
      const made = await world();
      const runs = await someRuns(made, 2, "completed");
      const id = await made.job("rerun", runs);
      made.runner();
      for (let turn = 0; turn < n; turn += 1) await Promise.resolve();
      made.clock.to(BEGIN + UNDO_MS);
      for (let turn = 0; turn < n; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      const undone = await made.act(id, "undo").then(
        () => true,
        () => false,
      );
      outcomes.add(String(undone));
      const job = await made.pass(id);
      expect(job.status).toBe(undone ? "undone" : "done");
      expect(await rerunsOf(made, runs)).toEqual(undone ? [0, 0] : [1, 1]);
    }
    expect([...outcomes].sort()).toEqual(["false", "true"]);
  });

  test.each(["undo", "pause", "cancel"] as const)(
    "a job that is told to %s between look and act: nothing is done",
    async (verb) => {
      for (const action of ["rerun", "cancel"] as const) {
        const store = createMemoryStore();
        const between: { act: (() => Promise<void>) | null } = { act: null };
        const made = await world({
          open: action === "cancel",
          store: {
            ...store,
            async commit(ask, now, decide) {
              const { act } = between;
              if (ask.bulkJob?.most === 2 && act !== null) {
                between.act = null;
                await act();
              }
              return store.commit(ask, now, decide);
            },
          },
        });
        const runs = await someRuns(made, 2, action === "cancel" ? "running" : "completed");
        const id = await made.job(action, runs);
        between.act = () => made.act(id, verb);
        made.runner();
        await made.pass(id, ({ status }) => !["undoable", "running"].includes(status));
        made.clock.to(made.clock.now() + 5_000);
        await quiet();
        expect(await made.row(id)).toMatchObject({ done: 0, skipped: 0, failed: 0 });
        expect(await rerunsOf(made, runs)).toEqual([0, 0]);
        expect((await made.runs()).map(({ status }) => status)).toEqual(runs.map(({ status }) => status));
      }
    },
  );

  test("paused it stands still, resumed it goes on, cancelled it leaves the rest alone", async () => {
    const made = await world();
    const runs = await someRuns(made, 10, "completed");
    const id = await made.job("rerun", runs);
    made.runner();
    await made.pass(id, ({ done }) => done >= 3);
    await made.act(id, "pause");
    const { done } = await made.row(id);
    made.clock.to(made.clock.now() + 120_000);
    await quiet();
    expect(await made.row(id)).toMatchObject({ status: "paused", done });

    await made.act(id, "resume");
    deskOf(made.engine).nudge(id);
    await made.pass(id, (job) => job.done >= done + 3);
    await made.act(id, "cancel");
    const last = await made.row(id);
    made.clock.to(made.clock.now() + 120_000);
    await quiet();
    expect(await made.row(id)).toEqual(last);
    expect(last).toMatchObject({ status: "cancelled", total: 10 });
    expect((await rerunsOf(made, runs)).reduce((a, b) => a + b)).toBe(last.done);
  });

  test("resumed in the moment in which the runner leaves it as paused, it goes on at once", async () => {
    const store = createMemoryStore();
    const none = async (): Promise<void> => {};
    const between = { act: none };
    const made = await world({
      store: {
        ...store,
        async commit(ask, now, decide) {
          const reply = await store.commit(ask, now, decide);
          // The look of the runner at a job that stands still.
          if ((ask.bulkJob?.most ?? 0) > 2) await between.act();
          return reply;
        },
      },
    });
    const runs = await someRuns(made, 2, "completed");
    const id = await made.job("rerun", runs);
    await made.act(id, "pause");
    between.act = async () => {
      between.act = none;
      await made.act(id, "resume");
      deskOf(made.engine).nudge(id);
    };
    made.clock.to(BEGIN + UNDO_MS);
    made.runner();
    deskOf(made.engine).nudge(id);
    expect(await made.pass(id)).toMatchObject({ done: 2 });
    expect(made.clock.now()).toBeLessThan(BEGIN + UNDO_MS + 10_000);
  });
});

describe("what dies or is twice there", () => {
  test("a commit that fails before or after it was written: each run is acted on once", async () => {
    const store = createMemoryStore();
    let turn = 0;
    const shaky: Store = {
      ...store,
      async commit(ask, now, decide) {
        turn += ask.bulkJob === undefined ? 0 : 1;
        const dies = ask.bulkJob !== undefined && turn % 3 === 0;
        if (dies && turn % 2 === 0) throw new StoreError("store_failed", "lost before");
        const reply = await store.commit(ask, now, decide);
        if (dies) throw new StoreError("store_failed", "lost after");
        return reply;
      },
    };
    const made = await world({ store: shaky });
    const runs = await someRuns(made, 20, "completed");
    const id = await made.job("rerun", runs);
    made.runner();
    expect(await made.pass(id, undefined, 500)).toMatchObject({ status: "done", done: 20, failed: 0 });
    expect(await rerunsOf(made, runs)).toEqual(ones(20));
    expect(made.log.some(({ event }) => event === "bulk.trouble")).toBe(true);
  });

  test.each([0, 1, 2, 3, 5, 8])(
    "a process that dies at its act %i leaves all the rest to the next one",
    async (acts) => {
      const store = createMemoryStore();
      let left = Number.POSITIVE_INFINITY;
      const grave = Promise.withResolvers<never>();
      // From its death on, nothing that the process does reaches the store.
      const mortal: Store = {
        ...store,
        commit(ask, now, decide) {
          if (left <= 0) return grave.promise;
          if (ask.bulkJob?.most === 2) left -= 1;
          return store.commit(ask, now, decide);
        },
      };
      const clock = createManualClock();
      const first = await world({ store: mortal, clock });
      const runs = await someRuns(first, 9, "completed");
      const id = await first.job("rerun", runs);
      left = acts;
      first.runner();
      stops.push(() => grave.reject(new StoreError("store_failed", "dead")));
      await first.until("its death", () => {
        clock.to(clock.now() + 50);
        return left <= 0;
      });
      const second = await world({ store, clock });
      second.runner();
      expect(await second.pass(id)).toMatchObject({ status: "done", done: 9, total: 9 });
      expect(await rerunsOf(second, runs)).toEqual(ones(9));
    },
  );

  test("two processes work on one job: each run is acted on once, and all counts are exact", async () => {
    const store = createMemoryStore();
    const clock = createManualClock();
    const one = await world({ store, clock });
    const two = await world({ store, clock });
    const runs = await someRuns(one, 30, "completed");
    await two.sync(work);
    const id = await one.job("rerun", runs);
    one.runner();
    two.runner();
    expect(await one.pass(id)).toMatchObject({ status: "done", done: 30, skipped: 0, failed: 0 });
    expect(await rerunsOf(one, runs)).toEqual(ones(30));
  });

  test("a job that another process has made is found, a paused one is left alone", async () => {
    const made = await world();
    const runs = await someRuns(made, 2, "completed");
    made.runner();
    await quiet();
    const [found, paused] = [
      await made.job("rerun", runs.slice(0, 1)),
      await made.job("rerun", runs.slice(1)),
    ];
    await made.act(paused, "pause");
    expect(await made.pass(found, undefined, 1_000)).toMatchObject({ status: "done" });
    made.clock.to(made.clock.now() + 60_000);
    await quiet();
    expect(await made.row(paused)).toMatchObject({ status: "paused", done: 0 });
  });

  test("a stopped runner begins nothing, and its timers are gone", async () => {
    const made = await world();
    const runs = await someRuns(made, 4, "completed");
    const id = await made.job("rerun", runs, 1);
    const stop = made.runner();
    await made.pass(id, ({ done }) => done === 2, 100);
    await stop();
    made.clock.to(made.clock.now() + 600_000);
    await quiet();
    expect(await made.row(id)).toMatchObject({ status: "running", done: 2 });
  });
});
