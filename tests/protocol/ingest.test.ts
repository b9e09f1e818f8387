/** Events in, and how events and runs are read back (semantics §3.1, wire.md §9, §10). */
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { openOwn } from "./bench.ts";
import { EVENT_KEY, type RunView, until, type World, type WorldOptions } from "./world.ts";

async function open(functions: WorldOptions["functions"]): Promise<World> {
  const world = await openOwn({ functions });
  await world.sync();
  return world;
}

/** One function that returns the event it was given. */
const echo =
  (event: string): WorldOptions["functions"] =>
  (client) => [client.createFunction({ id: "echo", triggers: [{ event }] }, (ctx) => ctx.event)];

interface Answer {
  status: number;
  body: { ids?: string[]; status?: number; error?: string };
}

async function post(world: World, body: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${world.server.url}/e/${EVENT_KEY}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  return { status: response.status, body: (await response.json()) as Answer["body"] };
}

/** The event that the only run of an event was given. */
async function seenBy(world: World, eventId: string): Promise<Record<string, unknown>> {
  const run = await world.ended((await world.runOf(eventId)).run_id);
  expect(run.status).toBe("Completed");
  return run.output as Record<string, unknown>;
}

test("T-4: names that start with inngest/ are refused, in any case", async () => {
  const world = await open(echo("inngest/*"));
  for (const name of ["inngest/anything", "Inngest/x", "INNGEST/function.invoked"]) {
    const { status, body } = await post(world, JSON.stringify([{ name, data: {} }]));
    expect(status).toBe(400);
    expect(body.status).toBe(400);
    expect(body.error).toContain(name);
    expect(body.error).toMatch(/reserved/);
  }
  // The name only has to start differently.
  expect((await post(world, JSON.stringify([{ name: "my/inngest/x" }]))).status).toBe(200);
  expect((await world.json("/v1/events")).data.map((row: { name: string }) => row.name)).toEqual([
    "my/inngest/x",
  ]);
});

test("T-5: a bad event in a list answers 400, and the events before it run", async () => {
  const world = await open(echo("ok"));
  const { status, body } = await post(world, JSON.stringify([{ name: "ok" }, { data: {} }, { name: "ok" }]));
  expect(status).toBe(400);
  expect(body.status).toBe(400);
  expect(body.error).toMatch(/2 of 3.*name/);
  const rows = (await world.json("/v1/events?name=ok")).data as { internal_id: string }[];
  expect(rows).toHaveLength(1);
  expect((await seenBy(world, rows[0]?.internal_id ?? "")).name).toBe("ok");
});

test("T-6: 5 001 events in one request are an error, 5 000 are accepted", async () => {
  const world = await open(echo("listened"));
  const events = (count: number) =>
    JSON.stringify(Array.from({ length: count }, (_, n) => ({ name: "bulk", data: { n } })));
  const refused = await post(world, events(5_001));
  expect(refused.status).toBe(400);
  expect(refused.body.error).toMatch(/5,?000/);
  expect((await world.json("/v1/events?name=bulk")).data).toEqual([]);
  const accepted = await post(world, events(5_000));
  expect(accepted.status).toBe(200);
  expect(new Set(accepted.body.ids).size).toBe(5_000);
  const last = await world.json(`/v1/events/${accepted.body.ids?.at(-1)}`);
  expect(last.data.data).toEqual({ n: 4_999 });
});

test("T-7: the fields of a form become lists of texts in `data`", async () => {
  const world = await open(echo("form/posted"));
  const encoded = await fetch(`${world.server.url}/e/${EVENT_KEY}`, {
    method: "POST",
    body: new URLSearchParams([
      ["name", "form/posted"],
      ["a", "1"],
      ["b", "x"],
      ["b", "ü"],
    ]),
  });
  const form = new FormData();
  form.set("name", "form/posted");
  form.set("a", "1");
  const multipart = await fetch(`${world.server.url}/e/${EVENT_KEY}`, { method: "POST", body: form });
  const [first = "", second = ""] = await Promise.all(
    [encoded, multipart].map(async (response) => {
      expect(response.status).toBe(200);
      return ((await response.json()) as { ids: string[] }).ids[0];
    }),
  );
  expect((await seenBy(world, first)).data).toEqual({ a: ["1"], b: ["x", "ü"] });
  expect((await seenBy(world, second)).data).toEqual({ a: ["1"] });
});

test("T-8: `data._inngest` of a user's event is not seen by the function", async () => {
  const world = await open(echo("sneaky"));
  const data = { _inngest: { fn_id: "app-other", expire: 1 }, kept: { _inngest: "deeper is the user's" } };
  const [id = ""] = await world.send({ name: "sneaky", data });
  expect((await seenBy(world, id)).data).toEqual({ kept: data.kept });
  // Nor has it been on the wire: SDKs would hide it.
  expect(world.app.calls("app-echo")[0]?.body).not.toContain("app-other");
  expect((await world.json(`/v1/events/${id}`)).data.data).toEqual({ kept: data.kept });
});

