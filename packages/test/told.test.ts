/** What a test is told when it is wrong: the cause and the cure. */
import "@stepwell/test/vitest";
import { createWorld } from "@stepwell/test";
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

  test("matchers say what the run has done", async () => {
    const world = await newWorld([fn]);
    world.fail("work", { error: "no" });
    await world.send({ name: "shop/plain" });
    expect(() => expect(world.run()).toHaveEnded("completed")).toThrow(
      /run \w+ of "plain" is running, not completed\. Does the test have to advance the clock\?\n {2}work: retrying \(Error: no\)/,
    );
    expect(() => expect(world.run()).toHaveRunStep("word")).toThrow('has no step "word" so far');
    expect(world.run()).not.toHaveRunStep("work");
  });
});
