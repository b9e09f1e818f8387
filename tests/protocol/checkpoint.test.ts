/**
 * Checkpointing (wire.md §7): v4 does it by default, v3 when asked. Without it there is nothing to show,
 * so the v4-plain project has only the last test of this file.
 */
import { afterEach, expect, test } from "vitest";
import {
  begin as beginRun,
  bodyOf,
  calls,
  completed,
  type Handler,
  HOUR,
  type Options,
  opsOf,
  rootSpan,
  useWorld,
  world,
} from "./bench.ts";
import { sdk } from "./sdk.ts";
import { type RunView, until } from "./world.ts";

/** While set, the app cannot reach the address for checkpoints. */
let refused: string[] | null = null;
const throughTheGate: typeof fetch = async (input, init) => {
  const url = String(input instanceof Request ? input.url : input);
  if (refused === null || !url.includes("/v1/checkpoint/")) return fetch(input, init);
  refused.push(url);
  return new Response("no way through", { status: 503 });
};
useWorld({ clientOptions: { fetch: throughTheGate, ...(sdk.name === "v3" ? { checkpointing: true } : {}) } });
afterEach(() => {
  refused = null;
});

const begin = (id: string, handler: Handler, options: Options = {}): Promise<RunView> =>
  beginRun(id, options, handler);

const three: Handler = async ({ step }) => {
  const one = await step.run("one", () => 1);
  const two = await step.run("two", () => one + 1);
  return step.run("three", () => two + 1);
};

const stepsOf = async (run: RunView): Promise<string[]> =>
  (await rootSpan(run)).children
    .filter(({ stepId }) => stepId !== null)
    .map(({ name, status }) => `${name} ${status}`);

/** That many attempts have failed. */
const failedAttempts = (run: RunView, count: number): Promise<unknown> =>
  until(`attempt ${count} has failed`, async () =>
    JSON.stringify(await rootSpan(run)).includes(`Attempt ${count - 1}`),
  );

/** A checkpoint as the SDK sends it, for the call with this body. */
function post(run: RunView, callBody: string, id: string, more: object = {}): Promise<Response> {
  const { ctx } = JSON.parse(callBody);
  const step = { id, op: "StepRun", name: id, displayName: id, opts: {}, userland: { id }, data: "first" };
  return world.fetch(`/v1/checkpoint/${run.run_id}/async`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      run_id: run.run_id,
      fn_id: ctx.fn_id,
      qi_id: ctx.qi_id,
      steps: [step],
      ts: 1,
      ...more,
    }),
  });
}

