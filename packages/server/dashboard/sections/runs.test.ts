/** Runs of the dashboard's API: lists and searches, one run, its trace, and acting on it. */
import type { RunLine, RunView } from "@stepwell/api/dashboard";
import { runsSchemas } from "@stepwell/api/dashboard/schemas";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { shown } from "../fixtures/acts-world.ts";
import { type DataWorld, everyWay, openDataWorld } from "../fixtures/data-world.ts";
import { runsHandlers } from "./runs.ts";

const UNKNOWN = "01KAV000000000000000000RN1";
let world: DataWorld;
const ids: Record<string, string> = {};

beforeAll(async () => {
  world = await openDataWorld(everyWay);
  ids.charge = (await world.run("charge", { userId: "u 1", tags: ["vip", "eu"], note: 'says "hi"' })).id;
  ids.refund = (await world.run("refund", { userId: "u 2" })).id;
  ids.wrap = (await world.run("wrap")).id;
  ids.crash = (await world.run("crash")).id;
  ids.parent = (await world.run("parent")).id;
  ids.nap = (await world.begin("nap")).id;
  ids.slow = (await world.begin("slow")).id;
  ids.single = (await world.begin("single", { account: "acme" })).id;
  ids.skipped = (await world.run("single", { account: "acme" })).id;
  await world.send("batch", { n: 1 });
  ids.batch = (
    await world.until("the batch", async () => {
      await world.send("batch", { n: 2 });
      return (await world.runs()).find(({ eventIds }) => eventIds.length === 2) ?? null;
    })
  ).id;
  world.clock.to(world.clock.now() + 50_000);
  const ticked = await world.until("the tick", async () => {
    const run = (await world.runs()).find(({ cron }) => cron !== null);
    return run !== undefined && run.endedAt !== null ? run : null;
  });
  ids.tick = ticked.id;
  const { runId } = await world.engine.rerun(ids.charge ?? "", null);
  ids.again = runId;
  await world.until("the rerun", async () => (await world.store.read.run(runId))?.endedAt ?? null);
});
afterAll(() => world.stop());

const nameOf = (id: string): string => Object.entries(ids).find(([, one]) => one === id)?.[0] ?? "child";
async function list(q?: string, more: { cursor?: string; limit?: number } = {}) {
  const reply = await runsHandlers.listRuns(
    world.call({ query: { ...(q === undefined ? {} : { q }), ...more } }),
  );
  return { ...reply, lines: shown(runsSchemas.listRuns, reply) };
}
const names = async (q?: string) => (await list(q)).lines.map(({ id }) => nameOf(id)).sort();
const view = async (id: string): Promise<RunView> =>
  shown(runsSchemas.getRun, await runsHandlers.getRun(world.call({ params: { id } })));
const trace = async (id: string, query: { span?: string } = {}) =>
  shown(runsSchemas.getRunTrace, await runsHandlers.getRunTrace(world.call({ params: { id }, query })));

