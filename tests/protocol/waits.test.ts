/** Waits for events and signals, and invokes (semantics §4, §7.3 to §7.5), over HTTP with a real SDK. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient, type Inngest, referenceFunction, sdk } from "./sdk.ts";
import { openWorld, type RunView, until, type World } from "./world.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
type Create = Inngest.Any["createFunction"];
type Options = Omit<Parameters<Create>[0], "id" | "triggers">;
type Handler = Parameters<Create>[1];

let world: World;
beforeAll(async () => {
  world = await openWorld({ functions: () => [] });
});
afterAll(() => world?.close());

interface Fn {
  id: string;
  options?: Options;
  handler: Handler;
}

async function deploy(...functions: Fn[]): Promise<void> {
  const create = ({ id, options, handler }: Fn) =>
    world.client.createFunction({ ...options, id, triggers: [{ event: id }] }, handler);
  const barrier = world.client.createFunction({ id: "barrier", triggers: [{ event: "barrier" }] }, () => 1);
  world.app.deploy([...functions.map(create), barrier]);
  await world.sync();
}

async function start(name: string, data: object = {}): Promise<RunView> {
  const [id = ""] = await world.send({ name, data });
  return world.runOf(id);
}

/** Events sent before have gone all the way through. */
async function passed(): Promise<void> {
  for (let i = 0; i < 2; i += 1) await world.ended((await start("barrier")).run_id);
}

const begin = async (id: string, handler: Handler, data: object = {}, options: Options = {}) => {
  await deploy({ id, options, handler });
  return start(id, data);
};

/** The run has a step of this operation that waits. */
function waiting(run: RunView, op: string): Promise<unknown> {
  return until(`${run.function_slug} waits with ${op}`, async () => {
    const { rootSpan } = (await world.json(`/v2/runs/${run.run_id}/trace`)).data;
    return rootSpan.children.find((span: any) => span.stepOp === op && span.status === "WAITING");
  });
}

async function signal(name: string, data: unknown): Promise<{ status: number; body: any }> {
  const response = await world.fetch("/v1/signals", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ signal: name, data }),
  });
  return { status: response.status, body: await response.json() };
}

test("ST-5, W-29: a matching event is the result of the wait, as it was sent", async () => {
  const run = await begin("st5", async ({ step }) =>
    step.waitForEvent("w", { event: "st5/go", timeout: "10s" }),
  );
  await waiting(run, "WAIT_FOR_EVENT");
  const sent = { name: "st5/go", data: { n: 1 }, id: "e-1", ts: world.clock.now(), user: { u: 1 }, v: "2" };
  await world.send(sent);
  expect(await world.ended(run.run_id)).toMatchObject({ status: "Completed", output: sent });
});

test("ST-6, W-29: a wait that times out is null, and the run goes on", async () => {
  const run = await begin("st6", async ({ step }) => {
    const event = await step.waitForEvent("w", { event: "st6/go", timeout: "1h" });
    return { event, after: await step.run("after", () => "ran") };
  });
  await waiting(run, "WAIT_FOR_EVENT");
  world.advance(HOUR);
  const output = { event: null, after: "ran" };
  expect(await world.ended(run.run_id)).toMatchObject({ status: "Completed", output });
});

test("ST-7: only the event for which the `if` holds ends the wait", async () => {
  const run = await begin(
    "st7",
    async ({ step }) =>
      (await step.waitForEvent("w", {
        event: "st7/go",
        timeout: "1h",
        if: "async.data.id == event.data.id",
      }))!.data.n,
    { id: "right" },
  );
  await waiting(run, "WAIT_FOR_EVENT");
  await world.send({ name: "st7/go", data: { id: "wrong", n: 1 } });
  await passed();
  expect((await world.run(run.run_id)).status).toBe("Running");
  await world.send({ name: "st7/go", data: { id: "right", n: 2 } });
  expect(await world.ended(run.run_id)).toMatchObject({ output: 2 });
});

test("ST-8: an event sent just before the wait is reached is not seen", async () => {
  const run = await begin("st8", async ({ step }) => {
    await step.sendEvent("send", { name: "st8/go", data: {} });
    return step.waitForEvent("w", { event: "st8/go", timeout: "1h" });
  });
  await waiting(run, "WAIT_FOR_EVENT");
  await passed();
  expect((await world.run(run.run_id)).status).toBe("Running");
  world.advance(HOUR);
  expect(await world.ended(run.run_id)).toMatchObject({ status: "Completed", output: null });
});

