/** The lists of runs and events over HTTP, and what they can be searched by (semantics §10.3–10.6). */
import type { EventView, FunctionRun, ListPage } from "@stepwell/api";
import { expect, test } from "vitest";
import { deployOne, type Handler, HOUR, useWorld, world } from "./bench.ts";
import type { RunView } from "./world.ts";

useWorld();

interface RunPage {
  data: FunctionRun[];
  page: ListPage;
}
const runs = (query: string): Promise<RunPage> => world.json(`/v2/runs?${query}`);
/** Ids of the runs that a search finds, in whatever order. */
async function found(query: string, more = ""): Promise<string[]> {
  const { data } = await runs(`limit=400&query=${encodeURIComponent(query)}${more}`);
  return data.map((run) => run.id).sort();
}
const idsOf = (list: RunView[]): string[] => list.map((run) => run.run_id).sort();

/** Ended runs of one function, one per event data, in order. */
async function searched(id: string, datas: object[], handler: Handler): Promise<RunView[]> {
  await deployOne(id, { retries: 0 }, handler);
  const ids = await world.send(datas.map((data) => ({ name: id, data })));
  return Promise.all(ids.map(async (event) => world.ended((await world.runOf(event)).run_id)));
}

test("TR-8: a search by the event finds what is equal, explicit nulls by null, and never what is missing", async () => {
  const [yes, no, none, missing] = await searched(
    "tr8",
    [{ success: true }, { success: false }, { success: null }, {}],
    () => "ok",
  );
  if (!yes || !no || !none || !missing) throw new Error("four runs");
  const here = 'event.name == "tr8"';
  expect(await found(here)).toEqual(idsOf([yes, no, none, missing]));
  expect(await found(`${here}\nevent.data.success == true`)).toEqual(idsOf([yes]));
  expect(await found(`${here} && event.data.success == null`)).toEqual(idsOf([none]));
  expect(await found(`${here}\nevent.data.success != null`)).toEqual(idsOf([yes, no]));
  expect(await found(`${here}\nevent.data.success != true`)).toEqual(idsOf([no, none]));
  expect(await found(`${here}\n!(event.data.success == true)`)).toEqual(idsOf([no, none]));
  expect(await found(here, "&functionIDs[]=app-tr8&status[]=COMPLETED")).toHaveLength(4);
  expect(await found(here, "&status=failed")).toEqual([]);
  expect(await found(here, "&appIDs=no-such-app")).toEqual([]);
});

test("TR-9: a search by the return value finds it, and one by the error finds failed runs", async () => {
  const [five, six, broken] = await searched("tr9", [{ n: 5 }, { n: 6 }, { n: null }], ({ event }) => {
    if (event.data.n === null) throw new TypeError("no number");
    return { num: event.data.n };
  });
  if (!five || !six || !broken) throw new Error("three runs");
  const here = 'event.name == "tr9"';
  expect(await found(`${here}\noutput.num >= 5`)).toEqual(idsOf([five, six]));
  expect(await found(`${here}\noutput.num >= 6`)).toEqual(idsOf([six]));
  expect(await found(`${here}\noutput.num > 4 && output.num < 6`)).toEqual(idsOf([five]));
  expect(await found(`${here}\nerror.message == "no number"`)).toEqual(idsOf([broken]));
  expect(await found(`${here}\nerror != null || output.num == 6`)).toEqual(idsOf([six, broken]));
});

test("a search that cannot be run is refused with the reason", async () => {
  for (const [path, query, why] of [
    ["/v2/runs", "output.num >=", "output.num"],
    ["/v2/runs", "size(event.data.list) == 1", "size()"],
    ["/v2/runs", "event.data.x == 1\nrun.id == 2", "no variable run"],
    ["/v1/events", "output.num == 1", "no output here"],
  ]) {
    const response = await world.fetch(`${path}?query=${encodeURIComponent(query ?? "")}`);
    expect(response.status).toBe(400);
    const text = await response.text();
    expect(text).toContain("query_invalid");
    expect(text).toContain(why);
  }
});

test("TR-10: five runs in pages of two are three pages without overlap, and their total is five", async () => {
  const all = await searched(
    "tr10",
    [1, 2, 3, 4, 5].map((n) => ({ n })),
    () => "ok",
  );
  for (const search of ["", `&query=${encodeURIComponent("event.data.n > 0")}`])
    for (const order of ["DESC", "ASC"]) {
      const pages: string[][] = [];
      for (let cursor = ""; ; ) {
        const next = cursor === "" ? "" : `&cursor=${cursor}`;
        const answer = await runs(
          `functionId=app-tr10&limit=2&includeTotal=true&order=${order}${search}${next}`,
        );
        pages.push(answer.data.map((run) => run.id));
        expect(answer.page).toMatchObject({ limit: 2, total: 5, totalExact: true });
        expect(answer.page.hasMore).toBe(answer.page.cursor !== null);
        if (answer.page.cursor === null) break;
        cursor = answer.page.cursor;
      }
      expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
      const ids = pages.flat();
      expect([...ids].sort()).toEqual(idsOf(all));
      const queued = new Map((await runs("functionId=app-tr10")).data.map((run) => [run.id, run.queuedAt]));
      const times = ids.map((id) => queued.get(id) ?? "");
      expect(times).toEqual(order === "ASC" ? times.toSorted() : times.toSorted().reverse());
    }
  expect((await runs("functionId=app-tr10")).page).not.toHaveProperty("total");
});

