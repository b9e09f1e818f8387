/** Singleton: one unfinished run per key; a new one is skipped, or takes the place of the old one (semantics §6.8). */
import { expect, test } from "vitest";
import {
  completed,
  deployAll,
  deployOne,
  type Handler,
  HOUR,
  type Options,
  passed,
  rootSpan,
  start,
  waitsWith,
  world,
} from "./bench.ts";
import { referenceFunction } from "./sdk.ts";
import { pass, restart, runsOf, starts, statusesOf, useStillWorld } from "./still-world.ts";

useStillWorld();

const nap: Handler = async ({ event, step }) => {
  await step.sleep("nap", "1h");
  return event.data;
};
const single = (id: string, singleton: Options["singleton"], more: Options = {}) =>
  deployOne(id, { singleton, ...more } as Options, nap);
const sent = (name: string, data: object = {}) => start({ name, data });
const statusOf = async ({ run_id }: { run_id: string }) => (await world.run(run_id)).status;

test("S-1, TR-11: mode skip: an event during a run makes a skipped run that names its reason and that run", async () => {
  await single("s1", { mode: "skip" });
  const first = await sent("s1", { n: 1 });
  await waitsWith(first, "SLEEP");
  const second = await sent("s1", { n: 2 });
  expect(second.status).toBe("Skipped");
  expect(await rootSpan(second)).toMatchObject({
    status: "SKIPPED",
    skipReason: "Singleton",
    skipExistingRunID: first.run_id,
    startedAt: null,
    children: [],
  });
  expect(await rootSpan(first)).not.toHaveProperty("skipReason");
  expect(await world.json(`/v2/runs/${second.run_id}`)).toMatchObject({ data: { status: "SKIPPED" } });
  world.advance(HOUR);
  await completed(first, { n: 1 });
  await passed();
  expect(starts("app-s1", 0).map(({ runId }) => runId)).toEqual([first.run_id]);
  expect(await statusOf(second)).toBe("Skipped");
});

test("S-2: mode cancel: an event during a run cancels that run, and its own completes", async () => {
  const ended: string[] = [];
  const singleton: Options["singleton"] = { mode: "cancel" };
  await deployAll(
    { id: "s2", options: { singleton }, handler: nap },
    { id: "inngest/function.cancelled", handler: ({ event }: any) => ended.push(event.data.run_id) },
  );
  const first = await sent("s2", { n: 1 });
  await waitsWith(first, "SLEEP");
  const second = await sent("s2", { n: 2 });
  expect((await world.ended(first.run_id)).status).toBe("Cancelled");
  await waitsWith(second, "SLEEP");
  await passed();
  expect(ended).toEqual([first.run_id]);
  world.advance(HOUR);
  await completed(second, { n: 2 });
  expect(await statusesOf("app-s2")).toEqual(["CANCELLED", "COMPLETED"]);
});

test("S-3: runs of different keys do not know of each other", async () => {
  for (const mode of ["skip", "cancel"] as const) {
    const id = `s3-${mode}`;
    await single(id, { mode, key: "event.data.id" });
    const [a, b] = [await sent(id, { id: "a" }), await sent(id, { id: "b" })];
    for (const run of [a, b]) await waitsWith(run, "SLEEP");
    await sent(id, { id: "a", again: true });
    await passed();
    world.advance(HOUR);
    await completed(b, { id: "b" });
    expect(await statusesOf(`app-${id}`)).toHaveLength(3);
    expect(await statusOf(a)).toBe(mode === "skip" ? "Completed" : "Cancelled");
  }
});

