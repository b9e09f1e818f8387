/** Searches that are longer than one request may be, over many runs. */
import type { Change } from "@stepwell/core";
import { createMemoryStore } from "@stepwell/store";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { BEGIN } from "../fixtures/acts-world.ts";
import { type DataWorld, everyWay, openDataWorld } from "../fixtures/data-world.ts";
import { runsHandlers } from "../sections/runs.ts";
import { countRuns, findRuns, selectRuns } from "./select-runs.ts";

const RUNS = 10_050;
const idOf = (n: number): string => `01KAV${String(n).padStart(21, "0")}`;
let world: DataWorld;

beforeAll(async () => {
  const store = createMemoryStore();
  const { charge } = everyWay;
  if (charge === undefined) throw new Error("the fixture has changed");
  world = await openDataWorld({ charge }, store);
  const [fn] = await store.read.functions();
  if (fn === undefined) throw new Error("no function was synced");
  const rows = Array.from({ length: RUNS }, (_, n): Change[] => {
    const at = BEGIN - (RUNS - n) * 1_000;
    const eventId = idOf(n);
    const run = { id: eventId, functionId: fn.id, appId: fn.appId, functionVersion: 1, eventId };
    const times = { queuedAt: at, startedAt: at, endedAt: at + n };
    const none = { cron: null, batchId: null, originalRunId: null };
    return [
      {
        insert: "runs",
        row: { ...run, eventIds: [eventId], eventName: "charge", ...none, status: "completed", ...times },
      },
      { insert: "payloads", row: { owner: eventId, name: "output", value: { data: { n } } } },
    ];
  });
  await store.commit({}, BEGIN, () => ({ write: rows.flat(), reply: null }));
});
afterAll(() => world.stop());

const list = (q: string, cursor?: string) =>
  runsHandlers.listRuns(world.call({ query: { q, ...(cursor === undefined ? {} : { cursor }) } }));
const select = (q: string) => selectRuns(q, world.store.read, BEGIN);

describe("a search over more rows than one request looks at", () => {
  it("says how far back it has looked, and goes on from there to the end", async () => {
    const stops: number[] = [];
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const { data, page, searchedTo } = await list("output.n:7", cursor);
      found.push(...data.map(({ id }) => id));
      cursor = page?.next ?? undefined;
      expect(searchedTo === undefined).toBe(cursor === undefined);
      stops.push(searchedTo ?? 0);
    } while (cursor !== undefined);
    expect(found).toEqual([idOf(7)]);
    // A busy machine gets less far in a second, none gets further than 10,000 rows.
    expect(stops[0]).toBeGreaterThanOrEqual(BEGIN - 10_000 * 1_000);
    expect(stops).toEqual(stops.toSorted((a, b) => b - a));
  });

  it("is no search when the filter says where to look", async () => {
    const found = await list("status:completed function:charge until:2h");
    expect(found.data).toHaveLength(50);
    expect(found.searchedTo).toBeUndefined();
  });

  it("counts among as many, and says among how many", async () => {
    const { data } = await runsHandlers.countRuns(world.call({ query: { q: "output.n:7" } }));
    expect(data).toEqual({ count: 0, capped: true, within: expect.any(Number) });
    expect(data.within).toBeLessThanOrEqual(10_000);
    const all = await runsHandlers.countRuns(world.call({ query: {} }));
    expect(all.data).toEqual({ count: 10_000, capped: true, within: null });
    expect(await countRuns(await select("status:completed"), world.store.read, RUNS + 1)).toEqual({
      count: RUNS,
      capped: false,
      within: null,
    });
  });

  it("looks no further than it is told", async () => {
    const selection = await select("output.n:7");
    const found = await findRuns(selection, world.store.read, { limit: 5, bound: { rows: 3, ms: 60_000 } });
    expect(found).toMatchObject({ rows: [], cursor: idOf(RUNS - 3), stoppedAt: { id: idOf(RUNS - 3) } });
  });
});

test("durations are compared in milliseconds", async () => {
  const count = async (q: string) =>
    (await countRuns(await select(`${q} since:5s`), world.store.read, 99)).count;
  // The last five took 10,045 to 10,049 ms.
  expect(await count("duration:>10.047s")).toBe(2);
  expect(await count("duration:>=10.047s")).toBe(3);
  expect(await count("duration:<10.047s")).toBe(2);
  expect(await count("duration:<=10.047s")).toBe(3);
  expect(await count("-duration:<=10.047s")).toBe(2);
  expect(await count("duration:>10.045s duration:<10.047s")).toBe(1);
});

test("an app without functions has no runs, and no app means none", async () => {
  expect((await select("app:nobody")).filter).toBeNull();
  expect((await select("-app:nobody")).filter).toEqual({});
  expect((await select("status:failed -status:failed")).filter).toBeNull();
  const { filter } = await select("since:1h since:2h until:5m until:2026-01-01");
  expect(filter).toEqual({ from: BEGIN - 3_600_000, until: Date.UTC(2026, 0, 1) });
});
