/** What became of an event (`outcomes[]`), gate by gate, also where no run came of it (semantics §1.4, §6). */
import type { EventOutcome } from "@stepwell/api";
import { expect, test } from "vitest";
import { deploy, deployAll, deployOne, start, waitsWith, world } from "./bench.ts";
import { pass, restart, sendInOrder, useStillWorld } from "./still-world.ts";

useStillWorld();

const iso = (at: number): string => new Date(at).toISOString();
const text = (at: number): string => iso(at).replace(".000Z", "Z");

async function outcome(eventId: string, slug: string): Promise<EventOutcome> {
  const { outcomes } = (await world.json(`/v1/events/${eventId}`)).data;
  return outcomes.find((one: EventOutcome) => one.function_slug === slug);
}
/** Sends one event, routed when this returns. */
async function sent(name: string, data: object = {}, more: object = {}): Promise<string> {
  const [id = ""] = await sendInOrder([{ name, data, ...more }]);
  return id;
}

test("dropped by a rate limit or by idempotency: the rule, the key, and when the next one is let through", async () => {
  await deployAll(
    {
      id: "limited",
      options: { rateLimit: { limit: 1, period: "1m", key: "event.data.id" } },
      handler: () => 1,
    },
    { id: "once", options: { idempotency: "event.data.id" }, handler: () => 1 },
  );
  const since = world.clock.now();
  const first = await sent("limited", { id: "a" });
  await pass(10_000);
  const second = await sent("limited", { id: "a" });
  expect(await outcome(first, "app-limited")).toMatchObject({ outcome: "STARTED", gate: null });
  const dropped = {
    outcome: "LIMITED",
    gate: "rateLimit",
    key: "a",
    rule: { limit: 1, periodMs: 60_000 },
    at: iso(since + 10_000),
    until: iso(since + 60_000),
    run_id: null,
    message: `dropped: over 1 per 1 m for event.data.id = "a" (rateLimit); the next one is let through from ${text(since + 60_000)} on`,
  };
  expect(await outcome(second, "app-limited")).toMatchObject(dropped);
  await sent("once", { id: 7 });
  expect(await outcome(await sent("once", { id: 7 }), "app-once")).toMatchObject({
    outcome: "LIMITED",
    gate: "idempotency",
    key: "7",
    message: expect.stringContaining("over 1 per 1 d for event.data.id"),
  });
  await restart(0);
  expect(await outcome(second, "app-limited")).toMatchObject(dropped);
});

test("the same event id again: the run that there is", async () => {
  await deployOne("twice", {}, () => 1);
  const first = await sent("twice", {}, { id: "same" });
  const second = await sent("twice", {}, { id: "same" });
  const { run_id } = await world.runOf(first);
  expect(await outcome(second, "app-twice")).toMatchObject({
    outcome: "DUPLICATE",
    gate: "eventId",
    run_id,
    message: `dropped: an event with the same id has started run ${run_id} less than 24 hours before`,
  });
});

test("a debounce: waits, replaced, too old; and in the end the one run, for each of its events", async () => {
  await deployOne("quiet", { debounce: { period: "5s", key: "event.data.id" } }, () => 1);
  const since = world.clock.now();
  const first = await sent("quiet", { id: "a" }, { ts: since });
  expect(await outcome(first, "app-quiet")).toMatchObject({
    outcome: "DEBOUNCED",
    key: "a",
    rule: { periodMs: 5000 },
    until: iso(since + 5000),
    message: `waits until no other event has come for event.data.id = "a" for 5 s; the run starts at ${text(since + 5000)} (debounce)`,
  });
  await pass(2000);
  const newest = await sent("quiet", { id: "a" }, { ts: since + 2000 });
  const old = await sent("quiet", { id: "a" }, { ts: since - 1000 });
  expect(await outcome(first, "app-quiet")).toMatchObject({
    until: iso(since + 7000),
    message: `replaced by the newer event ${newest} for event.data.id = "a", whose run starts at ${text(since + 7000)} (debounce)`,
  });
  expect(await outcome(old, "app-quiet")).toMatchObject({ outcome: "OUTDATED", run_id: null });
  await pass(5000);
  const { run_id } = await world.runOf(newest);
  const became = { gate: "debounce", run_id };
  expect(await outcome(first, "app-quiet")).toMatchObject({ ...became, outcome: "DEBOUNCED", until: null });
  expect(await outcome(old, "app-quiet")).toMatchObject({ ...became, outcome: "OUTDATED" });
  expect(await outcome(newest, "app-quiet")).toMatchObject({
    ...became,
    outcome: "STARTED",
    key: "a",
    message: `it started run ${run_id} after its debounce`,
  });
});

