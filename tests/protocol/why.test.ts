/** Why a run waits (`waiting[]`), and what became of an event (`outcomes[]`), gate by gate (semantics §6). */
import type { EventOutcome, WaitingReason } from "@stepwell/api";
import { expect, test } from "vitest";
import {
  bodies,
  deploy,
  deployAll,
  deployOne,
  type Options,
  openOwn,
  passed,
  start,
  waitsWith,
  world,
} from "./bench.ts";
import { pass, restart, sendInOrder, useStillWorld } from "./still-world.ts";
import { until } from "./world.ts";

useStillWorld();

const DAY = 86_400_000;
const iso = (at: number): string => new Date(at).toISOString();
const text = (at: number): string => iso(at).replace(".000Z", "Z");

async function waiting(runId: string): Promise<WaitingReason[]> {
  return (await world.json(`/v1/runs/${runId}`)).data.waiting;
}
/** The reasons of a run once there are some of this gate. */
function waitingFor(runId: string, gate: string): Promise<WaitingReason> {
  return until(`run ${runId} waits for ${gate}`, async () =>
    (await waiting(runId)).find((reason) => reason.gate === gate),
  );
}
async function outcome(eventId: string, slug: string): Promise<EventOutcome> {
  const { outcomes } = (await world.json(`/v1/events/${eventId}`)).data;
  return outcomes.find((one: EventOutcome) => one.function_slug === slug);
}
/** Sends one event, routed when this returns. */
async function sent(name: string, data: object = {}, more: object = {}): Promise<string> {
  const [id = ""] = await sendInOrder([{ name, data, ...more }]);
  return id;
}

test("a run behind a limit names the key, the limit, who holds it since when, and how many come first", async () => {
  const { held, release } = bodies();
  const concurrency: Options["concurrency"] = { limit: 1, key: "event.data.org" };
  await deployOne("slots", { concurrency }, ({ event, step }) => step.run("work", held(event.data.id)));
  const since = world.clock.now();
  const ids = await sendInOrder(["a", "b", "c"].map((id) => ({ name: "slots", data: { org: "acme", id } })));
  const [first, second, third] = await Promise.all(ids.map((id) => world.runOf(id)));
  const working = await waitingFor(first?.run_id ?? "", "app");
  expect(working).toMatchObject({ message: expect.stringContaining(`since ${text(since)}`) });
  const reason = await waitingFor(third?.run_id ?? "", "concurrency");
  expect(reason).toMatchObject({
    step: null,
    until: null,
    ahead: 1,
    limit: {
      limit: 1,
      used: 1,
      key_expression: "event.data.org",
      key: "acme",
      scope: "fn",
      counts: "step",
      holders: [{ run_id: first?.run_id, since: iso(since) }],
    },
  });
  expect(reason.message).toBe(
    `1 of 1 allowed calls in flight for event.data.org = "acme", held by ${first?.run_id} (concurrency); 1 call of the same function and keys before it`,
  );
  expect((await waitingFor(second?.run_id ?? "", "concurrency")).ahead).toBe(0);
  for (const id of ["a", "b", "c"]) await release(id);
  const done = await world.ended(third?.run_id ?? "");
  expect(done["waiting"]).toEqual([]);
});

test("a limit that functions share, and one on whole runs, say so", async () => {
  const { held, release } = bodies();
  const shared: Options = { concurrency: { limit: 1, scope: "env", key: "'printer'" } };
  const whole = { concurrency: { fn: [{ limit: 1 }] } } as unknown as Options;
  await deployAll(
    { id: "one", options: shared, handler: ({ step }) => step.run("work", held("one")) },
    { id: "two", options: shared, handler: ({ step }) => step.run("work", () => 1) },
    { id: "whole", options: whole, handler: ({ step }) => step.sleep("rest", "1h") },
  );
  const holder = await start("one");
  await waitingFor(holder.run_id, "app");
  const reason = await waitingFor((await start("two")).run_id, "concurrency");
  expect(reason.limit).toMatchObject({ scope: "env", key: "printer", holders: [{ run_id: holder.run_id }] });
  expect(reason.message).toContain("counted over all functions of the environment");
  await release("one");
  const sleeper = await start("whole");
  await waitsWith(sleeper, "SLEEP");
  const behind = await waitingFor((await start("whole")).run_id, "concurrency");
  expect(behind.limit).toMatchObject({
    counts: "run",
    limit: 1,
    used: 1,
    holders: [{ run_id: sleeper.run_id }],
  });
  expect(behind.message).toContain(`1 of 1 allowed unfinished runs, held by ${sleeper.run_id}`);
});

