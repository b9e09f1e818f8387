/** The overview of the dashboard's API: tiles, charts, the queue, ticks, and each thing that needs somebody. */
import { parseFilter } from "@stepwell/api/dashboard";
import { overviewSchemas } from "@stepwell/api/dashboard/schemas";
import { appId, functionId } from "@stepwell/protocol";
import { createMemoryStore, StoreError } from "@stepwell/store";
import { afterEach, describe, expect, test } from "vitest";
import {
  type ActsWorld,
  BEGIN,
  fn,
  openActsWorld,
  registration,
  returned,
  shown,
} from "../fixtures/acts-world.ts";
import { type EndedRun, storeEnded } from "../fixtures/ended-runs.ts";
import { overviewHandlers } from "./overview.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const idOf = (slug: string): string => functionId("shop", `shop-${slug}`);
const iso = (at: number): string => new Date(at).toISOString();

const worlds: ActsWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});
async function open(...given: Parameters<typeof openActsWorld>): Promise<ActsWorld> {
  const made = await openActsWorld(...given);
  worlds.push(made);
  return made;
}
const overview = async (made: ActsWorld, query: { range?: "15m" | "7d"; app?: string } = {}) =>
  shown(overviewSchemas.getOverview, await overviewHandlers.getOverview(made.call({ query })));
const ended = (slug: string, minutesAgo: number, status: EndedRun["status"] = "completed"): EndedRun => ({
  functionId: idOf(slug),
  appId: appId("shop"),
  endedAt: BEGIN - minutesAgo * MINUTE,
  status,
});
/** The filter of a link into the run list. */
const filterOf = (href: string) => {
  const { filter, errors } = parseFilter(new URL(href, "http://localhost").searchParams.get("q") ?? "");
  expect(errors).toEqual([]);
  return filter.terms.map(({ field, values }) => [field, values[0]?.text]);
};

test("nothing has ever happened", async () => {
  const made = await open();
  expect(await overview(made)).toMatchObject({
    running: { count: 0, capped: false },
    queued: { count: 0, capped: false },
    ended: 0,
    failed: 0,
    oldestWait: null,
    backlog: [],
    attention: [],
    nextTicks: [],
    empty: { apps: true, events: true, runs: true },
  });
});

test("what runs, what waits and since when, and what ended in the range", async () => {
  const made = await open();
  await made.sync(
    fn("one", { concurrency: [{ limit: 1, scope: "fn" }] }),
    fn("two", { concurrency: [{ limit: 1, scope: "fn" }] }),
  );
  await storeEnded(made.engine, [
    ended("one", 1),
    ended("one", 10, "failed"),
    ended("two", 100),
    ended("two", 3000),
  ]);
  await made.send("two");
  await made.until("one runs", async () => (await made.runs()).some(({ status }) => status === "running"));
  await made.send("two");
  await made.until("one waits", async () => (await made.runs()).some(({ status }) => status === "queued"));
  made.clock.to(BEGIN + MINUTE);
  for (let n = 0; n < 3; n += 1) await made.send("one");
  await made.until("all are there", async () => {
    const runs = await made.runs();
    const has = (status: string) => runs.filter((run) => run.status === status).length;
    return has("running") === 2 && has("queued") === 3;
  });
  const all = await overview(made);
  const waits = (await made.runs()).find(
    ({ status, functionId: id }) => status === "queued" && id === idOf("two"),
  );
  expect(all).toMatchObject({
    running: { count: 2 },
    queued: { count: 3 },
    ended: 3,
    failed: 1,
    oldestWait: { runId: waits?.id, function: { slug: "shop-two" }, since: iso(BEGIN) },
    backlog: [
      {
        function: { slug: "shop-one" },
        app: { name: "shop" },
        queued: { count: 2, capped: false },
        oldestAt: iso(BEGIN + MINUTE),
      },
      { function: { slug: "shop-two" }, queued: { count: 1, capped: false }, oldestAt: iso(BEGIN) },
    ],
    series: { range: "24h", completeFrom: null },
    empty: { apps: false, events: false, runs: false },
  });
  expect(await overview(made, { range: "15m" })).toMatchObject({
    ended: 2,
    failed: 1,
    series: { stepMs: MINUTE },
  });
  expect(await overview(made, { range: "7d" })).toMatchObject({ ended: 4, series: { stepMs: HOUR } });
});

test("of one app; an app that is not there is told", async () => {
  const made = await open();
  await made.sync(fn("one", { triggers: [{ cron: "0 * * * *" }, { event: "one" }] }));
  await made.engine.sync({
    ...registration({ ...fn("x"), slug: "crm-x" }),
    appName: "crm",
    url: "http://127.0.0.1:1/crm",
  });
  await storeEnded(made.engine, [
    ended("one", 1),
    { functionId: functionId("crm", "crm-x"), endedAt: BEGIN, status: "failed" },
  ]);
  await made.send("one");
  await made.until("it runs", async () => (await made.runs()).some(({ status }) => status === "running"));
  expect(await overview(made)).toMatchObject({ ended: 2, failed: 1, running: { count: 1 } });
  const shop = await overview(made, { app: appId("shop") });
  expect(shop).toMatchObject({ ended: 1, failed: 0, running: { count: 1 } });
  expect(shop.nextTicks).toHaveLength(1);
  const crm = await overview(made, { app: appId("crm") });
  expect(crm).toMatchObject({ ended: 1, failed: 1, running: { count: 0 }, nextTicks: [] });
  await expect(overview(made, { app: "none" })).rejects.toMatchObject({ code: "not_found" });
});

