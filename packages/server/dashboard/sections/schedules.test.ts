/** Schedules of the dashboard's API: the list, ticks by pages, Run now. */
import { schedulesSchemas } from "@stepwell/api/dashboard/schemas";
import { functionId } from "@stepwell/protocol";
import { afterEach, describe, expect, test } from "vitest";
import {
  type ActsWorld,
  ana,
  BEGIN,
  ben,
  fn,
  openActsWorld,
  returned,
  shown,
} from "../fixtures/acts-world.ts";
import { schedulesHandlers } from "./schedules.ts";

const MINUTE = 60_000;
const MINUTELY = "* * * * *";
const NIGHTLY = "TZ=Europe/Berlin 30 2 * * *";
const FN = functionId("shop", "shop-report");
/** The next full minute. */
const FIRST = BEGIN + 50_000;
const iso = (at: number): string => new Date(at).toISOString();
const idOf = (cron: string): string => `${FN}.${Buffer.from(cron).toString("base64url")}`;

const worlds: ActsWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

async function world(
  ...triggers: NonNullable<Parameters<typeof fn>[1]>["triggers"] & object
): Promise<ActsWorld> {
  const made = await openActsWorld({ app: () => returned("done") });
  worlds.push(made);
  await made.sync(fn("report", { triggers }));
  return made;
}

async function tick(made: ActsWorld, at: number, count: number): Promise<void> {
  made.clock.to(at);
  await made.until("the tick", async () => {
    const ticks = await made.store.read.ticks({ functionId: FN, cron: MINUTELY, limit: 1000 });
    return ticks.length >= count;
  });
}

const list = async (made: ActsWorld) =>
  shown(schedulesSchemas.listSchedules, await schedulesHandlers.listSchedules(made.call()));

describe("listSchedules", () => {
  test("says a schedule in words, with its zone, its ticks to come and where it stands", async () => {
    const made = await world({ cron: NIGHTLY, jitterMs: 30_000 }, { event: "report" });
    const [line, ...others] = await list(made);
    expect(others).toEqual([]);
    expect(line).toMatchObject({
      id: idOf(NIGHTLY),
      app: { name: "shop" },
      function: { id: FN, name: "report", slug: "shop-report", mode: "active" },
      cron: NIGHTLY,
      words: "At 02:30, every day (Europe/Berlin)",
      zone: "Europe/Berlin",
      jitterMs: 30_000,
      lastRun: null,
      lastTicks: [],
      missed: 0,
    });
    expect(line?.next).toHaveLength(10);
    expect(line?.next[0]).toBe("2026-03-11T01:30:00.000Z");
  });

  test("shows the newest twenty ticks, the oldest first, missed ones and the last run", async () => {
    const made = await world({ cron: MINUTELY });
    for (let n = 0; n < 22; n += 1) await tick(made, FIRST + n * MINUTE, n + 1);
    const last = FIRST + 21 * MINUTE;
    // No server was there for three minutes.
    await tick(made, last + 4 * MINUTE + 30_000, 26);
    await made.until("the end of the runs", async () =>
      (await made.runs()).every(({ status }) => status === "completed"),
    );
    const [line] = await list(made);
    expect(line?.lastTicks).toHaveLength(20);
    const times = line?.lastTicks.map(({ scheduledAt }) => scheduledAt) ?? [];
    expect(times).toEqual([...times].sort());
    expect(line?.lastTicks.slice(-4).map(({ outcome }) => outcome)).toEqual([
      "MISSED",
      "MISSED",
      "MISSED",
      "STARTED",
    ]);
    expect(line?.missed).toBe(3);
    expect(line?.lastRun).toMatchObject({
      id: line?.lastTicks.at(-1)?.runId,
      status: "completed",
      function: { slug: "shop-report" },
    });
    expect(line?.next[0]).toBe(iso(last + 5 * MINUTE));
  });

  test("the last run is one of the schedule's own, not what an event has started since", async () => {
    const made = await world({ cron: MINUTELY }, { event: "report" });
    await tick(made, FIRST, 1);
    await made.send("report");
    const runs = await made.until("both runs", async () => {
      const all = await made.runs();
      return all.length === 2 && all;
    });
    const [line] = await list(made);
    expect(line?.lastRun?.id).toBe(runs.find(({ cron }) => cron === MINUTELY)?.id);
  });

  test("leaves out functions that have left their app, and says who is paused", async () => {
    const made = await world({ cron: MINUTELY });
    await made.engine.setMode(FN, "paused");
    expect((await list(made)).map((line) => line.function.mode)).toEqual(["paused"]);
    await made.sync(fn("other"));
    expect(await list(made)).toEqual([]);
  });
});