test("the run list is cut by each of its times", async () => {
  const [run] = await searched("times", [{}], () => "ok");
  const { data } = await world.json(`/v2/runs/${run?.run_id}`);
  const count = async (query: string): Promise<number> =>
    (await runs(`functionId=app-times&${query}`)).data.length;
  for (const [field, at] of [
    ["QUEUED_AT", data.queuedAt],
    ["STARTED_AT", data.startedAt],
    ["ENDED_AT", data.endedAt],
  ]) {
    const after = new Date(Date.parse(at) + 1).toISOString();
    expect(await count(`timeField=${field}&from=${at}&until=${after}`)).toBe(1);
    expect(await count(`timeField=${field}&until=${at}`)).toBe(0);
    expect(await count(`timeField=${field}&from=${after}`)).toBe(0);
  }
});

test("TR-12: the event list hides internal events unless they are asked for", async () => {
  await searched("tr12", [{ n: 1 }], () => "ok");
  const names = async (query: string): Promise<string[]> =>
    (await world.json(`/v1/events?limit=100&${query}`)).data.map((event: { name: string }) => event.name);
  expect((await names("")).filter((name) => name.startsWith("inngest/"))).toEqual([]);
  expect(await names("include_internal=true")).toContain("inngest/function.finished");
  const search = `query=${encodeURIComponent("event.data.run_id != null")}`;
  expect(await names(search)).toEqual([]);
  expect(await names(`${search}&include_internal=true`)).toContain("inngest/function.finished");
  const finished = encodeURIComponent("inngest/function.finished");
  expect(await names(`name=tr12&name=${finished}`)).toEqual(
    expect.arrayContaining(["tr12", "inngest/function.finished"]),
  );
  expect(await names(`name=tr12&name=${finished}&include_internal=false`)).toEqual(["tr12"]);
});

test("the event list is searched by what events hold, page by page", async () => {
  const ids = await world.send(
    [1, 2, 3, 4, 5, 6].map((n) => ({ name: "listed", data: { n, even: n % 2 === 0 }, v: String(n) })),
  );
  const query = encodeURIComponent('event.name == "listed"\nevent.data.even == true');
  const first = await world.json(`/v1/events?limit=2&query=${query}`);
  expect(first.data.map((event: { internal_id: string }) => event.internal_id)).toEqual([ids[5], ids[3]]);
  expect(first.page).toMatchObject({ hasMore: true, limit: 2 });
  const rest = await world.json(`/v1/events?limit=2&query=${query}&cursor=${first.page.cursor}`);
  expect(rest.data.map((event: { internal_id: string }) => event.internal_id)).toEqual([ids[1]]);
  expect(rest.page).toEqual({ cursor: null, hasMore: false, limit: 2 });
  const byVersion = await world.json(`/v1/events?query=${encodeURIComponent('event.v == "3"')}`);
  expect(byVersion.data).toMatchObject([{ internal_id: ids[2] }]);
});

test("an event is shown with its times, its raw JSON and the runs that it started", async () => {
  const ts = world.clock.now() - HOUR;
  await deployOne("viewed", {}, () => "ok");
  const sent = { name: "viewed", data: { a: 1 }, id: "own-id", ts, user: { id: 7 }, v: "3" };
  const [id = ""] = await world.send(sent);
  const run = await world.runOf(id);
  const { data }: { data: EventView } = await world.json(`/v2/events/${id}`);
  expect(data).toMatchObject({
    id,
    name: "viewed",
    occurredAt: new Date(ts).toISOString(),
    idempotencyKey: "own-id",
    source: "event-api",
    runs: [{ id: run.run_id, function: { slug: "app-viewed" } }],
  });
  expect(JSON.parse(data.raw)).toEqual(sent);
  expect(Date.parse(data.receivedAt)).toBeGreaterThan(ts);
  expect((await world.json(`/v2/events/${id}/runs`)).data).toMatchObject([{ id: run.run_id }]);
  const [bare = ""] = await world.send({ name: "nobody listens" });
  const other: EventView = (await world.json(`/v2/events/${bare}`)).data;
  expect(Object.keys(JSON.parse(other.raw))).toEqual(["name", "data", "id", "ts"]);
  expect(other).toMatchObject({ idempotencyKey: bare, runs: [] });
  expect((await world.fetch("/v2/events/01HF0000000000000000000000")).status).toBe(404);
  expect((await world.fetch("/v2/events/01HF0000000000000000000000/runs")).status).toBe(404);
});