if (sdk.name !== "v4-plain") {
  test("W-47: a run of three steps costs one call, and its three steps are stored", async () => {
    const run = await begin("w47", three);
    await completed(run, 3);
    expect(calls(run)).toHaveLength(1);
    expect(await stepsOf(run)).toEqual(["one COMPLETED", "two COMPLETED", "three COMPLETED"]);
  });

  test("W-18: a function without steps ends with the one op of its answer", async () => {
    const run = await begin("w18", () => "nothing to do");
    await completed(run, "nothing to do");
    const [call] = calls(run);
    expect(call?.status).toBe(206);
    expect(opsOf(call).map(({ op }: any) => op)).toEqual(["RunComplete"]);
  });

  test("step, sleep, step: the steps are stored while the call goes on, and the sleep ends it", async () => {
    const run = await begin("nap", async ({ step }) => {
      await step.run("before", () => 1);
      await step.sleep("nap", "1h");
      return step.run("after", () => 2);
    });
    await until("it sleeps", async () => (await stepsOf(run)).includes("nap WAITING"));
    world.advance(HOUR);
    expect(await world.ended(run.run_id)).toMatchObject({ output: 2 });
    expect(calls(run)).toHaveLength(2);
  });

  test("W-49: a worker that dies after two checkpoints: the next call has two memoised steps", async () => {
    let [tries, ones] = [0, 0];
    let cut = (): void => {};
    const handler: Handler = async ({ step }) => {
      await step.run("one", () => {
        ones += 1;
      });
      await step.run("two", () => {});
      tries += 1;
      // The process dies here: its connection is cut, and the code goes no further.
      if (tries === 1) await new Promise(() => cut());
      return step.run("three", () => "end");
    };
    const run = await beginRun("w49", {}, handler, (_request, _reply, socket) => {
      cut = () => socket.destroy();
      return false;
    });
    await until("the two steps are stored", async () => (await stepsOf(run)).length >= 2);
    await failedAttempts(run, 1);
    world.advance(120_000);
    await completed(run, "end");
    expect(ones).toBe(1);
    const [, second] = calls(run);
    const body = bodyOf(second);
    expect(Object.keys(body.steps)).toHaveLength(2);
    // What the first call stored is behind it: attempts count for the step that comes next (wire.md §7.5).
    expect(body.ctx.attempt).toBe(1);
  });

  test("W-48, W-50, W-52: repeated checkpoints are stored once; stale ones, and those of an ended run, get 409", async () => {
    let release = (): void => {};
    const run = await begin("w50", async ({ step }) => {
      await step.run("hold", () => new Promise<void>((resolve) => (release = resolve)));
      return "end";
    });
    const call = await until("the call", () => calls(run)[0]);
    for (const _ of [1, 2]) expect((await post(run, call.body, "extra")).status).toBe(200);
    expect(await stepsOf(run)).toEqual(["extra COMPLETED"]);
    expect((await post(run, call.body, "stale", { generation_id: 0 })).status).toBe(409);
    expect((await post(run, call.body, "foreign", { qi_id: "another" })).status).toBe(409);
    expect((await post(run, call.body, "broken", { qi_id: undefined })).status).toBe(400);
    const unknown = { ...run, run_id: "01KZZZZZZZZZZZZZZZZZZZZZZZ" };
    expect((await post(unknown, call.body, "x")).status).toBe(404);
    expect(await stepsOf(run)).toEqual(["extra COMPLETED"]);
    await world.fetch(`/v1/runs/${run.run_id}`, { method: "DELETE" });
    expect((await post(run, call.body, "late")).status).toBe(409);
    release();
    const answered = await until("the app has answered", () => call.status !== undefined && call);
    if (sdk.name === "v4") expect(answered.answer).toContain("StaleDispatchError");
    expect(await world.run(run.run_id)).toMatchObject({ status: "Cancelled" });
    expect(await stepsOf(run)).toEqual(["extra COMPLETED"]);
  });

  test("step by step, then a step that throws: the retries are that step's, and count from its first try", async () => {
    const attempts: number[] = [];
    const run = await begin("throws", async ({ step, attempt }) => {
      await step.run("good", () => {});
      return step.run("bad", () => {
        attempts.push(attempt);
        if (attempts.length < 3) throw new Error("not yet");
        return "ok";
      });
    });
    for (const tries of [1, 2]) {
      await failedAttempts(run, tries);
      world.advance(120_000);
    }
    await completed(run, "ok");
    expect(attempts).toEqual([0, 1, 2]);
  });

  test("W-53: after `maxRuntime` the next step is planned, and the run goes on in another call", async () => {
    const run = await begin(
      "w53",
      async ({ step }) => {
        await step.run("one", () => new Promise((resolve) => setTimeout(resolve, 300)));
        await step.run("two", () => {});
        return "end";
      },
      { checkpointing: { maxRuntime: "200ms" } } as Options,
    );
    await completed(run, "end");
    expect(calls(run).length).toBeGreaterThan(1);
    expect(await stepsOf(run)).toEqual(["one COMPLETED", "two COMPLETED"]);
  });

  test("W-51: when checkpoints fail, the answers bring the steps, and nothing is lost or done twice", async () => {
    refused = [];
    const ran = { one: 0, two: 0 };
    const run = await begin("w51", async ({ step }) => {
      await step.run("one", () => {
        ran.one += 1;
      });
      return step.run("two", () => {
        ran.two += 1;
        return "end";
      });
    });
    expect(await world.ended(run.run_id)).toMatchObject({ output: "end" });
    expect(refused.length).toBeGreaterThan(0);
    expect(ran).toEqual({ one: 1, two: 1 });
    expect(await stepsOf(run)).toEqual(["one COMPLETED", "two COMPLETED"]);
  });
}

test("a three-step run completes, whatever the SDK does about checkpoints", async () => {
  const run = await begin("plain", three);
  await completed(run, 3);
});
