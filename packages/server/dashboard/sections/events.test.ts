/** Events of the dashboard's API: the list, one event, sending one, and schemas of what was seen. */
import type { EventLine } from "@stepwell/api/dashboard";
import { eventsSchemas } from "@stepwell/api/dashboard/schemas";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { shown } from "../fixtures/acts-world.ts";
import { type DataWorld, everyWay, openDataWorld } from "../fixtures/data-world.ts";
import { eventsHandlers } from "./events.ts";

let world: DataWorld;
beforeEach(async () => {
  const { charge, refund, batch, single } = everyWay;
  if (!charge || !refund || !batch || !single) throw new Error("the fixture has changed");
  const config = {
    triggers: [{ event: "charge", expression: "event.data.skip != true" }, { cron: "0 0 1 1 *" }],
  };
  world = await openDataWorld({ charge: { ...charge, config }, refund, batch, single });
});
afterEach(() => world.stop());

async function list(query: { q?: string; internal?: boolean; cursor?: string; limit?: number } = {}) {
  const reply = await eventsHandlers.listEvents(world.call({ query }));
  return { ...reply, lines: shown(eventsSchemas.listEvents, reply) };
}
const ids = async (q: string) => (await list({ q })).lines.map(({ id }) => id);
const detail = async (id: string) =>
  shown(eventsSchemas.getEvent, await eventsHandlers.getEvent(world.call({ params: { id } })));
const send = async (body: object) => eventsHandlers.sendEvent(world.call({ body: body as { name: string } }));
const schema = async (name: string) =>
  shown(eventsSchemas.getEventSchema, await eventsHandlers.getEventSchema(world.call({ params: { name } })));

describe("listEvents", () => {
  it("shows names, times, sizes and runs, and no payloads", async () => {
    const run = await world.run("charge", { userId: "u 1" });
    const { lines, page } = await list();
    expect(page).toEqual({ next: null, limit: 50 });
    const [line] = lines as [EventLine];
    expect(line).toMatchObject({ id: run.eventId, externalId: run.eventId, name: "charge", internal: false });
    expect(line.runs).toMatchObject([{ id: run.id, status: "completed", function: { slug: "shop-charge" } }]);
    expect(Object.keys(line)).not.toContain("payload");
    const { payload } = await detail(run.eventId);
    expect(line.bytes).toBe(Buffer.byteLength(JSON.stringify(payload)));
  });

  it("finds by name, id, payload, word and time", async () => {
    const a = await world.send("shop/a", { userId: "u 1", n: 1 });
    world.clock.to(world.clock.now() + 60_000);
    const b = await world.send("shop/b", { userId: "u 2", n: 2 });
    const c = await world.send("other", { text: "Straße" });
    await send({ name: "named", id: "mine-1", data: {} });
    const [own] = (await list({ q: "id:mine-1" })).lines;
    expect(own).toMatchObject({ externalId: "mine-1", name: "named" });
    const cases: [string, string[]][] = [
      ["name:shop/a", [a]],
      ["name:shop/a,shop/b", [b, a]],
      ["name:shop/*", [b, a]],
      ["name:shop/* -name:shop/a", [b]],
      ["name:shop/a name:shop/b", []],
      [`id:${b}`, [b]],
      [`id:${b} name:shop/a`, []],
      [`id:${b},${a}`, [b, a]],
      [`-id:${own?.id} -name:shop/*`, [c]],
      ["id:nobody", []],
      ['event.data.userId:"u 1"', [a]],
      ["event.data.n:2", [b]],
      ["STRASSE", []],
      ["straße", [c]],
      ["name:shop/* since:30s", [b]],
      ["name:shop/* until:30s", [a]],
      [`id:${b} until:30s`, []],
    ];
    for (const [q, expected] of cases) expect([q, await ids(q)]).toEqual([q, expected]);
  });

  it("since includes its instant, until does not", async () => {
    const id = await world.send("shop/a");
    const at = new Date(world.clock.now()).toISOString();
    expect(await ids(`name:shop/a since:${at}`)).toEqual([id]);
    expect(await ids(`name:shop/a until:${at}`)).toEqual([]);
  });

  it("goes on by pages, also in a search", async () => {
    for (let n = 0; n < 5; n += 1) await world.send("shop/a", { n });
    for (const q of ["name:shop/a", "name:shop/*", "event.data.n:*"]) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const { lines, page } = await list({ q, limit: 2, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...lines.map(({ id }) => id));
        cursor = page?.next ?? undefined;
      } while (cursor !== undefined);
      expect(new Set(seen).size).toBe(5);
      expect(seen).toEqual(await ids(q));
    }
  });

  it("hides the server's own events until they are asked for", async () => {
    await world.run("refund");
    const own = await world.until("the server's own event", async () => {
      const { lines } = await list({ internal: true });
      return lines.find(({ name }) => name === "inngest/function.failed") ?? null;
    });
    expect(own.internal).toBe(true);
    expect((await list()).lines.map(({ name }) => name)).toEqual(["refund"]);
    expect(await ids("name:inngest/function.failed")).toEqual([own.id]);
    expect(await ids(`id:${own.id}`)).toEqual([own.id]);
    for (const q of ["name:inngest/function.failed", `id:${own.id}`])
      expect((await list({ q, internal: false })).lines).toEqual([]);
  });

  test("a filter with an error, and a cursor that is no id, are refused", async () => {
    await expect(list({ q: "status:failed" })).rejects.toMatchObject({ code: "query_invalid" });
    await expect(list({ cursor: "x" })).rejects.toMatchObject({ code: "id_malformed" });
  });
});

