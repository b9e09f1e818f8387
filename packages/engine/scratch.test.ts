import { afterEach, describe, expect, test } from "vitest";
import { BEGIN, type FlowWorld, fn, invokeOp, openWorld, planned, returned, sleepOp } from "./fixtures/flow-world.ts";
const worlds: FlowWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});
async function open(...given: Parameters<typeof openWorld>): Promise<FlowWorld> {
  const world = await openWorld(...given);
  worlds.push(world);
  return world;
}
const debounce = { periodMs: 5000 };
test("F3 rerun of a debounced", async () => {
    const world = await open({}, fn("f", { debounce }));
    await world.send("f");
    await world.calm();
    world.clock.to(BEGIN + 5000);
    await world.calm();
    const [first] = await world.runs("f");
    await expect(world.engine.rerun(first?.id ?? "", null)).rejects.toMatchObject({ code: "rerun_put_off" });
    world.clock.to(BEGIN + 10000);
    await world.calm();
    expect(await world.runs("f")).toHaveLength(2);
});
test("F6", async () => {
    const world = await open({}, fn("f"));
    await world.engine.setMode("app-f", "paused");
    await world.send("f", {}, { externalId: "same" });
    await world.calm();
    await world.engine.setMode("app-f", "active");
    await world.send("f", {}, { externalId: "same" });
    await world.calm();
    expect(await world.statuses("f")).toEqual(["skipped", "running"]);
});
test("F7 batch paused with invokes", async () => {
    const world = await open({}, fn("f", { batch: { maxSize: 3, timeoutMs: 5000 } }), fn("parent"));
    await world.send("parent");
    await world.until("call", () => world.calls.length === 1);
    world.calls[0]?.answer(planned(invokeOp("i", "app-f")));
    await world.calm();
    await world.engine.setMode("app-f", "paused");
    world.clock.to(BEGIN + 5000);
    await world.calm();
    expect(await world.statuses("f")).toEqual(["skipped"]);
    expect(world.calls).toHaveLength(1);
});
test("F7b batch archived with invokes", async () => {
    const world = await open({}, fn("f", { batch: { maxSize: 3, timeoutMs: 5000 } }), fn("parent"));
    await world.send("parent");
    await world.until("call", () => world.calls.length === 1);
    world.calls[0]?.answer(planned(invokeOp("i", "app-f")));
    await world.calm();
    await world.sync(fn("parent"));
    world.clock.to(BEGIN + 5000);
    await world.calm();
    expect(world.calls).toHaveLength(1);
});
test("F10 pool moved", async () => {
    const own = (limit: number) => ({ limit, scope: "fn" as const });
    const shared = { limit: 9, key: "'g'", scope: "account" as const };
    const world = await open({}, fn("f", { concurrency: [own(1)] }));
    for (let n = 0; n < 3; n += 1) await world.send("f");
    await world.calm();
    expect(world.calls).toHaveLength(1);
    await world.sync(fn("f", { concurrency: [own(1), shared] }));
    await world.calm();
    await world.sync(fn("f", { concurrency: [own(3), shared] }));
    await world.calm();
    expect(world.calls).toHaveLength(3);
});
test("F5 throttle cells", async () => {
    const world = await open({ queueWorkers: 100 }, fn("f", { throttle: { limit: 1, periodMs: 1000, burst: 0, key: "event.data.n" } }));
    for (let n = 0; n < 30; n += 1) await world.send("f", { n });
    await world.calm();
    for (const call of [...world.calls]) call.answer(returned(1));
    await world.calm();
    for (const call of [...world.calls]) call.answer(returned(1));
    await world.calm();
    world.clock.to(BEGIN + 100000);
    await world.send("f", { n: 99 });
    await world.calm();
    const fnId = (await world.store.read.functions())[0]?.id;
    const names = Array.from({ length: 30 }, (_, n) => `throttle:${JSON.stringify([fnId, "event.data.n", String(n)])}`);
    await world.store.commit({}, 1, () => ({ write: [{ insert: "nudges", row: { pool: "zz", lane: null, cells: names, score: null, gone: null } }], reply: null }));
    const seen = await world.store.commit({ pool: { pool: "zz", want: 0, limits: () => 1 } }, 1, (s) => ({ write: [], reply: s.pool }));
    expect(seen === "busy" ? -1 : seen.cells.size).toBe(0);
});
test("starve: B has room by its own number but A's many lanes are first", async () => {
    const a = { limit: 1, key: "'g'", scope: "account" as const };
    const b = { limit: 5, key: "'g'", scope: "account" as const };
    const many = { limit: 1, key: "event.data.n", scope: "fn" as const };
    const world = await open({ queueWorkers: 100 }, fn("a", { concurrency: [a, many] }), fn("b", { concurrency: [b] }));
    for (let n = 0; n < 30; n += 1) await world.send("a", { n });
    await world.calm();
    world.clock.to(BEGIN + 1000);
    for (let n = 0; n < 6; n += 1) await world.send("b", { n });
    await world.calm();
    console.log(world.calls.map((c) => c.slug).join());
    for (const call of world.calls.filter((c) => c.slug === "b")) call.answer(returned(1));
    await world.calm();
    console.log(world.calls.map((c) => c.slug).join());
    expect(world.calls.filter((c) => c.slug === "b")).toHaveLength(2);
});
