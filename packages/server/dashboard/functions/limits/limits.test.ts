/** How full the limits of a function are, from the rows of an engine that really holds runs and events back. */
import type { LimitUse } from "@stepwell/api/dashboard";
import type { FunctionConfig } from "@stepwell/core";
import { functionId } from "@stepwell/protocol";
import { afterEach, expect, test } from "vitest";
import { type ActsWorld, BEGIN, fn, openActsWorld } from "../../fixtures/acts-world.ts";
import { readLimits } from "./index.ts";

const worlds: ActsWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});
const iso = (at: number): string => new Date(at).toISOString();

/** An app that never answers, with these functions and an event for each datum. */
async function world(config: Partial<FunctionConfig>, ...data: object[]): Promise<ActsWorld> {
  const made = await openActsWorld();
  worlds.push(made);
  await made.sync(fn("f", config), fn("other", { ...config, triggers: [{ event: "f" }] }));
  for (const one of data) await made.send("f", one);
  let still = 0;
  await made.until("all is calm", async () => {
    const { read } = made.store;
    const [due, ready] = [await read.dueWakes(made.clock.now(), 1), await read.readyPools()];
    still = due.length + ready.length === 0 ? still + 1 : 0;
    return still > 20;
  });
  return made;
}
async function limits(made: ActsWorld): Promise<LimitUse[]> {
  const functions = await made.engine.read.functions();
  const row = functions.find(({ id }) => id === functionId("shop", "shop-f"));
  if (row === undefined) throw new Error("f is there");
  return readLimits(row, made.clock.now(), made.engine.read);
}
const keyed = { key: "event.data.org" };

test("concurrency of the whole function: the slots in use, and that others wait", async () => {
  const free = await world({ concurrency: [{ limit: 2, scope: "fn" }] });
  expect(await limits(free)).toEqual([
    {
      option: "concurrency",
      text: "At most 2 steps at once.",
      keyExpression: null,
      keys: [{ key: null, used: 0, limit: 2, waiting: false, note: null }],
      more: false,
    },
  ]);
  const full = await world({ concurrency: [{ limit: 2, scope: "fn" }] }, {}, {}, {});
  expect((await limits(full))[0]?.keys).toEqual([
    { key: null, used: 2, limit: 2, waiting: true, note: null },
  ]);
});

test("concurrency by key: only keys in use, those that are waited for first; other functions have their own", async () => {
  const made = await world(
    { concurrency: [{ limit: 2, scope: "fn", ...keyed }] },
    ...["a", "b", "b", "b", 'c"d'].map((org) => ({ org })),
  );
  const [use] = await limits(made);
  expect(use?.keyExpression).toBe("event.data.org");
  expect(use?.keys.map(({ key, used, waiting }) => [key, used, waiting])).toEqual([
    ["b", 2, true],
    ["a", 1, false],
    ['c"d', 1, false],
  ]);
});

test("limits on runs and calls beside each other each have their own cells", async () => {
  const made = await world(
    {
      concurrency: [
        { limit: 1, scope: "fn", level: "run", ...keyed },
        { limit: 9, scope: "fn" },
      ],
    },
    { org: "a" },
    { org: "a" },
    { org: "b" },
  );
  const [runs, steps] = await limits(made);
  expect(runs?.text).toMatch(/^At most 1 run at once/);
  expect(runs?.keys.map(({ key, used, waiting }) => [key, used, waiting])).toEqual([
    ["a", 1, true],
    ["b", 1, false],
  ]);
  expect(steps?.keys).toEqual([{ key: null, used: 2, limit: 9, waiting: false, note: null }]);
});

test("a shared counter counts the calls of all functions that share it", async () => {
  const made = await world({ concurrency: [{ limit: 3, scope: "account", key: "'printer'" }] }, {}, {});
  const [use] = await limits(made);
  expect(use?.keys).toEqual([{ key: "printer", used: 3, limit: 3, waiting: true, note: null }]);
  const each = await world(
    { concurrency: [{ limit: 3, scope: "env", ...keyed }] },
    { org: "a" },
    { org: "b" },
  );
  expect((await limits(each))[0]?.keys.map(({ key, used }) => [key, used])).toEqual([
    ["a", 2],
    ["b", 2],
  ]);
});