test("a throttled run knows when its turn is; a start deadline is told with it", async () => {
  await deployOne(
    "paced",
    { throttle: { limit: 1, period: "5s" }, timeouts: { start: "1h" } } as Options,
    () => 1,
  );
  const since = world.clock.now();
  const ids = await sendInOrder([1, 2, 3].map((n) => ({ name: "paced", data: { n } })));
  const runs = await Promise.all(ids.map((id) => world.runOf(id)));
  const second = await waitingFor(runs[1]?.run_id ?? "", "throttle");
  const third = await waitingFor(runs[2]?.run_id ?? "", "throttle");
  expect(second).toMatchObject({ until: iso(since + 5000), until_is: "earliest", ahead: 0 });
  expect(third).toMatchObject({ until: iso(since + 10_000), ahead: 1, limit: { limit: 1, period_ms: 5000 } });
  expect(third.message).toBe(
    `1 per 5 s may start, and they have (throttle); its turn is at ${text(since + 10_000)} at the earliest; 1 call of the same function and keys before it; if it has not started by ${text(since + 3_600_000)}, it is cancelled (timeouts.start)`,
  );
  await pass(5000);
  await world.ended(runs[1]?.run_id ?? "");
  expect(await waitingFor(runs[2]?.run_id ?? "", "throttle")).toMatchObject({
    until: iso(since + 10_000),
    ahead: 0,
  });
  await pass(5000);
  await world.ended(runs[2]?.run_id ?? "");
});

test("sleeps, retries, waits, signals and delayed starts: each with its step and its time", async () => {
  await deployAll(
    { id: "sleeps", handler: ({ step }) => step.sleep("rest", "2h") },
    {
      id: "fails",
      handler: ({ step }) =>
        step.run("charge", () => {
          throw new Error("card declined");
        }),
    },
    {
      id: "awaits",
      handler: ({ step }) =>
        step.waitForEvent("payment", { event: "paid", if: "async.data.id == event.data.id", timeout: "1d" }),
    },
    { id: "signal", handler: ({ step }) => step.waitForSignal("go", { signal: "s-1", timeout: "1d" }) },
    { id: "later", handler: () => 1 },
  );
  const since = world.clock.now();
  const sleeping = await waitingFor((await start("sleeps")).run_id, "sleep");
  expect(sleeping).toMatchObject({ step: "rest", until_is: "exact" });
  expect(sleeping.message).toBe(`it sleeps until ${text(Date.parse(sleeping.until ?? ""))}`);
  const retrying = await waitingFor((await start("fails")).run_id, "retry");
  expect(retrying).toMatchObject({
    step: "charge",
    until_is: "exact",
    retry: { attempt: 2, error: "card declined" },
  });
  expect(retrying.message).toMatch(/^attempt 1 of \d+ failed: card declined; the next one is at 2/);
  const awaiting = await waitingFor((await start({ name: "awaits", data: { id: 7 } })).run_id, "event");
  expect(awaiting).toMatchObject({ step: "payment", until_is: "latest", awaits: { name: "paid" } });
  expect(awaiting.awaits?.expression).toContain("async.data.id");
  expect(Date.parse(awaiting.until ?? "")).toBeGreaterThanOrEqual(since + DAY);
  const signal = await waitingFor((await start("signal")).run_id, "signal");
  expect(signal).toMatchObject({ step: "go", awaits: { name: "s-1", expression: null } });
  const later = await start({ name: "later", ts: since + DAY });
  expect(await waitingFor(later.run_id, "start")).toMatchObject({
    until: iso(since + DAY),
    until_is: "earliest",
    message: `it starts at ${text(since + DAY)}: the time of its event (\`ts\`) lies in the future`,
  });
});