test("the next tick of each schedule, the ten that come first: one that fires each minute hides none", async () => {
  const made = await open();
  await made.sync(
    fn("a", { triggers: [{ cron: "*/30 * * * *" }] }),
    fn("b", { triggers: [{ cron: "15 * * * *" }, { cron: "0 0 1 1 *" }] }),
    ...Array.from({ length: 12 }, (_, day) => fn(`c${day}`, { triggers: [{ cron: `0 3 ${day + 2} * *` }] })),
  );
  const { nextTicks } = await overview(made);
  const noon = BEGIN - 10_000;
  expect(nextTicks).toHaveLength(10);
  expect(
    nextTicks.slice(0, 2).map(({ at, function: { slug } }) => [(Date.parse(at) - noon) / MINUTE, slug]),
  ).toEqual([
    [15, "shop-b"],
    [30, "shop-a"],
  ]);
  expect(nextTicks.map(({ at }) => at)).toEqual(nextTicks.map(({ at }) => at).toSorted());
  expect(new Set(nextTicks.map(({ scheduleId }) => scheduleId)).size).toBe(10);
  expect(nextTicks[0]).toMatchObject({ cron: "15 * * * *", scheduleId: expect.stringContaining(idOf("b")) });
});

describe("what needs attention", () => {
  test("a function of which half of the last hour's runs failed, since the first of the failures at its end", async () => {
    const made = await open();
    await made.sync(fn("bill"), fn("fine"), fn("few"));
    await storeEnded(made.engine, [
      ended("bill", 50),
      ended("bill", 40),
      ended("bill", 30, "failed"),
      ended("bill", 20, "failed"),
      ...[50, 40, 30].map((minutes) => ended("fine", minutes)),
      ended("fine", 20, "failed"),
      ended("few", 30, "failed"),
      ended("few", 20, "failed"),
    ]);
    const { attention } = await overview(made);
    expect(attention).toMatchObject([
      {
        kind: "failing",
        severity: "error",
        text: "bill: 2 of 4 runs of the last hour failed",
        since: iso(BEGIN - 30 * MINUTE),
      },
    ]);
    expect(filterOf(attention[0]?.href ?? "")).toEqual([
      ["status", "failed"],
      ["function", "shop-bill"],
      ["since", "1h"],
    ]);
  });

  test("a function whose last three runs failed, however seldom it runs; skipped ones do not count", async () => {
    const made = await open();
    await made.sync(fn("nightly"), fn("healed"));
    await storeEnded(made.engine, [
      ended("nightly", 70 * 60, "failed"),
      ended("nightly", 46 * 60, "failed"),
      ended("nightly", 22 * 60, "failed"),
      ended("nightly", 60, "skipped"),
      ...[600, 500, 400].map((minutes) => ended("healed", minutes, "failed")),
      ended("healed", 300),
    ]);
    const { attention } = await overview(made);
    expect(attention.filter(({ kind }) => kind === "failing")).toMatchObject([
      { text: "nightly: the last 3 runs failed", since: iso(BEGIN - 70 * HOUR) },
    ]);
  });

  test("runs that wait for more than five minutes, with what they wait for; those that start later do not count", async () => {
    const made = await open();
    await made.sync(fn("slow", { concurrency: [{ limit: 1, scope: "fn" }] }), fn("later"));
    await made.send("slow");
    await made.until("one runs", async () => (await made.runs()).some(({ status }) => status === "running"));
    await made.send("slow");
    await made.send("slow");
    const id = made.engine.newId();
    await made.engine.receive([{ id, externalId: id, name: "later", ts: BEGIN + HOUR, body: { data: {} } }]);
    await made.until("all are there", async () => (await made.runs()).length === 4);
    made.clock.to(BEGIN + 5 * MINUTE);
    expect((await overview(made)).attention).toEqual([]);
    made.clock.to(BEGIN + 5 * MINUTE + 1);
    const { attention } = await overview(made);
    expect(attention).toMatchObject([{ kind: "waiting", severity: "warning", since: iso(BEGIN) }]);
    expect(attention[0]?.text).toMatch(/^slow: 2 runs queued for over 5 minutes: .*1 of 1/);
    expect(filterOf(attention[0]?.href ?? "")).toEqual([
      ["status", "queued"],
      ["function", "shop-slow"],
      ["until", "5m"],
    ]);
  });

  const CRON = "0 13-15 10 3 *";
  test("ticks that were missed in the last day, since the first of them", async () => {
    const store = createMemoryStore();
    const before = await open({ store });
    await before.sync(fn("hourly", { triggers: [{ cron: CRON }] }));
    const { clock } = before;
    await before.stop();
    worlds.length = 0;
    clock.to(BEGIN + 3.5 * HOUR);
    const made = await open({ store, clock });
    await made.until(
      "they are decided",
      async () => (await store.read.countMissed(idOf("hourly"), CRON, 9)) === 3,
    );
    const { attention } = await overview(made);
    expect(attention).toMatchObject([
      {
        kind: "missed",
        severity: "warning",
        text: expect.stringMatching(
          /^hourly missed 3 ticks in the last 24 hours, as no server ran then: .* \(UTC\)$/,
        ),
        since: iso(BEGIN - 10_000 + HOUR),
        href: expect.stringMatching(/^\/schedules\?missed=true&open=/),
      },
    ]);
    clock.to(BEGIN + 29 * HOUR);
    expect((await overview(made)).attention.filter(({ kind }) => kind === "missed")).toEqual([]);
  });

  test("an app whose last sync failed", async () => {
    const made = await open();
    await made.sync(fn("a"));
    await made.engine.commit({}, () => ({
      write: [
        { update: "apps", key: { id: appId("shop") }, set: { error: "Function shop-a: no trigger\nmore" } },
      ],
      reply: null,
    }));
    expect((await overview(made)).attention).toMatchObject([
      {
        kind: "sync",
        severity: "error",
        text: "shop: the last sync failed: Function shop-a: no trigger",
        href: "/apps",
      },
    ]);
  });

  test("pauses and drains that hold or skip runs; one that does nothing is no news", async () => {
    const made = await open({ app: () => returned("ok") });
    await made.sync(fn("held"), fn("drained"), fn("idle"));
    const row = {
      appId: appId("shop"),
      functionVersion: 1,
      eventIds: [],
      eventName: "held",
      cron: null,
      batchId: null,
    };
    await made.engine.commit({}, (_seen, moment) => ({
      write: [
        {
          insert: "runs",
          row: {
            ...row,
            id: moment.id(),
            eventId: "E",
            functionId: idOf("held"),
            originalRunId: null,
            status: "running",
            queuedAt: BEGIN,
            startedAt: BEGIN,
            endedAt: null,
          },
        },
      ],
      reply: null,
    }));
    for (const slug of ["held", "drained", "idle"])
      await made.engine.setMode(`shop-${slug}`, slug === "drained" ? "drained" : "paused");
    await made.send("held");
    await made.send("drained");
    await made.until(
      "both are skipped",
      async () => (await made.runs()).filter(({ status }) => status === "skipped").length === 2,
    );
    expect((await overview(made)).attention).toMatchObject([
      {
        kind: "paused",
        severity: "warning",
        text: "held is paused: it holds 1 run and skipped 1 run in the last 24 hours",
        href: `/functions/${idOf("held")}`,
      },
      {
        kind: "paused",
        severity: "notice",
        text: "drained is drained: it skipped 1 run in the last 24 hours",
      },
    ]);
  });

  test("a store that refuses to write comes first", async () => {
    const store = createMemoryStore();
    let full = false;
    const made = await open({
      store: {
        ...store,
        commit: (ask, now, decide) =>
          full
            ? Promise.reject(new StoreError("store_full", "the disk is full"))
            : store.commit(ask, now, decide),
      },
    });
    await made.sync(fn("bill"));
    await storeEnded(
      made.engine,
      [30, 20, 10].map((minutes) => ended("bill", minutes, "failed")),
    );
    full = true;
    await made.engine.setMode("shop-bill", "paused").catch(() => null);
    expect((await overview(made)).attention).toMatchObject([
      {
        kind: "store",
        severity: "error",
        text: "The store refuses to write, so nothing goes on: the disk is full",
        href: "/settings/health",
      },
      { kind: "failing" },
    ]);
  });

  test("at most twenty, the most severe first", async () => {
    const made = await open();
    const slugs = Array.from({ length: 25 }, (_, n) => `f${n}`);
    await made.sync(...slugs.map((slug) => fn(slug)));
    await storeEnded(
      made.engine,
      slugs.flatMap((slug, n) =>
        [1, 2, 3].map((minutes) => ended(slug, minutes, n < 3 ? "skipped" : "failed")),
      ),
    );
    for (const slug of slugs.slice(0, 3)) await made.engine.setMode(`shop-${slug}`, "paused");
    const { attention } = await overview(made);
    expect(attention).toHaveLength(20);
    expect(new Set(attention.map(({ severity }) => severity))).toEqual(new Set(["error"]));
  });
});

test("queries that are not known are refused", () => {
  const { query } = overviewSchemas.getOverview;
  expect(query?.parse({ range: "30d", app: "a" })).toEqual({ range: "30d", app: "a" });
  expect(query?.safeParse({ range: "1y" }).success).toBe(false);
  expect(query?.safeParse({ since: "1h" }).success).toBe(false);
});