test("throttle: starts that are used up, and when the next one is; it frees itself", async () => {
  const throttle = { limit: 2, periodMs: 60_000, burst: 1, ...keyed };
  const made = await world({ throttle }, ...["a", "a", "a", "a", "b"].map((org) => ({ org })));
  const [use] = await limits(made);
  expect(use?.keys).toEqual([
    { key: "a", used: 3, limit: 3, waiting: true, note: `the next start is at ${iso(BEGIN + 30_000)}` },
    { key: "b", used: 1, limit: 3, waiting: false, note: null },
  ]);
  made.clock.to(BEGIN + 29_999);
  expect((await limits(made))[0]?.keys.map(({ key, used }) => [key, used])).toEqual([
    ["a", 3],
    ["b", 1],
  ]);
});

test("rate limit: what is taken of the burst, and when the next event is taken", async () => {
  const rateLimit = { limit: 20, periodMs: 60_000, option: "rateLimit" as const, ...keyed };
  const made = await world({ rateLimit }, ...["a", "a", "a", "a", "b"].map((org) => ({ org })));
  const [use] = await limits(made);
  expect(use).toMatchObject({ option: "rateLimit", more: false });
  expect(use?.keys).toEqual([
    {
      key: "a",
      used: 3,
      limit: 3,
      waiting: false,
      note: `the next event is taken from ${iso(BEGIN + 3000)} on`,
    },
    { key: "b", used: 1, limit: 3, waiting: false, note: null },
  ]);
  made.clock.to(BEGIN + 3 * 3000);
  expect((await limits(made))[0]?.keys).toEqual([]);
});

test("idempotency is told by its keys of the last day", async () => {
  const rateLimit = { limit: 1, periodMs: 86_400_000, option: "idempotency" as const, ...keyed };
  const made = await world({ rateLimit }, { org: "a" }, { org: "a" });
  expect((await limits(made))[0]).toMatchObject({
    text: "Runs once for each `event.data.org` in 1 day; repetitions start nothing.",
    keys: [{ key: "a", used: 1, limit: 1 }],
  });
});

test("debounce and batch: what is collected now, and when its run starts", async () => {
  const quiet = await world({ debounce: { periodMs: 5000, ...keyed } }, { org: "a" }, { org: "a" });
  expect((await limits(quiet))[0]).toMatchObject({
    option: "debounce",
    keys: [
      {
        key: "a",
        used: 1,
        limit: 1,
        waiting: true,
        note: `its run starts at ${iso(BEGIN + 5000)}, if no other event comes`,
      },
    ],
  });
  const batch = await world({ batch: { maxSize: 5, timeoutMs: 9000 } }, {}, {});
  expect((await limits(batch))[0]).toMatchObject({
    option: "batchEvents",
    keys: [
      {
        key: null,
        used: 2,
        limit: 5,
        waiting: true,
        note: `its run starts when it is full, or at ${iso(BEGIN + 9000)}`,
      },
    ],
  });
});

test("singleton: keys with a run that has not ended, and which", async () => {
  const made = await world({ singleton: { mode: "skip", ...keyed } }, { org: "a" }, { org: "b" });
  const runs = (await made.runs()).filter(({ functionId: id }) => id === functionId("shop", "shop-f"));
  const [first, second] = runs;
  expect((await limits(made))[0]?.keys).toEqual([
    { key: "a", used: 1, limit: 1, waiting: false, note: `run ${first?.id}` },
    { key: "b", used: 1, limit: 1, waiting: false, note: `run ${second?.id}` },
  ]);
  await made.engine.cancel(first?.id ?? "");
  expect((await limits(made))[0]?.keys.map(({ key }) => key)).toEqual(["b"]);
});

test("priority is an order: there is nothing to count; a function without limits has none", async () => {
  expect(await limits(await world({ priority: "event.data.p" }))).toEqual([
    {
      option: "priority",
      text: expect.stringContaining("`event.data.p`"),
      keyExpression: "event.data.p",
      keys: [],
      more: false,
    },
  ]);
  expect(await limits(await world({}))).toEqual([]);
});

test("of many keys the twenty fullest are shown, and that there are more", async () => {
  const orgs = Array.from({ length: 24 }, (_, n) => ({ org: `o${String(n).padStart(2, "0")}` }));
  const made = await world({ batch: { maxSize: 9, timeoutMs: 9000, ...keyed } }, ...orgs, { org: "o23" });
  const [use] = await limits(made);
  expect(use?.keys).toHaveLength(20);
  expect(use?.keys[0]).toMatchObject({ key: "o23", used: 2 });
  expect(use?.more).toBe(true);
});
