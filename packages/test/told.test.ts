/** What a test is told when it is wrong: the cause and the cure. */
import "@stepwell/test/vitest";
import { createWorld } from "@stepwell/test";
import { Inngest } from "inngest";
import { describe, expect, test, vi } from "vitest";
import { client, newWorld, on } from "./fixtures/shop.ts";

describe("what a test is told when it is wrong", () => {
  const fn = client.createFunction(on("plain"), ({ step }) => step.run("work", () => 1));

  test("there is no such run, or more than one", async () => {
    const world = await newWorld([fn]);
    expect(() => world.run()).toThrow("Nothing has started one");
    await world.send([{ name: "shop/plain" }, { name: "shop/plain" }]);
    expect(() => world.run()).toThrow(/2 runs fit.*plain: completed/s);
    expect(() => world.run("other")).toThrow('there is no run "other"');
  });

  test("a request that nobody answers is named, with the cure", async () => {
    const fetching = client.createFunction(on("fetching"), ({ step }) => step.fetch("https://example.com/"));
    const world = await newWorld([fetching]);
    await expect(world.send({ name: "shop/fetching" })).rejects.toThrow(
      /GET example\.com.*Mock the step.*createWorld\(\{ fetch \}\)/,
    );
    const answered = await newWorld([fetching], { fetch: async () => new Response("hello") });
    await answered.send({ name: "shop/fetching" });
    expect(answered.run().steps["step.fetch: example.com"]?.result).toMatchObject({ body: "hello" });
  });

  test("code that does not come back is named after the patience", async () => {
    const stuck = client.createFunction(on("stuck"), ({ step }) =>
      step.run("hang", () => new Promise(() => {})),
    );
    const world = await newWorld([stuck], { patienceMs: 1000 });
    world.mock("another", 1);
    await expect(world.send({ name: "shop/stuck" })).rejects.toThrow(
      /not settled after \d+ ms: step "hang" of function "stuck" still runs/,
    );
  });

  test("fake timers are refused, a fake date is not", async () => {
    vi.useFakeTimers();
    try {
      await expect(createWorld({ client, functions: [fn] })).rejects.toThrow("Fake timers are on");
      vi.useFakeTimers({ toFake: ["Date"], now: new Date("2020-01-01") });
      const world = await newWorld([fn], { now: Date.now() });
      await client.send({ name: "shop/plain", data: {} });
      await world.settled();
      expect(world.run()).toHaveEnded();
      expect(world.run().endedAt?.getUTCFullYear()).toBe(2020);
    } finally {
      vi.useRealTimers();
    }
  });

  test("an event that the server refuses, functions that it refuses, a client that is none", async () => {
    const world = await newWorld([fn]);
    await expect(world.send({ name: "" })).rejects.toThrow("The event was refused");
    const wrong = client.createFunction(
      { ...on("wrong"), concurrency: { limit: 1, key: "event.data." } },
      () => {},
    );
    await expect(newWorld([wrong])).rejects.toThrow("The functions cannot be used");
    await expect(createWorld({ client: { id: "x" }, functions: [] })).rejects.toThrow("needs `client`");
  });

  test("functions that are none, or of another client", async () => {
    const other = new Inngest({ id: "other", logger: client["logger"] as never });
    const twin = new Inngest({ id: "shop", logger: client["logger"] as never });
    const open = (...functions: unknown[]) => createWorld({ client, functions: functions as object[] });
    await expect(open(fn, undefined)).rejects.toThrow(/functions\[1\] is undefined.*in a circle/);
    await expect(open(() => {})).rejects.toThrow("functions[0] is not a function of the SDK");
    await expect(open(other.createFunction(on("far"), () => {}))).rejects.toThrow(
      /"far" is not made with the client.*"shop".*another one \("other"\).*otherApps/,
    );
    await expect(open(twin.createFunction(on("near"), () => {}))).rejects.toThrow("loaded twice");
    await expect(createWorld({ functions: [fn] } as never)).rejects.toThrow("needs `client`");
    await expect(createWorld({ client } as never)).rejects.toThrow("needs `functions`");
    await expect(createWorld({ client, functions: [fn], now: "soon" })).rejects.toThrow("is no date");
  });

  test("times that are none", async () => {
    const world = await newWorld([fn]);
    const wrong: [unknown, string][] = [
      ["3 days", 'not "3 days"'],
      [-5, "not -5"],
      [Number.NaN, "not NaN"],
      [Number.POSITIVE_INFINITY, "not Infinity"],
      [new Date("never"), "not an invalid date"],
      [new Date("2026-02-01T00:00:00Z"), "later date than the world's (2026-03-01T12:00:00.000Z)"],
    ];
    for (const [by, told] of wrong) await expect(world.advance(by as string)).rejects.toThrow(told);
    expect(world.now().toISOString()).toBe("2026-03-01T12:00:00.000Z");
  });

  test("a world that is closed, or was closed while it was at work", async () => {
    const world = await newWorld([fn]);
    await world.send({ name: "shop/plain" });
    await world.close();
    await world.close();
    for (const act of [
      () => world.send({ name: "shop/plain" }),
      () => world.advance("1d"),
      () => world.settled(),
      () => world.signal("x"),
      () => world.pause("plain"),
    ])
      await expect(act()).rejects.toThrow("This world is closed");
    expect(world.run()).toHaveEnded();
    const forgotten = await newWorld([fn]);
    const sending = forgotten.send({ name: "shop/plain" });
    const told = expect(sending).rejects.toThrow("is an `await` missing");
    await forgotten.close();
    await told;
  });

  test("a mock of a step that never comes is named where something is not as it should be", async () => {
    const world = await newWorld([fn]);
    world.mock("wrok", 2);
    world.fail("work", { attempt: 3 });
    expect(world.unused()).toEqual(["work", "wrok"]);
    await world.send({ name: "shop/plain" });
    expect(world.unused()).toEqual(["wrok"]);
    expect(() => expect(world.run()).toHaveEnded("failed")).toThrow(
      'No step has come of "wrok", which the test mocks or fails: is the id right?',
    );
    await expect(world.cancel("plain")).rejects.toThrow('There is no run "plain" to cancel');
  });

  test("what the engine reports of itself is told rather than that nothing goes on", async () => {
    const world = await newWorld([fn], { patienceMs: 200 });
    const { read } = world.engine;
    const { dueWakes } = read;
    read.dueWakes = async (...asked) => {
      read.dueWakes = dueWakes;
      throw new Error(`no disk for ${asked.length}`);
    };
    await expect(world.send({ name: "shop/plain" })).rejects.toThrow(
      "The engine reports pump.failed: Error: no disk for 2",
    );
  });

  test("fake timers that come while the world is open", async () => {
    const world = await newWorld([fn]);
    vi.useFakeTimers();
    try {
      await expect(world.send({ name: "shop/plain" })).rejects.toThrow("Fake timers are on");
    } finally {
      vi.useRealTimers();
    }
    await world.settled();
    expect(world.run()).toHaveEnded();
  });

  test("matchers say what the run has done", async () => {
    const world = await newWorld([fn]);
    world.fail("work", { error: "no" });
    await world.send({ name: "shop/plain" });
    expect(() => expect(world.run()).toHaveEnded("completed")).toThrow(
      /run \w+ of "plain" is running, not completed\. Does the test have to advance the clock\? .*\n {2}work: retrying \(Error: no\)/,
    );
    expect(() => expect(world.run()).toHaveRunStep("word")).toThrow('has no step "word" so far');
    expect(world.run()).not.toHaveRunStep("work");
  });
});