test("W-60: a list of three events answers three ids in their order, and `status` 200", async () => {
  const world = await open(echo("listened"));
  const names = ["one", "two", "three"];
  const { status, body } = await post(world, JSON.stringify(names.map((name) => ({ name }))));
  expect(status).toBe(200);
  expect(body.status).toBe(200);
  expect(body.error).toBeUndefined();
  expect(body.ids).toHaveLength(3);
  for (const [index, id] of (body.ids ?? []).entries()) {
    expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect((await world.json(`/v1/events/${id}`)).data.name).toBe(names[index]);
  }
  // The real SDK takes the answer as well.
  const sent = await world.client.send(names.map((name) => ({ name, data: {} })));
  expect(sent.ids).toHaveLength(3);
});

test("W-61: the same seed twice gives the same ids and one run each", async () => {
  const world = await open(echo("seeded"));
  const seed = { "x-inngest-event-id-seed": `1700000000000,${randomBytes(10).toString("base64")}` };
  const events = JSON.stringify([{ name: "seeded" }, { name: "seeded" }, { name: "seeded" }]);
  const first = await post(world, events, seed);
  for (const id of first.body.ids ?? []) await seenBy(world, id);
  const second = await post(world, events, seed);
  expect(second).toEqual(first);
  expect(new Set(first.body.ids).size).toBe(3);
  const [last = ""] = await world.send({ name: "seeded" });
  await seenBy(world, last);
  for (const id of first.body.ids ?? []) expect(await world.eventRuns(id)).toHaveLength(1);
  expect(world.app.calls("app-echo")).toHaveLength(4);
});

test("W-63: the runs of an event can be asked for right after the send, and are never 404", async () => {
  const world = await open(echo("asked"));
  for (let n = 0; n < 20; n += 1) {
    const [id = ""] = await world.send({ name: n % 2 === 0 ? "asked" : "unheard" });
    const response = await world.fetch(`/v1/events/${id}/runs`);
    expect(response.status).toBe(200);
    const runs = ((await response.json()) as { data: RunView[] }).data;
    expect(runs.length).toBeLessThanOrEqual(n % 2 === 0 ? 1 : 0);
    if (n % 2 === 0) expect((await world.runOf(id)).event_id).toBe(id);
  }
  expect((await world.fetch("/v1/events/01HF000000000000000000000A/runs")).status).toBe(404);
});

test("W-64: GET /v1/runs/{id} has the documented keys and status words", async () => {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const world = await open((client) => [
    client.createFunction({ id: "good", name: "Good one", triggers: [{ event: "go" }] }, async () => {
      await held;
      return { fine: true };
    }),
    client.createFunction({ id: "bad", retries: 0, triggers: [{ event: "go" }] }, () => {
      throw new TypeError("as planned");
    }),
    client.createFunction({ id: "napper", triggers: [{ event: "go" }] }, ({ step }) =>
      step.sleep("nap", "1h"),
    ),
  ]);
  const before = world.clock.now();
  const [eventId = ""] = await world.send({ name: "go" });
  const runs = await waitForRuns(world, eventId, 3);
  const bySlug = (slug: string) => runs.find((run) => run.function_slug === slug)?.run_id ?? "";

  expect((await started(world, bySlug("app-good"))).status).toBe("Running");
  expect((await world.run(bySlug("app-good"))).ended_at).toBeNull();
  release();
  const good = await world.ended(bySlug("app-good"));
  expect(good).toMatchObject({
    status: "Completed",
    output: { fine: true },
    event_id: eventId,
    function_version: 1,
    function_name: "Good one",
    batch_id: null,
    original_run_id: null,
    cron: null,
  });
  expect(good.run_id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
  expect(good.function_id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(Object.keys(good)).toContain("environment_id");
  const times = [good.run_started_at, good.ended_at].map((text) => Date.parse(text ?? ""));
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(times[0]).toBeGreaterThanOrEqual(before);

  const bad = await world.ended(bySlug("app-bad"));
  expect(bad.status).toBe("Failed");
  expect(bad.output).toMatchObject({ name: "TypeError", message: "as planned" });
  expect((bad.output as { stack: string }).stack).toContain("as planned");

  const cancel = await world.fetch(`/v1/runs/${bySlug("app-napper")}`, { method: "DELETE" });
  expect(cancel.status).toBe(200);
  expect((await world.ended(bySlug("app-napper"))).status).toBe("Cancelled");
});

function waitForRuns(world: World, eventId: string, count: number): Promise<RunView[]> {
  return until(`${count} runs of ${eventId}`, async () => {
    const runs = await world.eventRuns(eventId);
    return runs.length === count && runs;
  });
}

function started(world: World, runId: string): Promise<RunView> {
  return until(`run ${runId} starts`, async () => {
    const run = await world.run(runId);
    if (run.status === "Queued") expect(run.run_started_at).toBeNull();
    return run.status !== "Queued" && run;
  });
}
