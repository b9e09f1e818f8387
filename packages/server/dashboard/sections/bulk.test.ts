/** Bulk actions of the dashboard's API: previews, confirmation, and what can be done to a job. */
import type { BulkPreviewBody, BulkStartBody, BulkVerb } from "@stepwell/api/dashboard";
import { bulkSchemas } from "@stepwell/api/dashboard/schemas";
import type { RunRow } from "@stepwell/core";
import { functionId } from "@stepwell/protocol";
import { createMemoryStore, type Store, StoreError } from "@stepwell/store";
import { afterEach, describe, expect, test } from "vitest";
import { startBulkRunner } from "../bulk/runner.ts";
import type { Caller } from "../call.ts";
import { ana, BEGIN, ben, fn, openActsWorld, returned, shown } from "../fixtures/acts-world.ts";
import { bulkHandlers } from "./bulk.ts";

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const iso = (at: number): string => new Date(at).toISOString();

/** Runs of `work` stay open, those of `quick` complete. */
async function world(store: Store = createMemoryStore()) {
  const made = await openActsWorld({
    store,
    app: ({ url }) => (url.includes("quick") ? returned("done") : new Promise<never>(() => {})),
  });
  stops.push(() => made.stop());
  await made.sync(fn("work"), fn("quick"));
  return {
    ...made,
    /** @param sends how many are started; the others are there already */
    async have(
      slug: string,
      count: number,
      status: RunRow["status"],
      data: object = {},
      sends = count,
    ): Promise<RunRow[]> {
      for (let n = 0; n < sends; n += 1) await made.send(slug, { n, ...data });
      return made.until(`${count} runs of ${slug}`, async () => {
        const id = functionId("shop", `shop-${slug}`);
        const runs = (await made.runs()).filter((run) => run.functionId === id && run.status === status);
        return runs.length >= count ? runs : null;
      });
    },
    runner: () => stops.push(startBulkRunner(made.engine, (entry) => made.log.push(entry))),
    async preview(given: BulkPreviewBody, caller: Caller = ana) {
      const body = bulkSchemas.previewBulk.body?.parse(given) as BulkPreviewBody;
      const reply = await bulkHandlers.previewBulk(made.call({ body, caller }));
      return { ...shown(bulkSchemas.previewBulk, reply), reply };
    },
    async start(given: BulkStartBody, caller: Caller = ana) {
      const body = bulkSchemas.startBulk.body?.parse(given) as BulkStartBody;
      const reply = await bulkHandlers.startBulk(made.call({ body, caller }));
      return { ...shown(bulkSchemas.startBulk, reply), reply };
    },
    async act(id: string, verb: BulkVerb) {
      const reply = await bulkHandlers.actOnBulk(made.call({ params: { id, verb } }));
      return { ...shown(bulkSchemas.actOnBulk, reply), reply };
    },
    get: async (id: string) =>
      shown(bulkSchemas.getBulk, await bulkHandlers.getBulk(made.call({ params: { id } }))),
    jobs: async () => (await store.read.bulkJobs({ limit: 100 })).rows,
  };
}