describe("listRuns", () => {
  test.each<[string, string[]]>([
    ["status:failed", ["crash", "refund", "wrap"]],
    ["status:failed,skipped -function:w*", ["crash", "refund", "skipped"]],
    ["-status:completed status:running", ["nap", "single", "slow"]],
    ["-status:completed,failed,running", ["skipped"]],
    ["function:charge", ["again", "charge"]],
    ["function:shop-ch*", ["again", "charge", "child"]],
    ["function:nobody", []],
    ["function:charge function:refund", []],
    ["app:shop status:skipped", ["skipped"]],
    ["-app:shop", []],
    ["app:other", []],
    ["event:refund,wrap", ["refund", "wrap"]],
    ["event:cron", ["tick"]],
    ["cron:true", ["tick"]],
    ["cron:false function:tick", []],
    ['event.data.userId:"u 1"', ["again", "charge"]],
    ["event.data.tags:vip function:charge", ["again", "charge"]],
    ["event.data.tags.1:eu -event.data.tags.0:eu", ["again", "charge"]],
    ["event.data.userId:u*", ["again", "charge", "refund"]],
    ["event.data.userId:*", ["again", "charge", "refund"]],
    ["event.data.n:2", ["batch"]],
    ["output.total:5", ["again", "charge"]],
    ["output.total:5.0 output.paid:true", ["again", "charge"]],
    ["output.total:6", []],
    ["error.name:CardError", ["refund"]],
    ["error.cause.name:Http*", ["refund"]],
    ["DECLINED", ["refund"]],
    ['"says \\"hi\\""', ["again", "charge"]],
    ['-"u 1" -status:running function:charge,refund', ["refund"]],
    ["duration:>1h", []],
    ["duration:<=5s status:failed", ["crash", "refund", "wrap"]],
    ["duration:>=10s", ["nap", "single", "slow"]],
    ["since:40s", ["again", "tick"]],
    ["until:40s status:failed", ["crash", "refund", "wrap"]],
    ["since:2027-01-01", []],
    ["event.data.__proto__:x", []],
    ["output.constructor.name:Object", []],
  ])("%s", async (q, expected) => {
    expect(await names(q)).toEqual(expected);
  });

  test("original: finds what repeats a run", async () => {
    expect(await names(`original:${ids.charge}`)).toEqual(["again"]);
  });

  it("gives every run, newest first, by pages without a gap", async () => {
    const all = (await list(undefined, { limit: 200 })).lines.map(({ id }) => id);
    expect(new Set(all).size).toBe((await world.runs()).length);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { lines, page } = await list(undefined, {
        limit: 3,
        ...(cursor === undefined ? {} : { cursor }),
      });
      expect(page?.limit).toBe(3);
      seen.push(...lines.map(({ id }) => id));
      cursor = page?.next ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(all);
  });

  it("goes on by pages in a search, too", async () => {
    const first = await list("error.name:*", { limit: 2 });
    const cursor = first.page?.next ?? "";
    const second = await list("error.name:*", { limit: 2, cursor });
    expect([...first.lines, ...second.lines].map(({ id }) => nameOf(id))).toEqual([
      "crash",
      "wrap",
      "refund",
    ]);
    expect([first.searchedTo, second.searchedTo, second.page?.next]).toEqual([undefined, undefined, null]);
  });

  it("shows names, the first line of an error, and what a run waits for", async () => {
    const { lines } = await list(undefined, { limit: 200 });
    const line = (name: string): RunLine | undefined => lines.find(({ id }) => id === ids[name]);
    expect(line("refund")).toMatchObject({
      status: "failed",
      function: { name: "refund", slug: "shop-refund" },
      app: { name: "shop" },
      trigger: "refund",
      error: "CardError: declined",
      waits: null,
    });
    expect(line("wrap")?.error).toBe("could not pay");
    expect(line("nap")?.waits).toContain("it sleeps until");
    expect(line("slow")?.waits).toContain("the app has been running the function");
    expect(line("skipped")?.waits).toContain("had not ended (singleton)");
    expect(line("charge")).toMatchObject({ error: null, waits: null, events: 1, originalRunId: null });
    expect(line("tick")).toMatchObject({ trigger: "cron", cron: "* * * * *" });
    expect(line("batch")?.events).toBe(2);
    expect(line("again")?.originalRunId).toBe(ids.charge);
  });

  test.each(["status:broken", "colour:red", 'event:"open', "x".repeat(2001)])(
    "a filter with an error is refused with its place: %s",
    async (q) => {
      await expect(list(q)).rejects.toMatchObject({
        code: "query_invalid",
        message: expect.stringMatching(/at character \d+ of the filter/),
      });
    },
  );
  test("a cursor that is no id is refused", async () => {
    await expect(list(undefined, { cursor: "x" })).rejects.toMatchObject({ code: "id_malformed" });
  });
});

describe("countRuns", () => {
  const count = async (q: string) =>
    shown(runsSchemas.countRuns, await runsHandlers.countRuns(world.call({ query: { q } })));

  test("by the index, and by looking at payloads", async () => {
    expect(await count("status:failed")).toEqual({ count: 3, capped: false, within: null });
    expect(await count("error.name:CardError")).toEqual({ count: 1, capped: false, within: null });
    expect(await count("function:nobody")).toEqual({ count: 0, capped: false, within: null });
  });
});