test("an invoke tells why the invoked run waits, and where there is none yet, why not", async () => {
  await deploy((client) => {
    const child = client.createFunction({ id: "child", triggers: [] }, ({ step }) => step.sleep("nap", "1h"));
    const quiet = client.createFunction(
      { id: "quiet", triggers: [], debounce: { period: "1h" } },
      () => "done",
    );
    return [
      child,
      quiet,
      client.createFunction({ id: "parent", triggers: [{ event: "parent" }] }, ({ step }) =>
        step.invoke("call", { function: child, data: {} }),
      ),
      client.createFunction({ id: "patient", triggers: [{ event: "patient" }] }, ({ step }) =>
        step.invoke("ask", { function: quiet, data: {} }),
      ),
    ];
  });
  const parent = await start("parent");
  const reason = await until("the child sleeps", async () => {
    const [found] = await waiting(parent.run_id);
    return found?.invoked?.waiting[0]?.gate === "sleep" && found;
  });
  expect(reason).toMatchObject({ gate: "invoke", step: "call", invoked: { waiting: [{ step: "nap" }] } });
  expect(reason.message).toContain(`: run ${reason.invoked?.run_id}`);
  const patient = await start("patient");
  const held = await until("its debounce is known", async () =>
    (await waiting(patient.run_id)).find(({ message }) => message.includes("debounce")),
  );
  expect(held.message).toMatch(
    /that it has invoked, .*: waits until no other event has come for 1 h; the run starts at/,
  );
});

test("a paused function says so, to runs that stand still and to new events; a drained one too", async () => {
  const { held, release } = bodies();
  await deployOne("stops", {}, async ({ step }) => {
    await step.run("one", held("one"));
    await step.sleep("rest", "1s");
    await step.run("two", () => 2);
  });
  const run = await start("stops");
  await waitingFor(run.run_id, "app");
  await world.fetch("/v2/functions/app-stops/pause", { method: "POST" });
  await release("one");
  // With checkpoints the call goes on to the sleep; without, the next call is held already.
  const reason = await until("it is held", async () => {
    await pass(1000);
    return (await waiting(run.run_id)).find(({ gate }) => gate === "pause");
  });
  expect(reason.message).toBe(
    "the function app-stops is paused; it goes on after `stepwell resume app-stops`",
  );
  const id = await sent("stops");
  expect(await outcome(id, "app-stops")).toMatchObject({
    outcome: "SKIPPED",
    gate: "pause",
    run_id: (await world.runOf(id)).run_id,
    message: expect.stringContaining("the function is paused; `stepwell resume app-stops`"),
  });
  await world.fetch("/v2/functions/app-stops/drain", { method: "POST" });
  await until("it has ended", async () => {
    await pass(1000);
    return (await world.run(run.run_id)).status === "Completed";
  });
  expect(await outcome(await sent("stops"), "app-stops")).toMatchObject({
    outcome: "SKIPPED",
    gate: "drain",
  });
});

test("a run that no worker is free for says so", async () => {
  const { held, release } = bodies();
  const own = await openOwn({
    functions: (client) =>
      ["busy", "idle"].map((id) =>
        client.createFunction({ id, triggers: [{ event: id }] }, ({ step }) => step.run("work", held(id))),
      ),
    server: { queueWorkers: 1, discovery: false },
  });
  await own.sync();
  const ask = async (id: string): Promise<WaitingReason[]> => (await own.json(`/v1/runs/${id}`)).data.waiting;
  const runs: string[] = [];
  for (const name of ["busy", "idle"]) {
    const [id = ""] = await own.send({ name });
    runs.push((await own.runOf(id)).run_id);
    await until("the first one is called", async () => (await ask(runs[0] ?? ""))[0]?.gate === "app");
  }
  expect(await ask(runs[1] ?? "")).toMatchObject([
    { gate: "queue", until: null, message: "every worker of the server is busy (--queue-workers 1)" },
  ]);
  await release("busy");
  await release("idle");
  await own.ended(runs[1] ?? "");
});
