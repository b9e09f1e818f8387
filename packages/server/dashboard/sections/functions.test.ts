/** Functions of the dashboard's API: the list, one of them with its errors, its mode, a run by hand. */
import { functionsSchemas } from "@stepwell/api/dashboard/schemas";
import type { JsonObject } from "@stepwell/core";
import { functionId } from "@stepwell/protocol";
import { afterEach, describe, expect, test } from "vitest";
import { type ActsWorld, BEGIN, fn, openActsWorld, returned, shown } from "../fixtures/acts-world.ts";
import { storeEnded } from "../fixtures/ended-runs.ts";
import { functionsHandlers } from "./functions.ts";

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
const list = async (made: ActsWorld, query: { archived?: boolean } = {}) =>
  shown(functionsSchemas.listFunctions, await functionsHandlers.listFunctions(made.call({ query })));
const detail = async (made: ActsWorld, id: string, range?: "1h" | "7d") =>
  shown(
    functionsSchemas.getFunction,
    await functionsHandlers.getFunction(
      made.call({ params: { id }, query: range === undefined ? {} : { range } }),
    ),
  );
const refusal = (name: string, message: string, stack = ""): JsonObject => ({
  error: { name, message, stack },
});

describe("listFunctions", () => {
  test("tells what starts each, how it did in the last day and what it does now", async () => {
    const made = await open();
    const triggers = [{ cron: "30 2 * * *" }, { event: "shop/paid", expression: "event.data.ok" }];
    await made.sync(fn("bill", { triggers }), fn("mail", { concurrency: [{ limit: 1, scope: "fn" }] }));
    const id = idOf("bill");
    const ended = (minutesAgo: number, runMs: number, status?: "failed" | "cancelled" | "skipped") => ({
      functionId: id,
      endedAt: BEGIN - minutesAgo * MINUTE,
      runMs,
      ...(status === undefined ? {} : { status }),
    });
    await storeEnded(made.engine, [
      ended(26 * 60, 1000, "failed"),
      ended(300, 1000),
      ended(299, 1000, "failed"),
      ended(200, 10_000, "cancelled"),
      ended(1, 60_000),
      ended(0, 0, "skipped"),
    ]);
    for (let n = 0; n < 3; n += 1) await made.send("mail");
    await made.until("one runs", async () => (await made.runs()).some(({ status }) => status === "running"));

    const [bill, mail, ...others] = await list(made);
    expect(others).toEqual([]);
    expect(bill).toMatchObject({
      id,
      name: "bill",
      slug: "shop-bill",
      app: { name: "shop" },
      mode: "active",
      archived: false,
      triggers: [
        { kind: "cron", text: "30 2 * * *", words: "At 02:30, every day (UTC)" },
        { kind: "event", text: "shop/paid", words: "if event.data.ok" },
      ],
      ended: 4,
      failed: 1,
      queued: { count: 0, capped: false },
      running: { count: 0, capped: false },
      lastRun: { status: "skipped", function: { slug: "shop-bill" } },
    });
    expect(bill?.p50Ms).toBeGreaterThan(900);
    expect(bill?.p50Ms).toBeLessThan(1100);
    expect(bill?.p95Ms).toBeGreaterThan(54_000);
    expect(bill?.p95Ms).toBeLessThan(66_000);
    const hours = bill?.sparkline.filter(
      ({ completed, failed, cancelled }) => completed + failed + cancelled > 0,
    );
    expect(hours).toEqual([
      { at: iso(BEGIN - 10_000 - 5 * HOUR), completed: 1, failed: 1, cancelled: 0 },
      { at: iso(BEGIN - 10_000 - 4 * HOUR), completed: 0, failed: 0, cancelled: 1 },
      { at: iso(BEGIN - 10_000 - HOUR), completed: 1, failed: 0, cancelled: 0 },
    ]);
    expect(mail).toMatchObject({
      ended: 0,
      p50Ms: null,
      queued: { count: 2, capped: false },
      running: { count: 1, capped: false },
      lastRun: { status: "queued", endedAt: null },
    });
  });

  test("those that left their app are shown when asked for", async () => {
    const made = await open();
    await made.sync(fn("a"), fn("b"));
    await made.sync(fn("b"));
    expect((await list(made)).map(({ slug }) => slug)).toEqual(["shop-b"]);
    expect((await list(made, { archived: true })).map(({ slug, archived }) => [slug, archived])).toEqual([
      ["shop-a", true],
      ["shop-b", false],
    ]);
  });

  test("a queue of 1,000 and more says that there may be more", async () => {
    const made = await open();
    await made.sync(fn("a"));
    const row = { appId: "A", functionVersion: 1, eventIds: [], eventName: "a", cron: null, batchId: null };
    const queued = { status: "queued" as const, queuedAt: BEGIN, startedAt: null, endedAt: null };
    await made.engine.commit({}, (_seen, moment) => ({
      write: Array.from({ length: 1001 }, () => ({
        insert: "runs" as const,
        row: { id: moment.id(), eventId: "E", functionId: idOf("a"), originalRunId: null, ...row, ...queued },
      })),
      reply: null,
    }));
    expect((await list(made))[0]?.queued).toEqual({ count: 1000, capped: true });
  });
});