describe("getRun", () => {
  it("of a failed one: the error with its causes, and the step to go to", async () => {
    const { failure, output, can, config, eventList } = await view(ids.refund ?? "");
    expect(failure).toMatchObject({
      name: "CardError",
      message: "declined\nsecond line",
      stack: "CardError: declined\n  at pay",
      cause: {
        name: "HttpError",
        message: "402",
        cause: { name: "", message: "the bank said no", cause: null },
      },
      spanId: `${ids.refund}.pay`,
    });
    expect(output).toBeUndefined();
    expect(can).toEqual({ cancel: expect.stringContaining("has ended"), rerun: true });
    expect(config?.map(({ option }) => option)).toContain("retries");
    expect(eventList).toMatchObject([{ name: "refund", cut: false, payload: { data: { userId: "u 2" } } }]);
    expect(eventList[0]?.bytes).toBe(JSON.stringify(eventList[0]?.payload).length);
  });

  test.each(["refund", "wrap"])("the step to go to is one of the trace's spans: %s", async (name) => {
    const { failure } = await view(ids[name] ?? "");
    const { rootSpan } = await trace(ids[name] ?? "");
    const span = rootSpan.children.find(({ id }) => id === failure?.spanId);
    expect(span).toMatchObject({ stepId: "pay", status: "FAILED" });
  });

  it("that failed outside of steps leads to no step", async () => {
    expect((await view(ids.crash ?? "")).failure).toMatchObject({ name: "TypeError", spanId: null });
  });

  it("of a completed one: what it returned, and what repeats it", async () => {
    const found = await view(ids.charge ?? "");
    expect(found).toMatchObject({
      output: { total: 5, paid: true, to: "u 1" },
      failure: null,
      original: null,
    });
    expect(found.reruns.map(({ id }) => id)).toEqual([ids.again]);
    expect((await view(ids.again ?? "")).original?.id).toBe(ids.charge);
  });

  it("knows who invoked it and what it invoked", async () => {
    const parent = await view(ids.parent ?? "");
    expect(parent.children).toMatchObject([{ status: "completed", function: { slug: "shop-child" } }]);
    const child = await view(parent.children[0]?.id ?? "");
    expect(child.parent).toMatchObject({ id: ids.parent, function: { slug: "shop-parent" } });
    const again = await world.engine.rerun(child.id, null);
    expect(await view(again.runId)).toMatchObject({ parent: null, original: { id: child.id } });
    await world.engine.cancel(again.runId);
    expect(parent.parent).toBeNull();
  });

  it("that was skipped says why, and names the run in its place", async () => {
    expect((await view(ids.skipped ?? "")).skip).toEqual({
      reason: expect.stringMatching(/had not ended \(singleton\)/),
      existingRunId: ids.single,
    });
  });

  it("that goes on can be cancelled; that of a schedule can run again", async () => {
    expect((await view(ids.nap ?? "")).can).toEqual({ cancel: true, rerun: true });
    expect((await view(ids.tick ?? "")).can.rerun).toBe(true);
    const rerun = await runsHandlers.rerunRun(world.call({ params: { id: ids.tick ?? "" }, body: {} }));
    expect((await world.store.read.run(rerun.data.runId))?.cron).toBe("* * * * *");
    await world.until("its end", async () => (await world.store.read.run(rerun.data.runId))?.endedAt ?? null);
  });

  test.each(["getRun", "getRunTrace", "getRunWhy", "cancelRun", "rerunRun"] as const)(
    "%s of none: not found; of no id: malformed",
    async (name) => {
      const call = (id: string) => {
        const asked = { ...world.call<"rerunRun">({ params: { id }, body: {} }), query: {} };
        return runsHandlers[name](asked as never);
      };
      await expect(call(UNKNOWN)).rejects.toMatchObject({ code: "not_found" });
      await expect(call("x")).rejects.toMatchObject({ code: "id_malformed" });
    },
  );
});

describe("getRunTrace and getRunWhy", () => {
  test("a trace has inputs and outputs", async () => {
    const { rootSpan, cut } = await trace(ids.refund ?? "");
    expect(cut).toEqual([]);
    expect(rootSpan.children[0]).toMatchObject({ name: "plan", output: { data: "the plan" } });
  });
  test("payloads of one span alone can be asked for", async () => {
    const { rootSpan, cut } = await trace(ids.refund ?? "", { span: `${ids.refund}.plan` });
    expect(rootSpan.output).toBeUndefined();
    expect(rootSpan.children[0]).toMatchObject({ output: { data: "the plan" } });
    expect(cut).toEqual([]);
  });
  test("why a run waits", async () => {
    const reply = await runsHandlers.getRunWhy(world.call({ params: { id: ids.nap ?? "" } }));
    expect(shown(runsSchemas.getRunWhy, reply)).toMatchObject([
      { gate: "sleep", step: "rest", until_is: "exact" },
    ]);
    const ended = await runsHandlers.getRunWhy(world.call({ params: { id: ids.charge ?? "" } }));
    expect(ended.data).toEqual([]);
  });
});