test("S-4: after a run has completed, failed or been cancelled the next one runs", async () => {
  await deployOne("s4", { singleton: { mode: "skip" }, retries: 0 }, async ({ event, step }) => {
    await step.sleep("nap", "1h");
    if (event.data.breaks) throw new Error("broke");
    return event.data;
  });
  const done = await sent("s4", { n: 1 });
  await waitsWith(done, "SLEEP");
  world.advance(HOUR);
  await completed(done, { n: 1 });
  const broken = await sent("s4", { breaks: true });
  await waitsWith(broken, "SLEEP");
  world.advance(HOUR);
  expect((await world.ended(broken.run_id)).status).toBe("Failed");
  const cancelled = await sent("s4", { n: 3 });
  await waitsWith(cancelled, "SLEEP");
  await world.fetch(`/v1/runs/${cancelled.run_id}`, { method: "DELETE" });
  const last = await sent("s4", { n: 4 });
  await waitsWith(last, "SLEEP");
  world.advance(HOUR);
  await completed(last, { n: 4 });
});

test("a key that is missing or false is no singleton, and a queued run holds the place, too", async () => {
  await single("s-key", { mode: "skip", key: "event.data.id" });
  await Promise.all([sent("s-key"), sent("s-key"), sent("s-key", { id: false })]);
  expect(await statusesOf("app-s-key")).toHaveLength(3);
  expect(await statusesOf("app-s-key")).not.toContain("SKIPPED");

  await single("s-queued", { mode: "skip" }, { throttle: { limit: 1, period: "1h" } });
  const throttled = await sent("s-queued");
  await waitsWith(throttled, "SLEEP");
  world.advance(HOUR - 1);
  await world.fetch(`/v1/runs/${throttled.run_id}`, { method: "DELETE" });
  const queued = await sent("s-queued");
  await passed();
  expect(await statusOf(queued)).toBe("Queued");
  const skipped = await sent("s-queued");
  expect(skipped.status).toBe("Skipped");
  expect((await rootSpan(skipped)).skipExistingRunID).toBe(queued.run_id);
});

test("of events that come together one wins, in either mode", async () => {
  for (const mode of ["skip", "cancel"] as const) {
    const id = `s-race-${mode}`;
    await single(id, { mode });
    const holder = await sent(id, { n: 0 });
    await waitsWith(holder, "SLEEP");
    await world.send([1, 2, 3, 4].map((n) => ({ name: id, data: { n } })));
    await passed();
    await passed();
    world.advance(HOUR);
    await passed();
    const statuses = await statusesOf(`app-${id}`);
    expect(statuses).toHaveLength(5);
    expect(statuses.filter((status) => status === "COMPLETED")).toHaveLength(1);
    expect(statuses[0]).toBe(mode === "skip" ? "COMPLETED" : "CANCELLED");
    expect(statuses).not.toContain("QUEUED");
    expect(statuses).not.toContain("RUNNING");
  }
});

test("the place is still held after a restart, and free once its run has ended meanwhile", async () => {
  await single("s-restart", { mode: "skip" });
  const first = await sent("s-restart", { n: 1 });
  await waitsWith(first, "SLEEP");
  await restart(HOUR / 2);
  expect((await sent("s-restart", { n: 2 })).status).toBe("Skipped");
  await restart(HOUR / 2);
  await completed(first, { n: 1 });
  const third = await sent("s-restart", { n: 3 });
  await waitsWith(third, "SLEEP");
  await pass(HOUR);
  await completed(third, { n: 3 });
});

test("a step that invokes a function whose place is held fails instead of waiting", async () => {
  await deployAll(
    {
      id: "s-caller",
      handler: async ({ step }) => {
        try {
          return await step.invoke("call", { function: referenceFunction({ functionId: "s-invoked" }) });
        } catch (error) {
          return `caught ${(error as Error).message}`;
        }
      },
    },
    { id: "s-invoked", options: { singleton: { mode: "skip" } }, handler: nap },
  );
  await waitsWith(await sent("s-invoked"), "SLEEP");
  await completed(await start("s-caller"), "caught the invoked run was skipped: Singleton");
  expect((await runsOf("app-s-invoked")).map(({ status }) => status)).toEqual(["RUNNING", "SKIPPED"]);
});
