/** SDK v3 works as v4 does. A file of its own: the two SDKs do not get along in one process. */
import { assertEnded, createWorld, simulate, type World } from "@stepwell/test";
import { Inngest, referenceFunction } from "inngest-v3";
import { serve } from "inngest-v3/edge";
import { afterEach, describe, expect, test } from "vitest";
import { pay } from "./fixtures/guide/payments.ts";

const logger = { info() {}, warn() {}, error() {}, debug() {} };
const open: World[] = [];
afterEach(async () => {
  for (const world of open.splice(0)) await world.close();
});

/** Everything of a client that the kit could have touched. */
const insidesOf = (client: object) => ({
  own: Object.getOwnPropertyNames(client).sort(),
  fetch: (client as { fetch: unknown }).fetch,
  mode: (client as { mode: unknown }).mode,
  apiFetch: (client as { inngestApi: { fetch?: unknown } }).inngestApi.fetch,
});

describe("SDK v3", () => {
  const client = new Inngest({ id: "v3-shop", logger });
  const newWorld = async (functions: object[]) => {
    const world = await createWorld({ client, functions, serve });
    open.push(world);
    return world;
  };

  test("the client is the same after the world as before", async () => {
    const cloud = new Inngest({ id: "cloud", logger, isDev: false, eventKey: "k" });
    for (const one of [client, cloud]) {
      const before = insidesOf(one);
      const world = await createWorld({ client: one, functions: [], serve });
      expect(insidesOf(one)).not.toEqual(before);
      await world.close();
      expect(insidesOf(one)).toEqual(before);
    }
  });

  test("steps, sleeps, retries, events and onFailure", async () => {
    let tries = 0;
    const told: string[] = [];
    const good = client.createFunction({ id: "good" }, { event: "v3/good" }, async ({ step }) => {
      const n = await step.run("flaky", () => {
        tries += 1;
        if (tries === 1) throw new Error("once");
        return tries;
      });
      await step.sleep("month", "30d");
      await step.sendEvent("tell", { name: "email/send", data: { n } });
      return n;
    });
    const bad = client.createFunction(
      { id: "bad", retries: 0, onFailure: ({ error }) => void told.push(error.message) },
      { event: "v3/bad" },
      () => {
        throw new Error("broken");
      },
    );
    const world = await newWorld([good, bad]);
    await world.send([{ name: "v3/good" }, { name: "v3/bad" }]);
    await world.advance("31d");
    assertEnded(world.run("good"), "completed");
    expect(world.run("good")).toMatchObject({ output: 2, steps: { flaky: { attempts: 2 } } });
    expect(world.sent("email/send").map(({ data }) => data)).toEqual([{ n: 2 }]);
    assertEnded(world.run("bad"), "failed");
    expect(told).toEqual(["broken"]);
  });

  test("the guide's example, as it is written for v3: a month of a checkout", async () => {
    const checkout = client.createFunction(
      { id: "checkout", retries: 3, concurrency: 1 },
      { event: "order/placed" },
      async ({ event, step }) => {
        const order = event.data.id;
        const charge = await step.run("charge", () => pay(order, event.data.total));
        await step.sleep("until-delivered", "3d");
        const review = await step.waitForEvent("review", {
          event: "order/reviewed",
          timeout: "27d",
          if: "event.data.id == async.data.id",
        });
        await step.sendEvent("thank", { name: "mail/send", id: `thanks-${order}`, data: { order } });
        return { charge, stars: review?.data.stars ?? null };
      },
    );
    const world = await newWorld([checkout]);
    world.mock("charge", "ch_1", { takes: "5m" });
    await world.send(["o1", "o2"].map((id) => ({ name: "order/placed", data: { id, total: 20 } })));
    expect(world.runs().map(({ status }) => status)).toEqual(["running", "queued"]);
    expect(await world.why(world.runs()[1])).toMatchObject([{ gate: "concurrency" }]);
    await world.advance("4d");
    await world.send({ name: "order/reviewed", data: { id: "o1", stars: 5 } });
    await world.advance("27d");
    expect(world.runs().map(({ output }) => output)).toMatchObject([{ stars: 5 }, { stars: null }]);
    expect(world.sent("mail/send")).toHaveLength(2);
  });

  test("mocks and failures", async () => {
    let ran = 0;
    const fn = client.createFunction({ id: "pay" }, { event: "v3/pay" }, async ({ step }) => {
      const paid = await step.run("charge", () => {
        ran += 1;
        return "really";
      });
      const [a, b] = await Promise.all([step.run("a", () => "a"), step.run("b", () => "b")]);
      return {
        paid,
        a,
        b,
        child: await step.invoke("bill", { function: referenceFunction({ functionId: "bill" }), data: {} }),
      };
    });
    const world = await newWorld([fn]);
    world.mock("charge", ({ attempt }) => `mocked in attempt ${attempt}`);
    world.fail("charge", { attempt: 0 });
    world.mock("b", "B");
    world.mock("bill", { total: 5 });
    await world.send({ name: "v3/pay" });
    await world.advance("1h");
    expect(world.run().output).toEqual({ paid: "mocked in attempt 1", a: "a", b: "B", child: { total: 5 } });
    expect(ran).toBe(0);
  });

  test("events that code sends through its client", async () => {
    const fn = client.createFunction({ id: "sender" }, { event: "v3/send" }, async ({ step }) => {
      await step.run("send", () => client.send({ name: "email/send", data: { to: "ada" } }));
      await client.send({ name: "v3/after", data: {} });
    });
    const world = await newWorld([fn]);
    await client.send({ name: "v3/send", data: {} });
    await world.settled();
    assertEnded(world.run(), "completed");
    expect(world.sent("email/send")).toHaveLength(1);
  });

  test("simulate finds the step that must not be repeated, and leaves the other alone", async () => {
    const db = { charges: 0, rows: new Set<string>() };
    const fn = client.createFunction({ id: "repeat" }, { event: "v3/repeat" }, async ({ step }) => {
      await step.run("charge", () => (db.charges += 1));
      await step.sleep("night", "1d");
      await step.run("upsert", () => void db.rows.add("o1"));
    });
    const report = await simulate({
      client,
      functions: [fn],
      serve,
      seeds: 8,
      observe: () => ({ charges: db.charges, rows: [...db.rows] }),
      play: (world) => world.send({ name: "v3/repeat" }),
    });
    expect(report.findings).toMatchObject([
      {
        kind: "step",
        stepId: "charge",
        effects: [expect.stringMatching(/^changes charges: \d+ → \d+, then /)],
      },
    ]);
    expect(report.repeated.map(({ stepId }) => stepId)).toContain("upsert");
  });
});
