/** Steps that a test answers or fails in place of their code. */
import "@stepwell/test/vitest";
import { NonRetriableError, RetryAfterError } from "inngest";
import { describe, expect, test } from "vitest";
import { client, dataOf, newWorld, on } from "./fixtures/shop.ts";

describe("mocks and failures", () => {
  const fn = client.createFunction({ ...on("checkout"), retries: 2 }, async ({ step, event }) => {
    const charge = await step.run("charge", () => realCharge());
    const [mail] = await Promise.all([
      step.run("send-mail", (to: string) => `really sent to ${to}`, String(dataOf(event)["to"])),
      step.run("count", () => 1),
    ]);
    return { charge, mail };
  });
  let charged = 0;
  const realCharge = () => {
    charged += 1;
    return "really charged";
  };

  test("a mocked step's code is not run, the others' is", async () => {
    charged = 0;
    const world = await newWorld([fn]);
    world.mock("charge", { id: "ch_1" });
    world.mock("send-mail", ({ input, attempt, functionId }) => ({ to: input[0], attempt, functionId }));
    await world.send({ name: "shop/checkout", data: { to: "ada@example.com" } });
    expect(world.run()).toHaveEnded();
    expect(charged).toBe(0);
    expect(world.run().output).toEqual({
      charge: { id: "ch_1" },
      mail: { to: "ada@example.com", attempt: 0, functionId: "checkout" },
    });
    expect(world.run().steps["count"]).toMatchObject({ status: "completed", result: 1 });
  });

  test("a step fails in the attempt that the test names, and the engine tries again", async () => {
    charged = 0;
    const world = await newWorld([fn]);
    world.fail("charge", { attempt: 0, error: "gateway down" });
    await world.send({ name: "shop/checkout", data: {} });
    expect(world.run().steps["charge"]).toMatchObject({
      status: "retrying",
      error: { message: "gateway down" },
    });
    expect(charged).toBe(0);
    await world.advance("1h");
    expect(world.run()).toHaveEnded();
    expect(world.run().steps["charge"]).toMatchObject({ attempts: 2, result: "really charged" });
    expect(charged).toBe(1);
  });

  test("a step can fail in every attempt, or for good", async () => {
    const world = await newWorld([fn]);
    world.fail("charge");
    await world.send({ name: "shop/checkout", data: {} });
    await world.advance("1d");
    expect(world.run()).toHaveEnded("failed");
    expect(world.run().steps["charge"]?.attempts).toBe(3);
    const other = await newWorld([fn], { seed: 2 });
    other.fail("charge", { error: new NonRetriableError("no such card") });
    await other.send({ name: "shop/checkout", data: {} });
    expect(other.run()).toHaveEnded("failed");
    expect(other.run().error).toMatchObject({ message: "no such card" });
  });

  test("a mock that throws a RetryAfterError is asked again after that time", async () => {
    const world = await newWorld([fn]);
    world.mock("charge", ({ attempt }) => {
      if (attempt === 0) throw new RetryAfterError("busy", "2h");
      return "paid";
    });
    await world.send({ name: "shop/checkout", data: {} });
    await world.advance("119m");
    expect(world.run().steps["charge"]).toMatchObject({ status: "retrying", attempts: 1 });
    await world.advance("1m");
    expect(world.run().output).toMatchObject({ charge: "paid" });
  });

  test("a rule can be for one function only, and the latest rule wins", async () => {
    const world = await newWorld([fn]);
    world.fail("charge", { in: "another" });
    world.mock("charge", "first");
    world.mock("charge", () => "second");
    await world.send({ name: "shop/checkout", data: {} });
    expect(world.run().output).toMatchObject({ charge: "second" });
  });

  test("waits, invokes and requests can be mocked, too", async () => {
    const flow = client.createFunction(on("flow"), async ({ step }) => {
      const paid = await step.waitForEvent("paid", { event: "shop/paid", timeout: "7d" });
      const child = await step
        .invoke("bill", { function: fn, data: {} })
        .catch((error: Error) => `caught ${error.message}`);
      const response = await step.fetch("https://example.com/rates");
      const approval = await step.waitForSignal("approval", {
        signal: "approve/1",
        timeout: "1d",
        onConflict: "replace",
      });
      await step.sleep("a-year", "365d");
      return { paid: paid?.data, child, rates: await response.json(), approval };
    });
    const world = await newWorld([flow]);
    world.mock("paid", { data: { by: "card" } });
    world.mock("approval", { by: "ada" });
    world.mock("a-year", null);
    world.fail("bill", { error: "no billing today" });
    world.mock("step.fetch: example.com", { eur: 1.1 });
    await world.send({ name: "shop/flow" });
    expect(world.run()).toHaveEnded();
    expect(world.run().output).toEqual({
      paid: { by: "card" },
      child: "caught no billing today",
      rates: { eur: 1.1 },
      approval: { signal: "approve/1", data: { by: "ada" } },
    });
  });

  test("a rule may come while the run sleeps", async () => {
    let ran = 0;
    const late = client.createFunction(on("late"), async ({ step }) => {
      await step.run("first", () => 1);
      await step.sleep("night", "1d");
      return step.run("second", () => (ran += 1));
    });
    const world = await newWorld([late]);
    await world.send({ name: "shop/late" });
    world.mock("second", "mocked");
    await world.advance("1d");
    expect(world.run().output).toBe("mocked");
    expect(ran).toBe(0);
  });

  test("a run whose state is too large for one call fetches it in process", async () => {
    const large = client.createFunction({ ...on("large"), checkpointing: false }, async ({ step }) => {
      let bytes = 0;
      for (let n = 0; n < 4; n += 1)
        bytes += (await step.run(`part-${n}`, () => "x".repeat(1_500_000))).length;
      return bytes;
    });
    const world = await newWorld([large]);
    await world.send({ name: "shop/large" });
    expect(world.run().output).toBe(6_000_000);
  });

  test("the second use of an id has a name of its own", async () => {
    const twice = client.createFunction(on("twice"), async ({ step }) => [
      await step.run("roll", () => 6),
      await step.run("roll", () => 6),
    ]);
    const world = await newWorld([twice]);
    world.mock("roll:1", 1);
    await world.send({ name: "shop/twice" });
    expect(world.run().output).toEqual([6, 1]);
    expect(Object.keys(world.run().steps)).toEqual(["roll", "roll:1"]);
  });
});
