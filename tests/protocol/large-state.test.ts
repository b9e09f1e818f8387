import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sdk } from "./sdk.ts";
import { openWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld({
    mode: "start",
    functions: (client) => [
      client.createFunction(
        { id: "large", retries: 0, triggers: [{ event: "t/large" }] },
        async ({ step }) => {
          const half = "x".repeat(2.5 * 1024 * 1024);
          const first = await step.run("first", () => half);
          const second = await step.run("second", () => half);
          await step.sleepUntil("past", new Date(0));
          return first.length + second.length;
        },
      ),
    ],
  });
  await world.sync();
});
afterAll(() => world.close());

describe("a run whose state is over 4 MiB", () => {
  test("W-16: is called with use_api, and the SDK fetches events and results", async () => {
    const [id = ""] = await world.send([{ name: "t/large" }]);
    const run = await world.ended((await world.runOf(id)).run_id);
    expect(run).toMatchObject({ status: "Completed", output: 5 * 1024 * 1024 });
    const bodies = world.app.calls("app-large").map((call) => JSON.parse(call.body));
    expect(bodies.map((body) => body.ctx.use_api)).toEqual(
      sdk.checkpoints ? [false, true] : [false, false, true, true],
    );
    expect(bodies.at(-1)).toMatchObject({ steps: {}, events: [] });
    expect(bodies.at(-1).ctx.stack.stack).toHaveLength(3);
  });

  test("its events and results are only read with the signing key", async () => {
    const response = await fetch(`${world.server.url}/v0/runs/01HF000000000000000000000A/actions`);
    expect(response.status).toBe(401);
    expect((await world.fetch("/v0/runs/01HF000000000000000000000A/batch")).status).toBe(404);
  });
});