test("ST-9: event and timeout at the same moment resume the run exactly once", async () => {
  let after = 0;
  const run = await begin("st9", async ({ step }) => {
    await step.waitForEvent("w", { event: "st9/go", timeout: "1h" });
    await step.run("after", () => {
      after += 1;
    });
    await step.sleep("s", "1m");
    return "end";
  });
  await waiting(run, "WAIT_FOR_EVENT");
  const sent = world.send({ name: "st9/go", data: {} });
  world.advance(HOUR);
  await sent;
  await waiting(run, "SLEEP");
  await passed();
  world.advance(60_000);
  expect(await world.ended(run.run_id)).toMatchObject({ output: "end" });
  expect(after).toBe(1);
});

test("ST-10: one event ends all waits for it", async () => {
  await deploy({
    id: "st10",
    handler: async ({ step, event }) => {
      await step.waitForEvent("w", { event: "st10/go", timeout: "1h" });
      return event.data.n;
    },
  });
  const runs = await Promise.all([1, 2, 3].map((n) => start("st10", { n })));
  await Promise.all(runs.map((run) => waiting(run, "WAIT_FOR_EVENT")));
  await world.send({ name: "st10/go", data: {} });
  const ended = await Promise.all(runs.map((run) => world.ended(run.run_id)));
  expect(ended.map((run) => run.output)).toEqual([1, 2, 3]);
});

test("X-12: of 60 runs that wait with different keys, one event ends the wait of one", async () => {
  await deploy({
    id: "x12",
    handler: async ({ step, event }) => {
      await step.waitForEvent("w", { event: "x12/go", timeout: "1d", match: "data.key" });
      return event.data.key;
    },
  });
  const runs = await Promise.all(Array.from({ length: 60 }, (_, n) => start("x12", { key: `k${n}` })));
  await Promise.all(runs.map((run) => waiting(run, "WAIT_FOR_EVENT")));
  await world.send({ name: "x12/go", data: { key: "k41" } });
  expect(await world.ended((runs[41] as RunView).run_id)).toMatchObject({ output: "k41" });
  await passed();
  const statuses = await Promise.all(runs.map(async (run) => (await world.run(run.run_id)).status));
  expect(statuses.filter((status) => status === "Completed")).toHaveLength(1);
  world.advance(DAY);
  await Promise.all(runs.map((run) => world.ended(run.run_id)));
});

test("X-10: a wait may use macros, and matches when the item is there", async () => {
  const run = await begin(
    "x10",
    async ({ step }) =>
      (await step.waitForEvent("w", {
        event: "x10/go",
        timeout: "1h",
        if: "async.data.items.exists(i, i == 1)",
      }))!.data.items,
  );
  await waiting(run, "WAIT_FOR_EVENT");
  await world.send({ name: "x10/go", data: { items: [2, 3] } });
  await world.send({ name: "x10/go", data: { items: [3, 1] } });
  expect(await world.ended(run.run_id)).toMatchObject({ output: [3, 1] });
});

test("X-11: a wait whose `if` cannot be read fails the run with InvalidExpression", async () => {
  const run = await begin("x11", async ({ step }) =>
    step.waitForEvent("w", { event: "x11/go", timeout: "1h", if: "async.data.id =" }),
  );
  const ended = await world.ended(run.run_id);
  expect(ended).toMatchObject({ status: "Failed", output: { name: "InvalidExpression" } });
});

test("a wait of more than 366 days fails the run with InngestErrTimeoutTooLong", async () => {
  const bad = await begin("too-long", async ({ step }) =>
    step.waitForEvent("w", { event: "too-long/go", timeout: "400d" }),
  );
  const ended = await world.ended(bad.run_id);
  expect(ended).toMatchObject({ status: "Failed", output: { name: "InngestErrTimeoutTooLong" } });
});

test("I-9: an event with an id that was used before still ends a wait", async () => {
  await deploy(
    { id: "i9", handler: async ({ step }) => step.waitForEvent("w", { event: "i9/go", timeout: "1h" }) },
    { id: "i9/go", handler: () => "started" },
  );
  const [first = ""] = await world.send({ name: "i9/go", data: {}, id: "once" });
  await world.ended((await world.runOf(first)).run_id);
  const run = await start("i9");
  await waiting(run, "WAIT_FOR_EVENT");
  const [second = ""] = await world.send({ name: "i9/go", data: { again: true }, id: "once" });
  expect(await world.ended(run.run_id)).toMatchObject({ output: { id: "once", data: { again: true } } });
  expect(await world.eventRuns(second)).toEqual([]);
});

test("a run can wait for inngest/function.finished of another", async () => {
  await deploy(
    {
      id: "waiter",
      handler: async ({ step }) =>
        (await step.waitForEvent("w", {
          event: "inngest/function.finished",
          timeout: "1h",
          if: "async.data.function_id == 'app-worker'",
        }))!.data.result,
    },
    { id: "worker", handler: () => 7 },
  );
  const run = await start("waiter");
  await waiting(run, "WAIT_FOR_EVENT");
  await start("worker");
  expect(await world.ended(run.run_id)).toMatchObject({ output: 7 });
});

