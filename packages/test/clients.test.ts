/** The client is borrowed and given back as it was; worlds that share one do not mix. */
import { assertEnded, createWorld, type EdgeServe, type World } from "@stepwell/test";
import { Inngest, Middleware } from "inngest";
import { serve } from "inngest/edge";
import { afterEach, describe, expect, test } from "vitest";
// The room that users get from `stepwell/clock`, which joins all and so cannot be a dependency of this one.
import { clockMiddleware } from "../stepwell/clock/index.ts";

const logger = { info() {}, warn() {}, error() {}, debug() {} };
const open: World[] = [];
const newWorld = async (options: Parameters<typeof createWorld>[0]) => {
  const world = await createWorld(options);
  open.push(world);
  return world;
};
afterEach(async () => {
  for (const world of open.splice(0)) await world.close();
});

/** Everything of a client that the kit could have touched. */
const insidesOf = (client: object) => ({
  own: Object.getOwnPropertyNames(client).sort(),
  fetch: (client as { fetch: unknown }).fetch,
  mode: (client as { mode: unknown }).mode,
});

describe("the client", () => {
  test("is the same after the world as before, whatever it was", async () => {
    const cloud = new Inngest({
      id: "cloud",
      logger,
      isDev: false,
      eventKey: "k",
      signingKey: "signkey-test-12",
    });
    const before = insidesOf(cloud);
    const fn = cloud.createFunction({ id: "f", triggers: [{ event: "a" }] }, () => "ran");
    const world = await newWorld({ client: cloud, functions: [fn] });
    await cloud.send({ name: "a", data: {} });
    await world.settled();
    expect(world.run().output).toBe("ran");
    await world.close();
    expect(insidesOf(cloud)).toEqual(before);
  });

  test("is given back when the functions are refused", async () => {
    const client = new Inngest({ id: "refused", logger });
    const before = insidesOf(client);
    const fn = client.createFunction({ id: "f", triggers: [{ cron: "not a cron" }] }, () => {});
    await expect(createWorld({ client, functions: [fn] })).rejects.toThrow("cannot be used");
    expect(insidesOf(client)).toEqual(before);
  });

  test("two worlds of one client: functions reach their own, other code is told to choose", async () => {
    const client = new Inngest({ id: "shared", logger });
    const fn = client.createFunction({ id: "f", triggers: [{ event: "a" }] }, async ({ event }) => {
      await client.send({ name: "b", data: event.data });
    });
    const [one, two] = [
      await newWorld({ client, functions: [fn] }),
      await newWorld({ client, functions: [fn] }),
    ];
    await Promise.all([one.send({ name: "a", data: { n: 1 } }), two.send({ name: "a", data: { n: 2 } })]);
    expect(one.sent("b").map(({ data }) => data)).toEqual([{ n: 1 }]);
    expect(two.sent("b").map(({ data }) => data)).toEqual([{ n: 2 }]);
    await expect(client.send({ name: "a", data: {} })).rejects.toThrow("Two worlds are open");
    await two.close();
    await client.send({ name: "a", data: { n: 3 } });
    await one.settled();
    expect(one.sent("b")).toHaveLength(2);
  });

  test("checkpoints are stored in process: one call for all steps, and one for each where a rule wants that", async () => {
    const client = new Inngest({ id: "checkpoints", logger });
    const fn = client.createFunction({ id: "f", triggers: [{ event: "a" }] }, async ({ step }) => {
      for (const id of ["one", "two", "three"]) await step.run(id, () => id);
    });
    let calls = 0;
    const counting: EdgeServe = (options) => {
      const handle = serve(options);
      return (request) => {
        if (request.method === "POST") calls += 1;
        return handle(request);
      };
    };
    const world = await newWorld({ client, functions: [fn], serve: counting });
    await world.send({ name: "a" });
    expect(Object.keys(world.run().steps)).toEqual(["one", "two", "three"]);
    expect(calls).toBe(1);
    world.mock("two", 2);
    await world.send({ name: "a" });
    // Four that look what comes next, and a call of its own for each step that runs.
    expect(calls).toBe(1 + 4 + 2);
  });

  test("equal worlds have equal ids", async () => {
    const client = new Inngest({ id: "seeded", logger });
    const fn = client.createFunction({ id: "f", triggers: [{ event: "a" }] }, () => {});
    const ids: string[] = [];
    for (const seed of [7, 7, 8]) {
      const world = await newWorld({ client, functions: [fn], seed, now: "2026-01-01" });
      await world.send({ name: "a" });
      ids.push(world.run().id);
      await world.close();
    }
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  test("`now` of stepwell/clock follows the world's clock", async () => {
    const client = new Inngest({
      id: "timed",
      logger,
      middleware: [clockMiddleware(Middleware.BaseMiddleware)],
    });
    const seen: number[] = [];
    const fn = client.createFunction({ id: "f", triggers: [{ event: "a" }] }, async ({ step, now }) => {
      await step.sleep("month", "30d");
      await step.run("look", () => seen.push(now().getTime()));
      await step.sleepUntil("later", new Date(now().getTime() + 86_400_000));
    });
    const world = await newWorld({ client, functions: [fn] });
    await world.send({ name: "a" });
    await world.advance("30d");
    expect(Math.abs((seen[0] ?? 0) - world.now().getTime())).toBeLessThan(10_000);
    expect(world.run().status).toBe("running");
    await world.advance("25h");
    assertEnded(world.run(), "completed");
  });
});
