/** Priority: the order in which runs of a function begin, and go on (semantics §6.6). */
import { expect, test } from "vitest";
import { bodies, deployOne, type Options, passed, waitsWith, world } from "./bench.ts";
import { counted, pass, runsOfEvents, startedAfter, starts, useStillWorld } from "./still-world.ts";
import { until } from "./world.ts";

useStillWorld();

/** Deploys a function with one request at a time; runs called `holds` go on until they are released. */
async function lineUp(id: string, run: string): Promise<{ ran: string[]; release: () => Promise<void> }> {
  const { ran, body, held, release } = bodies();
  const options: Options = { concurrency: 1, priority: { run } };
  await deployOne(id, options, ({ event: { data }, step }) =>
    step.run("work", data.n === "holds" ? held("holds") : body(data.n)),
  );
  return { ran, release: () => release("holds") };
}

/** Sends an event, and waits until its run is there. */
async function send(name: string, data: object): Promise<string> {
  const [id = ""] = await world.send({ name, data });
  await world.runOf(id);
  return id;
}

async function allEnd(ids: string[]): Promise<void> {
  for (const { run_id } of await runsOfEvents(ids))
    expect((await world.ended(run_id)).status).toBe("Completed");
}

test("P-1: high, sent 2 s after low, starts before it", async () => {
  const { ran, release } = await lineUp("p1", "event.data.high == true ? 5 : 0");
  const sent = [await send("p1", { n: "holds" })];
  await until("it holds", () => ran.length === 1);
  sent.push(await send("p1", { n: "low" }));
  await pass(2000);
  sent.push(await send("p1", { n: "high", high: true }));
  await passed();
  expect(ran).toEqual(["holds"]);
  await release();
  await allEnd(sent);
  expect(ran).toEqual(["holds", "high", "low"]);
});

test("a high run that comes too late to make up for it stays behind", async () => {
  const { ran, release } = await lineUp("p-late", "event.data.high == true ? 5 : 0");
  const sent = [await send("p-late", { n: "holds" })];
  await until("it holds", () => ran.length === 1);
  sent.push(await send("p-late", { n: "low" }));
  await pass(5001);
  sent.push(await send("p-late", { n: "high", high: true }));
  await release();
  await allEnd(sent);
  expect(ran).toEqual(["holds", "low", "high"]);
});

test("P-2: a factor of -10 makes a run start 10 s after its event, also when nothing else waits", async () => {
  await deployOne("p2", { priority: { run: "-10" } }, () => 1);
  const since = world.clock.now();
  const id = await send("p2", {});
  await pass(9999);
  expect(startedAfter("app-p2", since)).toEqual([]);
  expect(await world.runOf(id)).toMatchObject({ status: "Queued" });
  await pass(1);
  expect(startedAfter("app-p2", since)).toEqual([10_000]);
  await allEnd([id]);
});

test("P-3: an expression that yields text counts as 0", async () => {
  const { ran, release } = await lineUp("p3", "event.data.p");
  const sent = [await send("p3", { n: "holds", p: "-3600" })];
  await until("it starts at once", () => ran.length === 1);
  sent.push(await send("p3", { n: "first" }));
  await pass(1000);
  sent.push(await send("p3", { n: "second", p: "3600" }));
  await release();
  await allEnd(sent);
  expect(ran).toEqual(["holds", "first", "second"]);
});

test("X-8: a whole number of the event is taken as it is, a fraction as 0", async () => {
  const { ran, release } = await lineUp("x8", "event.data.p");
  const sent = [await send("x8", { n: "holds", p: 0 })];
  await until("it holds", () => ran.length === 1);
  sent.push(await send("x8", { n: "first" }));
  await pass(110_000);
  sent.push(await send("x8", { n: "fraction", p: 119.5 }), await send("x8", { n: "whole", p: 120 }));
  await release();
  await allEnd(sent);
  expect(ran).toEqual(["holds", "whole", "first", "fraction"]);
});

test("a run keeps its priority for the requests after its first", async () => {
  const { ran, body, held, release } = bodies();
  const options: Options = { concurrency: 1, priority: { run: "event.data.high == true ? 60 : 0" } };
  await deployOne("p-later", options, async ({ event: { data }, step }) => {
    if (data.n === "holds") return step.run("hold", held("holds"));
    await step.sleep("nap", data.nap);
    return step.run("work", body(data.n));
  });
  const since = world.clock.now();
  const sent = [await send("p-later", { n: "low", nap: "1m" })];
  await pass(1000);
  sent.push(await send("p-later", { n: "high", nap: "2m", high: true }));
  for (const run of await runsOfEvents(sent)) await waitsWith(run, "SLEEP");
  await passed();
  sent.push(await send("p-later", { n: "holds" }));
  await until("it holds", () => ran.length === 1);
  await pass(180_000, 60_000);
  await counted("app-p-later", 3);
  expect(starts("app-p-later", since)).toHaveLength(3);
  await release("holds");
  await allEnd(sent);
  expect(ran).toEqual(["holds", "high", "low"]);
});
