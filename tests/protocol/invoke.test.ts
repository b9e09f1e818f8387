/** Invokes: a child run and its outcome (semantics §7.5), over HTTP with a real SDK. */
import { expect, test } from "vitest";
import { startApp, type TestApp } from "./app.ts";
import {
  begin as beginRun,
  deployAll,
  type Handler,
  HOUR,
  passed,
  start,
  useWorld,
  waitsWith,
  world,
} from "./bench.ts";
import { createClient, referenceFunction, sdk } from "./sdk.ts";
import { until } from "./world.ts";

useWorld();

const begin = (id: string, handler: Handler) => beginRun(id, {}, handler);

/** The run of a function that is going on. */
function running(slug: string): Promise<{ id: string }> {
  return until(`a run of ${slug}`, async () => {
    const { data } = await world.json("/v2/runs?status=RUNNING");
    return data.find((found: any) => found.function.slug === slug);
  });
}

test("ST-13: an invoke returns what the invoked function returns, whose event is inngest/function.invoked", async () => {
  let seen = "";
  await deployAll(
    {
      id: "st13",
      handler: async ({ step }) =>
        step.invoke("i", { function: referenceFunction({ functionId: "child" }), data: { n: 1 } }),
    },
    {
      id: "child",
      handler: ({ event }: any) => {
        seen = `${event.name} ${event.data.n}`;
        return 7;
      },
    },
  );
  expect(await world.ended((await start("st13")).run_id)).toMatchObject({ status: "Completed", output: 7 });
  expect(seen).toBe("inngest/function.invoked 1");
});

test("ST-14: a failing child is called by its own retries, and its error can be caught", async () => {
  let [parents, children] = [0, 0];
  await deployAll(
    {
      id: "st14",
      handler: async ({ step }) => {
        try {
          await step.invoke("i", { function: referenceFunction({ functionId: "bad" }) });
        } catch (error) {
          return `caught ${(error as Error).message}`;
        } finally {
          parents += 1;
        }
        return "not caught";
      },
    },
    {
      id: "bad",
      options: { retries: 1 },
      handler: () => {
        children += 1;
        throw new Error("child broke");
      },
    },
  );
  const run = await start("st14");
  await until("the child was called", () => children === 1);
  await waitsWith(run, "INVOKE");
  await passed();
  world.advance(60_000);
  expect(await world.ended(run.run_id)).toMatchObject({ output: "caught child broke" });
  expect(children).toBe(2);
  expect(parents).toBeLessThanOrEqual(2);
});

test("ST-15, W-33: an invoke that times out is an error, and the child goes on", async () => {
  await deployAll(
    {
      id: "st15",
      handler: async ({ step }) => {
        try {
          return await step.invoke("i", {
            function: referenceFunction({ functionId: "slow" }),
            timeout: "1h",
          });
        } catch (error) {
          return `caught ${(error as Error).name}: ${(error as Error).message}`;
        }
      },
    },
    {
      id: "slow",
      handler: async ({ step }) => {
        await step.sleep("s", "5h");
        return "late";
      },
    },
  );
  const run = await start("st15");
  await waitsWith(run, "INVOKE");
  const child = await running("app-slow");
  await passed();
  world.advance(HOUR);
  const ended = await world.ended(run.run_id);
  expect(ended.output).toContain("timed out waiting for the invoked function");
  if (sdk.name !== "v3") expect(ended.output).toContain("InngestInvokeTimeoutError");
  world.advance(5 * HOUR);
  expect(await world.ended(child.id)).toMatchObject({ status: "Completed", output: "late" });
});

test("ST-16: invoking a function that is not there is a step error", async () => {
  const run = await begin("st16", async ({ step }) => {
    try {
      return await step.invoke("i", { function: referenceFunction({ functionId: "nowhere" }) });
    } catch (error) {
      return `caught ${(error as Error).message}`;
    }
  });
  expect((await world.ended(run.run_id)).output).toContain("could not find function with ID: app-nowhere");
});

test("a function of another app can be invoked", async () => {
  const other = await openOther();
  try {
    await deployAll({
      id: "across",
      handler: async ({ step }) =>
        step.invoke("i", {
          function: referenceFunction({ appId: "other", functionId: "far" }),
          data: { n: 20 },
        }),
    });
    expect(await world.ended((await start("across")).run_id)).toMatchObject({ output: 21 });
  } finally {
    await other.close();
  }
});

async function openOther(): Promise<TestApp> {
  const client = createClient({ id: "other", baseUrl: world.server.url, isDev: true });
  const far = client.createFunction({ id: "far" }, ({ event }: any) => event.data.n + 1);
  const app = await startApp(client, [far]);
  await fetch(app.url, { method: "PUT" });
  return app;
}

test("W-32: the child's event has the version and the user data of the invoke", async () => {
  await deployAll(
    {
      id: "w32",
      handler: async ({ step }) =>
        step.invoke("i", {
          function: referenceFunction({ functionId: "echo" }),
          data: { a: 1 },
          v: "2026-01-01",
        } as never),
    },
    { id: "echo", handler: ({ event }: any) => ({ v: event.v, a: event.data.a }) },
  );
  const output = { v: "2026-01-01", a: 1 };
  expect(await world.ended((await start("w32")).run_id)).toMatchObject({ output });
});

test("A-4: cancelling a parent leaves its child running", async () => {
  await deployAll(
    {
      id: "a4",
      handler: async ({ step }) =>
        step.invoke("i", { function: referenceFunction({ functionId: "a4-child" }) }),
    },
    {
      id: "a4-child",
      handler: async ({ step }) => {
        await step.sleep("s", "1h");
        return "done";
      },
    },
  );
  const run = await start("a4");
  const child = await running("app-a4-child");
  await world.fetch(`/v1/runs/${run.run_id}`, { method: "DELETE" });
  expect(await world.ended(run.run_id)).toMatchObject({ status: "Cancelled" });
  await passed();
  world.advance(HOUR);
  expect(await world.ended(child.id)).toMatchObject({ status: "Completed", output: "done" });
});

test("a child that is cancelled makes the step of its parent fail", async () => {
  await deployAll(
    {
      id: "orphaned",
      handler: async ({ step }) => {
        try {
          return await step.invoke("i", { function: referenceFunction({ functionId: "stopped" }) });
        } catch (error) {
          return `caught ${(error as Error).message}`;
        }
      },
    },
    {
      id: "stopped",
      handler: async ({ step }) => {
        await step.sleep("s", "1h");
      },
    },
  );
  const run = await start("orphaned");
  const child = await running("app-stopped");
  await world.fetch(`/v1/runs/${child.id}`, { method: "DELETE" });
  expect((await world.ended(run.run_id)).output).toContain("was cancelled");
});