describe("getEvent", () => {
  it("says what became of it, function by function", async () => {
    const run = await world.run("charge", { a: 1 });
    expect((await detail(run.eventId)).outcomes).toMatchObject([
      { function_slug: "shop-charge", outcome: "STARTED", run_id: run.id },
    ]);
    const skipped = await world.send("charge", { skip: true });
    await world.until("its routing", async () => {
      const { outcomes } = await detail(skipped);
      return outcomes[0]?.outcome === "NOT_MATCHED";
    });
    const { runs, payload } = await detail(skipped);
    expect(runs).toEqual([]);
    expect(payload).toMatchObject({ name: "charge", data: { skip: true } });
  });

  it("of a batch: the second event knows the run, too", async () => {
    await world.send("batch", { n: 1 });
    const second = await world.send("batch", { n: 2 });
    const { runs } = await world.until("the run of the batch", async () => {
      const found = await detail(second);
      return found.runs.length === 1 ? found : null;
    });
    expect(runs[0]?.function.slug).toBe("shop-batch");
  });

  test("of none: not found", async () => {
    await expect(detail("01KAV000000000000000000RN1")).rejects.toMatchObject({ code: "not_found" });
    await expect(detail("x")).rejects.toMatchObject({ code: "id_malformed" });
  });
});

describe("sendEvent", () => {
  it("answers the server's id, and the event is there", async () => {
    const body = { name: "shop/a", data: { n: 1 }, user: { id: "u" }, id: "mine", ts: world.clock.now() + 5 };
    expect(eventsSchemas.sendEvent.body?.parse(body)).toEqual(body);
    const reply = await send(body);
    const { id } = shown(eventsSchemas.sendEvent, reply);
    expect(reply).toMatchObject({ target: `event ${id}`, detail: { name: "shop/a" } });
    expect(JSON.stringify(reply.detail)).not.toContain("mine");
    expect(await detail(id)).toMatchObject({
      externalId: "mine",
      payload: { name: "shop/a", data: { n: 1 }, user: { id: "u" }, id: "mine", ts: body.ts },
    });
  });

  test.each<[object, string, RegExp]>([
    [{ name: "" }, "event_invalid", /`name` is missing/],
    [{ name: "inngest/x" }, "event_name_reserved", /belong to the server/],
    [{ name: "a", ts: 1_700_000_000 }, "event_invalid", /looks like seconds/],
    [{ name: "x".repeat(513) }, "event_invalid", /at most 512/],
    [{ name: "a", data: { x: "y".repeat(3 * 1024 * 1024) } }, "event_too_large", /3 MiB/],
  ])("refuses what the event endpoint refuses, in its words (%#)", async (body, code, message) => {
    await expect(send(body)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect((await list({ internal: true })).lines).toEqual([]);
  });

  test("its schema knows the fields, and no others", () => {
    const { body } = eventsSchemas.sendEvent;
    for (const wrong of [{}, { name: 1 }, { name: "a", data: [] }, { name: "a", extra: 1 }, [], null])
      expect(body?.safeParse(wrong).success).toBe(false);
  });

  it("takes hostile data as data", async () => {
    const data = JSON.parse(
      '{"a":{"__proto__":{"polluted":1}},"c":"\\u0000\\u001b[31m\\u202e","<b>":"</script>"}',
    );
    const { id } = (await send({ name: "odd", data })).data;
    const { payload } = await detail(id);
    expect(JSON.stringify((payload as { data: object }).data)).toBe(JSON.stringify(data));
    const large = { text: "é".repeat(500_000) };
    const { id: largeId } = (await send({ name: "odd", data: large })).data;
    const [line] = (await list({ q: `id:${largeId}` })).lines;
    expect(line?.bytes).toBeGreaterThan(1_000_000);
    expect(await ids("event.data.c:*")).toEqual([id]);
  });
});

describe("event types and their schemas", () => {
  it("lists names that were seen, and names that functions wait for", async () => {
    await world.run("refund");
    const types = shown(eventsSchemas.listEventTypes, await eventsHandlers.listEventTypes(world.call()));
    expect(types).toEqual([
      { name: "batch", lastSeenAt: null, functions: ["shop-batch"] },
      { name: "charge", lastSeenAt: null, functions: ["shop-charge"] },
      { name: "refund", lastSeenAt: new Date(world.clock.now()).toISOString(), functions: ["shop-refund"] },
      { name: "single", lastSeenAt: null, functions: ["shop-single"] },
    ]);
  });

  it("tells what data of a name looked like, by the newest hundred", async () => {
    await world.send("shop/a", { old: true });
    for (let n = 0; n < 100; n += 1) await world.send("shop/a", { n, name: `n${n}` });
    expect(await schema("shop/a")).toEqual({
      name: "shop/a",
      samples: 100,
      schema: expect.objectContaining({
        type: "object",
        properties: { n: { type: "integer" }, name: { type: "string" } },
        required: ["n", "name"],
      }),
      example: { n: 99, name: "n99" },
    });
  });

  it("knows nothing of a name that was never seen", async () => {
    expect(await schema("nobody")).toEqual({ name: "nobody", schema: null, samples: 0, example: null });
  });

  it("reads no more than some megabytes, and shows no huge example", async () => {
    for (let n = 0; n < 30; n += 1) await world.send("large", { n, text: "x".repeat(500_000) });
    const found = await schema("large");
    expect(found.samples).toBeLessThan(30);
    expect(found).toMatchObject({ example: null, schema: { required: ["n", "text"] } });
  });
});