describe("getFunction", () => {
  test("by id and by slug: configuration in words, chart, and what its events look like", async () => {
    const made = await open({ app: () => returned("ok") });
    await made.sync(fn("bill", { maxAttempts: 3, concurrency: [{ limit: 2, scope: "fn" }] }));
    await made.send("bill", { id: 7, plan: "pro" });
    await made.until("it has ended", async () => (await made.runs())[0]?.status === "completed");
    await made.until("its slot is free again", async () => (await made.store.read.readyPools()).length === 0);
    const found = await detail(made, "shop-bill");
    expect(await detail(made, idOf("bill"))).toEqual(found);
    expect(found).toMatchObject({
      slug: "shop-bill",
      version: 1,
      url: expect.stringContaining("fnId=shop-bill"),
      config: [
        { option: "triggers", text: "Starts for each event `bill`." },
        { option: "retries", text: "Each step is tried up to 3 times: 2 retries after the first attempt." },
        { option: "concurrency", text: "At most 2 steps at once." },
      ],
      ended: 1,
      errors: [],
      inputExample: { id: 7, plan: "pro" },
      series: { range: "24h", stepMs: HOUR, completeFrom: null },
    });
    expect(found.inputSchema).toMatchObject({
      properties: { id: { type: "integer" }, plan: { type: "string" } },
    });
    expect(found.series.points.at(-1)).toMatchObject({ at: iso(BEGIN - 10_000), completed: 1, failed: 0 });
    expect((await detail(made, "shop-bill", "1h")).series.points).toHaveLength(60);
  });

  test("no event of its own: nothing is known of its data", async () => {
    const made = await open();
    await made.sync(fn("any", { triggers: [{ event: "shop/*" }, { cron: "0 0 * * *" }] }));
    expect(await detail(made, "shop-any")).toMatchObject({ inputSchema: null, inputExample: null });
  });

  test("groups what its runs failed with by name and first line, the most frequent first", async () => {
    const made = await open();
    await made.sync(fn("bill"), fn("other"));
    const failed = (n: number, output: JsonObject, slug = "bill") => ({
      functionId: idOf(slug),
      endedAt: BEGIN - n * MINUTE,
      status: "failed" as const,
      output,
    });
    const ids = await storeEnded(made.engine, [
      failed(9, refusal("CardError", "declined\nby bank 1")),
      failed(8, refusal("Error", "no connection")),
      failed(7, refusal("CardError", "declined\nby bank 2")),
      failed(6, refusal("CardError", "declined", "at charge")),
      failed(5, { error: "just a text" }),
      failed(4, refusal("Error", "of another one"), "other"),
      failed(3 * 24 * 60, refusal("Old", "out of the range")),
    ]);
    const { errors } = await detail(made, "shop-bill");
    expect(errors[0]).toEqual({
      name: "CardError",
      message: "declined",
      count: 3,
      lastAt: iso(BEGIN - 6 * MINUTE),
      runId: ids[3],
    });
    expect(errors.slice(1).map(({ name, message, count }) => [name, message, count])).toEqual([
      ["Error", "just a text", 1],
      ["Error", "no connection", 1],
    ]);
    expect((await detail(made, "shop-bill", "7d")).errors).toHaveLength(4);
  });

  test("one that is not there", async () => {
    const made = await open();
    await expect(detail(made, "shop-none")).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("acts", () => {
  test("pause and resume: it answers the mode, and names the function and the change for the audit log", async () => {
    const made = await open({ app: () => returned("ok") });
    await made.sync(fn("bill"));
    const set = (mode: "active" | "paused") =>
      functionsHandlers.setFunctionMode(made.call({ params: { id: "shop-bill" }, body: { mode } }));
    const paused = await set("paused");
    expect(shown(functionsSchemas.setFunctionMode, paused)).toEqual({ mode: "paused" });
    expect(paused).toMatchObject({
      target: "function shop-bill",
      detail: { before: "active", mode: "paused" },
    });
    await made.send("bill");
    await made.until("it is skipped", async () => (await made.runs())[0]?.status === "skipped");
    await set("active");
    expect((await list(made))[0]?.mode).toBe("active");
  });

  test("invoke: the run with the data, at once", async () => {
    const made = await open({ app: () => returned("ok") });
    await made.sync(fn("report", { triggers: [{ cron: "0 0 1 1 *" }] }));
    const reply = await functionsHandlers.invokeFunction(
      made.call({ params: { id: idOf("report") }, body: { data: { day: 3 } } }),
    );
    const { eventId, runId } = shown(functionsSchemas.invokeFunction, reply);
    expect(reply).toMatchObject({ target: "function shop-report", detail: { eventId, runId } });
    const run = await made.until(
      "it has ended",
      async () =>
        (await made.runs()).find(({ id, status }) => id === runId && status === "completed") ?? null,
    );
    expect(run.eventIds).toEqual([eventId]);
    expect((await made.engine.read.event(eventId))?.body).toMatchObject({ data: { day: 3 } });
  });

  test("invoke without data, of a function that merges: no run yet", async () => {
    const made = await open();
    await made.sync(fn("slow", { debounce: { periodMs: 5000 } }));
    const reply = await functionsHandlers.invokeFunction(
      made.call({ params: { id: "shop-slow" }, body: {} }),
    );
    const { eventId, runId } = shown(functionsSchemas.invokeFunction, reply);
    expect(runId).toBeNull();
    expect(await made.engine.outcomes(eventId)).toMatchObject([{ outcome: "debounced" }]);
  });

  test("bodies and queries that are not known are refused", () => {
    const { setFunctionMode, invokeFunction, listFunctions, getFunction } = functionsSchemas;
    expect(setFunctionMode.body?.safeParse({ mode: "off" }).success).toBe(false);
    expect(invokeFunction.body?.safeParse({ data: [] }).success).toBe(false);
    expect(invokeFunction.body?.safeParse({ user: {} }).success).toBe(false);
    expect(listFunctions.query?.parse({ archived: "false" })).toEqual({ archived: false });
    expect(listFunctions.query?.safeParse({ archived: "maybe" }).success).toBe(false);
    expect(getFunction.query?.safeParse({ range: "2h" }).success).toBe(false);
  });
});