describe("listTicks", () => {
  test("gives pages, newest first, and only missed ones where asked", async () => {
    const made = await world({ cron: MINUTELY });
    for (let n = 0; n < 3; n += 1) await tick(made, FIRST + n * MINUTE, n + 1);
    await tick(made, FIRST + 5 * MINUTE + 20_000, 6);
    const page = async (query: object) => {
      const reply = await schedulesHandlers.listTicks(
        made.call({
          params: { id: idOf(MINUTELY) },
          query: schedulesSchemas.listTicks.query?.parse(query) ?? {},
        }),
      );
      return { ticks: shown(schedulesSchemas.listTicks, reply), page: reply.page };
    };
    const first = await page({ limit: "4" });
    expect(first.ticks.map(({ scheduledAt }) => scheduledAt)).toEqual(
      [5, 4, 3, 2].map((n) => iso(FIRST + n * MINUTE)),
    );
    const second = await page({ limit: "4", cursor: first.page?.next });
    expect(second.ticks.map(({ scheduledAt }) => scheduledAt)).toEqual([iso(FIRST + MINUTE), iso(FIRST)]);
    expect(second.page).toEqual({ next: null, limit: 4 });
    expect((await page({ outcome: "missed" })).ticks.map(({ outcome }) => outcome)).toEqual([
      "MISSED",
      "MISSED",
    ]);
    await expect(page({ cursor: "yesterday" })).rejects.toMatchObject({ code: "query_invalid" });
    expect(() => schedulesSchemas.listTicks.query?.parse({ limit: "0" })).toThrow();
    expect(() => schedulesSchemas.listTicks.query?.parse({ more: "1" })).toThrow();
  });

  test("of a schedule that is not there is refused", async () => {
    const made = await world({ cron: MINUTELY });
    const call = made.call<"listTicks">({ params: { id: idOf("0 1 * * *") }, query: {} });
    await expect(schedulesHandlers.listTicks(call)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("runSchedule", () => {
  const run = async (made: ActsWorld, more: object = {}) => {
    const reply = await schedulesHandlers.runSchedule(made.call({ params: { id: idOf(MINUTELY) }, ...more }));
    return { ...shown(schedulesSchemas.runSchedule, reply), target: reply.target, detail: reply.detail };
  };

  test("starts a run that is no tick, shows as the last run, and is told to the audit log", async () => {
    const made = await world({ cron: MINUTELY });
    const { eventId, runId, target, detail } = await run(made);
    expect(target).toBe("function shop-report");
    expect(detail).toEqual({ cron: MINUTELY, eventId, runId });
    const [line] = await list(made);
    expect(line).toMatchObject({ lastRun: { id: runId }, lastTicks: [] });
  });

  test("the same Idempotency-Key of the same caller gives one run", async () => {
    const made = await world({ cron: MINUTELY });
    const request = new Request("http://localhost/", { headers: { "idempotency-key": "click" } });
    const first = await run(made, { request });
    expect(await run(made, { request })).toEqual(first);
    expect((await run(made, { request, caller: ben })).runId).not.toBe(first.runId);
    expect((await run(made, { caller: ana })).runId).not.toBe(first.runId);
    expect(await made.runs()).toHaveLength(3);
    const long = new Request("http://localhost/", { headers: { "idempotency-key": "x".repeat(201) } });
    await expect(run(made, { request: long })).rejects.toMatchObject({ code: "query_invalid" });
  });

  test("of a paused function gives a skipped run", async () => {
    const made = await world({ cron: MINUTELY });
    await made.engine.setMode(FN, "paused");
    const { runId } = await run(made);
    expect(await made.store.read.run(runId ?? "")).toMatchObject({ status: "skipped" });
  });
});