describe("previewBulk", () => {
  test("counts by status and function, shows samples, and says what it leaves out and why", async () => {
    const made = await world();
    await made.have("work", 8, "running");
    made.clock.to(BEGIN + 1_000);
    await made.have("quick", 3, "completed");
    const { reply, token, samples, ...preview } = await made.preview({ action: "cancel", q: "" });
    expect(preview).toEqual({
      action: "cancel",
      total: { count: 8, capped: false },
      byStatus: [{ status: "running", count: 8 }],
      byFunction: [
        { function: { id: functionId("shop", "shop-work"), name: "work", slug: "shop-work" }, count: 8 },
      ],
      oldest: iso(BEGIN),
      newest: iso(BEGIN),
      excluded: [{ count: 3, why: "have ended already, so they cannot be cancelled" }],
    });
    expect(samples).toHaveLength(5);
    expect(token.length).toBeGreaterThan(40);
    expect(reply.detail).toEqual({ action: "cancel", filter: "", total: 8 });
    expect(JSON.stringify(reply.detail)).not.toContain(token);
  });

  test("goes by the filter of the run list, also into payloads", async () => {
    const made = await world();
    await made.have("quick", 2, "completed", { user: "ana" });
    await made.have("quick", 7, "completed", { user: "ben" }, 5);
    const by = async (q: string) => (await made.preview({ action: "rerun", q })).total.count;
    expect(await by("event.data.user:ana")).toBe(2);
    expect(await by("status:completed -event.data.user:ana")).toBe(5);
    expect(await by("function:work")).toBe(0);
    await expect(made.preview({ action: "rerun", q: "status:broken" })).rejects.toMatchObject({
      code: "query_invalid",
    });
  });

  test("of a rerun leaves out open runs and those whose function has left its app", async () => {
    const made = await world();
    await made.have("work", 2, "running");
    await made.have("quick", 3, "completed");
    expect((await made.preview({ action: "rerun", q: "" })).excluded).toEqual([
      { count: 2, why: "have not ended yet, so they cannot be run again" },
    ]);
    await made.engine.setMode("shop-quick", "paused");
    expect((await made.preview({ action: "rerun", q: "status:completed" })).excluded).toEqual([
      {
        count: 3,
        why: "are of functions that are paused or drained, which start nothing: resume them first",
      },
    ]);
    await made.sync(fn("work"));
    const { total, excluded } = await made.preview({ action: "rerun", q: "" });
    expect(total.count).toBe(0);
    expect(excluded).toContainEqual({
      count: 3,
      why: "are of functions that are no longer in their app, so they cannot be run again",
    });
  });

  test("takes chosen runs, each once, and says which are not there", async () => {
    const made = await world();
    const [open] = await made.have("work", 1, "running");
    const [ended] = await made.have("quick", 1, "completed");
    const ids = [open?.id ?? "", open?.id ?? "", ended?.id ?? "", "01KAV00000000000000000NONE"];
    const { total, excluded, reply } = await made.preview({ action: "cancel", ids });
    expect(total.count).toBe(1);
    expect(excluded).toEqual([
      { count: 1, why: "are not there: their id is wrong, or they are gone" },
      { count: 1, why: "have ended already, so they cannot be cancelled" },
    ]);
    expect(reply.detail).toMatchObject({ filter: null });
  });

  test("wants a filter or ids, not both, not none, not too many", () => {
    const { body } = bulkSchemas.previewBulk;
    const refused: object[] = [
      { action: "cancel" },
      { action: "cancel", q: "", ids: ["a"] },
      { action: "cancel", ids: [] },
      { action: "cancel", ids: Array.from({ length: 1_001 }, (_, n) => String(n)) },
      { action: "delete", q: "" },
      { action: "cancel", q: "", more: 1 },
    ];
    for (const given of refused) expect(body?.safeParse(given).success).toBe(false);
  });
});