test("ST-11: a second waiter for a signal fails, and the first is not touched", async () => {
  await deploy({
    id: "st11",
    handler: async ({ step }) => step.waitForSignal("w", { signal: "st11", timeout: "1h" }),
  });
  const first = await start("st11");
  await waiting(first, "WAIT_FOR_SIGNAL");
  const second = await world.ended((await start("st11")).run_id);
  expect(second.status).toBe("Failed");
  expect(JSON.stringify(second.output)).toContain("already exists for another run");
  expect(await signal("st11", { n: 1 })).toMatchObject({
    status: 200,
    body: { data: { run_id: first.run_id } },
  });
  const output = { signal: "st11", data: { n: 1 } };
  expect(await world.ended(first.run_id)).toMatchObject({ status: "Completed", output });
});

test("ST-12, W-31: a signal that nobody waits for is 404 and is not kept; the SDK call resolves", async () => {
  expect(await signal("st12", 1)).toMatchObject({ status: 404 });
  await deploy(
    {
      id: "st12",
      handler: async ({ step }) => step.waitForSignal("w", { signal: "st12", timeout: "1h" }),
    },
    { id: "sender", handler: async ({ step }) => step.sendSignal("s", { signal: "nobody", data: 1 }) },
  );
  const run = await start("st12");
  await waiting(run, "WAIT_FOR_SIGNAL");
  await passed();
  expect((await world.run(run.run_id)).status).toBe("Running");
  const sender = await world.ended((await start("sender")).run_id);
  expect(sender.status).toBe("Completed");
  world.advance(HOUR);
  expect(await world.ended(run.run_id)).toMatchObject({ status: "Completed", output: null });
});

test("W-30: with conflict `replace` the newer waiter gets the signal, the older waits until its timeout", async () => {
  await deploy({
    id: "w30",
    handler: async ({ step }) =>
      step.waitForSignal("w", { signal: "w30", timeout: "1h", onConflict: "replace" }),
  });
  const older = await start("w30");
  await waiting(older, "WAIT_FOR_SIGNAL");
  const newer = await start("w30");
  await waiting(newer, "WAIT_FOR_SIGNAL");
  expect((await signal("w30", "x")).body.data.run_id).toBe(newer.run_id);
  expect(await world.ended(newer.run_id)).toMatchObject({ output: { signal: "w30", data: "x" } });
  expect(await signal("w30", "y")).toMatchObject({ status: 404 });
  world.advance(HOUR);
  expect(await world.ended(older.run_id)).toMatchObject({ status: "Completed", output: null });
});

test("ST-13: an invoke returns what the invoked function returns, whose event is inngest/function.invoked", async () => {
  let seen = "";
  await deploy(
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
  await deploy(
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
  await waiting(run, "INVOKE");
  await passed();
  world.advance(60_000);
  expect(await world.ended(run.run_id)).toMatchObject({ output: "caught child broke" });
  expect(children).toBe(2);
  expect(parents).toBeLessThanOrEqual(2);
});

test("ST-15, W-33: an invoke that times out is an error, and the child goes on", async () => {
  await deploy(
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
  await waiting(run, "INVOKE");
  const child = await until("the child", async () => {
    const { data } = await world.json("/v2/runs?status=RUNNING");
    return data.find((found: any) => found.function.slug === "app-slow");
  });
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
    await deploy({
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

async function openOther() {
  const { startApp } = await import("./app.ts");
  const client = createClient({ id: "other", baseUrl: world.server.url, isDev: true });
  const far = client.createFunction({ id: "far" }, ({ event }: any) => event.data.n + 1);
  const app = await startApp(client, [far]);
  await fetch(app.url, { method: "PUT" });
  return app;
}

test("W-32: the child's event has the version and the user data of the invoke", async () => {
  await deploy(
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
  await deploy(
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
  const child = await until("the child sleeps", async () => {
    const { data } = await world.json("/v2/runs?status=RUNNING");
    return data.find((found: any) => found.function.slug === "app-a4-child");
  });
  await world.fetch(`/v1/runs/${run.run_id}`, { method: "DELETE" });
  expect(await world.ended(run.run_id)).toMatchObject({ status: "Cancelled" });
  await passed();
  world.advance(HOUR);
  expect(await world.ended(child.id)).toMatchObject({ status: "Completed", output: "done" });
});

test("a child that is cancelled makes the step of its parent fail", async () => {
  await deploy(
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
  const child = await until("the child sleeps", async () => {
    const { data } = await world.json("/v2/runs?status=RUNNING");
    return data.find((found: any) => found.function.slug === "app-stopped");
  });
  await world.fetch(`/v1/runs/${child.id}`, { method: "DELETE" });
  expect((await world.ended(run.run_id)).output).toContain("was cancelled");
});