test("a batch: how many there are and when it starts; then the run, for each of its events", async () => {
  await deployOne("many", { batchEvents: { maxSize: 3, timeout: "10s", key: "event.data.id" } }, () => 1);
  const since = world.clock.now();
  const [a = "", b = ""] = await sendInOrder([1, 2].map(() => ({ name: "many", data: { id: "k" } })));
  for (const id of [a, b])
    expect(await outcome(id, "app-many")).toMatchObject({
      outcome: "BATCHED",
      key: "k",
      rule: { maxSize: 3, timeoutMs: 10_000 },
      until: iso(since + 10_000),
      message: `collected: 2 events of 3 for event.data.id = "k"; the run starts when the batch is full, or at ${text(since + 10_000)} (batchEvents)`,
    });
  const c = await sent("many", { id: "k" });
  const { run_id } = await world.runOf(a);
  for (const id of [b, c]) {
    expect(await outcome(id, "app-many")).toMatchObject({ outcome: "BATCHED", run_id, until: null });
    expect(await world.eventRuns(id)).toMatchObject([{ run_id }]);
    expect((await world.json(`/v2/events/${id}/runs`)).data).toMatchObject([{ id: run_id }]);
  }
  expect(await outcome(a, "app-many")).toMatchObject({ outcome: "STARTED", gate: "batchEvents", run_id });
  const timed = await sent("many", { id: "late" });
  await pass(10_000);
  expect(await outcome(timed, "app-many")).toMatchObject({ run_id: (await world.runOf(timed)).run_id });
});

test("a singleton that skips names the run in its way; trigger conditions and bad keys are told as well", async () => {
  await deployAll(
    {
      id: "single",
      options: { singleton: { mode: "skip", key: "event.data.id" } },
      handler: ({ step }) => step.sleep("rest", "1h"),
    },
    {
      id: "bad-key",
      options: { batchEvents: { maxSize: 2, timeout: "60s", key: "int(event.data.text)" } },
      handler: () => 1,
    },
  );
  const holder = await start({ name: "single", data: { id: "a" } });
  await waitsWith(holder, "SLEEP");
  expect(await outcome(await sent("single", { id: "a" }), "app-single")).toMatchObject({
    outcome: "SKIPPED",
    gate: "singleton",
    key: "a",
    message: expect.stringContaining(`run ${holder.run_id} has not ended (singleton)`),
  });
  expect(await outcome(await sent("bad-key", { text: "x" }), "app-bad-key")).toMatchObject({
    outcome: "REFUSED",
    message: expect.stringContaining("the batch key of app-bad-key cannot be evaluated"),
  });
  await deploy((client) => [
    client.createFunction(
      { id: "choosy", triggers: [{ event: "choosy", if: "event.data.n > 10" }] },
      () => 1,
    ),
  ]);
  expect(await outcome(await sent("choosy", { n: 5 }), "app-choosy")).toMatchObject({
    outcome: "NOT_MATCHED",
    gate: "trigger",
    run_id: null,
    message: "no trigger matches: event.data.n > 10 is not true",
  });
  expect((await world.json(`/v1/events/${await sent("nobody/listens")}`)).data.outcomes).toEqual([]);
});