describe("startBulk", () => {
  test("makes a job that can be undone for ten seconds, then acts on exactly what the preview showed", async () => {
    const made = await world();
    await made.have("work", 3, "running");
    made.runner();
    const { token } = await made.preview({ action: "cancel", q: "function:work" });
    // Not in the preview, so not in the job.
    await made.send("work");
    const all = await made.have("work", 4, "running", {}, 0);
    const job = await made.start({ token, rate: 100 });
    expect(job).toMatchObject({
      action: "cancel",
      status: "undoable",
      q: "function:work",
      rate: 100,
      total: 3,
      done: 0,
      createdBy: "ana",
      startsAt: iso(made.clock.now() + 10_000),
      endedAt: null,
    });
    expect(job.reply).toMatchObject({
      target: `bulk ${job.id}`,
      detail: { action: "cancel", filter: "function:work", total: 3, rate: 100 },
    });
    await made.until("the job", async () => {
      made.clock.to(made.clock.now() + 500);
      return (await made.get(job.id)).status === "done";
    });
    expect(await made.get(job.id)).toMatchObject({ done: 3, skipped: 0, failed: 0, errors: [] });
    const left = (await made.runs()).filter(({ status }) => status === "running");
    expect(left.map(({ id }) => id)).toEqual([all[3]?.id]);
  });

  test("takes a token of its own caller only, for ten minutes, and confirmed twice is one job", async () => {
    const made = await world();
    await made.have("work", 2, "running");
    const { token } = await made.preview({ action: "cancel", q: "" });
    const gone = { code: "bulk_preview_gone" };
    await expect(made.start({ token }, ben)).rejects.toMatchObject(gone);
    await expect(made.start({ token }, { ...ana, kind: "key" })).rejects.toMatchObject(gone);
    await expect(made.start({ token: `${token}x` })).rejects.toMatchObject(gone);
    const [one, two] = await Promise.all([made.start({ token }), made.start({ token })]);
    expect((await made.start({ token })).id).toBe(one.id);
    expect(two.id).toBe(one.id);
    expect(await made.jobs()).toHaveLength(1);

    const late = await made.preview({ action: "cancel", q: "" });
    made.clock.to(made.clock.now() + 10 * 60_000);
    await expect(made.start({ token: late.token })).rejects.toMatchObject(gone);
  });

  test("above 100 runs wants their number", async () => {
    const made = await world();
    await made.have("quick", 101, "completed");
    const { token } = await made.preview({ action: "rerun", q: "" });
    const refused = { code: "bulk_refused", message: expect.stringContaining("must be 101") };
    await expect(made.start({ token })).rejects.toMatchObject(refused);
    await expect(made.start({ token, confirmCount: 100 })).rejects.toMatchObject(refused);
    expect(await made.jobs()).toEqual([]);
    expect(await made.start({ token, confirmCount: 101 })).toMatchObject({ total: 101 });
  });

  test("refuses to act on nothing and on more than 10,000 runs", async () => {
    const made = await world();
    const { token } = await made.preview({ action: "cancel", q: "" });
    await expect(made.start({ token })).rejects.toMatchObject({ code: "bulk_refused" });

    const [run] = await made.have("quick", 1, "completed");
    await made.engine.commit({}, () => ({
      write: Array.from({ length: 10_001 }, (_, n) => ({
        insert: "runs" as const,
        row: { ...(run as RunRow), id: `01KAV0000000000000000${String(n).padStart(5, "0")}` },
      })),
      reply: null,
    }));
    const many = await made.preview({ action: "rerun", q: "" });
    expect(many.total).toEqual({ count: 10_000, capped: true });
    await expect(made.start({ token: many.token, confirmCount: 10_000 })).rejects.toMatchObject({
      code: "bulk_refused",
      message: expect.stringContaining("More than 10,000 runs match"),
    });
  });

  test("a store that could not write leaves nothing, and the same token may be given again", async () => {
    const store = createMemoryStore();
    const full = { is: false };
    const made = await world({
      ...store,
      commit: ((ask, now, decide) => {
        if (full.is) throw new StoreError("store_full", "the disk is full");
        return store.commit(ask, now, decide);
      }) as Store["commit"],
    });
    await made.have("work", 2, "running");
    const { token } = await made.preview({ action: "cancel", q: "" });
    full.is = true;
    await expect(made.start({ token })).rejects.toThrow("the disk is full");
    full.is = false;
    expect(await made.jobs()).toEqual([]);
    expect(await made.start({ token })).toMatchObject({ total: 2 });
  });

  test("a store that wrote it and could not say so: confirmed again, it is the same job", async () => {
    const store = createMemoryStore();
    const lost = { is: false };
    const made = await world({
      ...store,
      commit: (async (ask, now, decide) => {
        const reply = await store.commit(ask, now, decide);
        if (lost.is) throw new StoreError("store_failed", "the connection is lost");
        return reply;
      }) as Store["commit"],
    });
    await made.have("work", 2, "running");
    const { token } = await made.preview({ action: "cancel", q: "" });
    lost.is = true;
    await expect(made.start({ token })).rejects.toThrow("the connection is lost");
    lost.is = false;
    const { id } = await made.start({ token });
    expect(await made.jobs()).toMatchObject([{ id, total: 2 }]);
  });

  test("takes 1 to 100 runs a second", () => {
    const { body } = bulkSchemas.startBulk;
    for (const rate of [0, 101, 1.5, "10"]) expect(body?.safeParse({ token: "t", rate }).success).toBe(false);
    for (const rate of [1, 100]) expect(body?.safeParse({ token: "t", rate }).success).toBe(true);
  });
});

describe("jobs", () => {
  test("are listed by pages, the newest first", async () => {
    const made = await world();
    await made.have("work", 1, "running");
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      const { token } = await made.preview({ action: "cancel", q: "" });
      ids.unshift((await made.start({ token })).id);
      made.clock.to(made.clock.now() + 1);
    }
    const page = async (query: object) => {
      const parsed = bulkSchemas.listBulk.query?.parse(query) ?? {};
      const reply = await bulkHandlers.listBulk(made.call({ query: parsed }));
      return { ids: shown(bulkSchemas.listBulk, reply).map(({ id }) => id), next: reply.page?.next };
    };
    const first = await page({ limit: "2" });
    expect(first.ids).toEqual(ids.slice(0, 2));
    expect(await page({ limit: "2", cursor: first.next })).toEqual({ ids: ids.slice(2), next: null });
    expect((await page({})).ids).toEqual(ids);
  });

  test("can be undone, paused, resumed and cancelled; a resumed one goes on at once", async () => {
    const made = await world();
    await made.have("work", 4, "running");
    made.runner();
    const start = async () =>
      (await made.start({ token: (await made.preview({ action: "cancel", q: "" })).token, rate: 1 })).id;

    const undone = await start();
    expect(await made.act(undone, "undo")).toMatchObject({ status: "undone" });
    expect(await made.act(undone, "undo")).toMatchObject({
      status: "undone",
      reply: { target: `bulk ${undone}`, detail: { verb: "undo", status: "undone" } },
    });
    await expect(made.act(undone, "resume")).rejects.toMatchObject({ code: "bulk_over" });

    const id = await start();
    const pass = (what: string, isDone: (done: number, status: string) => boolean, stepMs = 250) =>
      made.until(what, async () => {
        const job = await made.get(id);
        if (isDone(job.done, job.status)) return job;
        made.clock.to(made.clock.now() + stepMs);
        return null;
      });
    await pass("one act", (done) => done === 1);
    await expect(made.act(id, "undo")).rejects.toMatchObject({
      code: "bulk_over",
      message: expect.stringContaining("1 of 4"),
    });
    expect(await made.act(id, "pause")).toMatchObject({ status: "paused", done: 1 });
    made.clock.to(made.clock.now() + 5_000);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(await made.act(id, "resume")).toMatchObject({ status: "running", done: 1 });
    // By the nudge alone: the clock stands still.
    await pass("the next act", (done) => done === 2, 0);
    expect(await made.act(id, "cancel")).toMatchObject({ status: "cancelled", done: 2, total: 4 });
    expect((await made.runs()).filter(({ status }) => status === "cancelled")).toHaveLength(2);
  });

  test("that are not there, and verbs that are none, are refused", async () => {
    const made = await world();
    const notFound = { code: "not_found" };
    await expect(made.get("nothing")).rejects.toMatchObject(notFound);
    await expect(made.act("nothing", "undo")).rejects.toMatchObject(notFound);
    await expect(made.act("nothing", "explode" as BulkVerb)).rejects.toMatchObject(notFound);
  });
});
