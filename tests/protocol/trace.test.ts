/** The trace of a run over HTTP (semantics §10.1, §10.2, wire.md §10.2). */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type FunctionRun, type Span, traceSchema } from "@stepwell/api";
import { expect, test } from "vitest";
import { deploy, deployOne, type Handler, HOUR, start as startRun, useWorld, world } from "./bench.ts";
import { type InngestFunction, NonRetriableError } from "./sdk.ts";
import { type RunView, until } from "./world.ts";

useWorld();

function made(id: string, handler: Handler): InngestFunction.Any {
  return world.client.createFunction({ id, triggers: [{ event: id }] }, handler);
}

/** Deploys functions and starts the one that the event of this name starts. */
async function start(name: string, functions: InngestFunction.Any[]): Promise<RunView> {
  await deploy(() => functions);
  return startRun(name);
}

async function begin(id: string, handler: Handler): Promise<RunView> {
  await deployOne(id, {}, handler);
  return startRun(id);
}

async function trace(run: RunView): Promise<Span> {
  const { data } = await world.json(`/v2/runs/${run.run_id}/trace?includeOutput=true`);
  // Nothing is shown that the contract does not name.
  expect(traceSchema.parse(data)).toEqual(data);
  return data.rootSpan;
}

/** A step's span, once it is as wanted. */
function step(run: RunView, name: string, status: string): Promise<Span> {
  return until(`${name} is ${status}`, async () =>
    (await trace(run)).children.find((span) => span.name === name && span.status === status),
  );
}

const outline = ({ name, status, children }: Span): unknown =>
  children.length === 0 ? `${name} ${status}` : [`${name} ${status}`, ...children.map(outline)];

const twoSteps = ["Run COMPLETED", "one COMPLETED", "two COMPLETED", "Finalization COMPLETED"];

test("TR-1: a completed run of two steps shows both and the finalization", async () => {
  const run = await begin("tr1", async ({ step }) => {
    const one = await step.run("one", () => ({ n: 1 }));
    return step.run("two", (n: number) => n + 1, one.n);
  });
  expect((await world.ended(run.run_id)).output).toBe(2);
  const root = await trace(run);
  expect(outline(root)).toEqual(twoSteps);
  const [one, two, final] = root.children;
  expect(root).toMatchObject({ id: run.run_id, stepId: null, stepOp: null, output: { data: 2 } });
  expect(one).toMatchObject({
    stepId: "one",
    stepOp: "RUN",
    attemptCount: 1,
    attempts: 0,
    stepInfo: null,
    input: null,
    output: { data: { n: 1 } },
  });
  expect(two).toMatchObject({ stepId: "two", input: [1], output: { data: 2 } });
  expect(final).toMatchObject({ stepId: null, output: { data: 2 } });
  for (const span of [root, one, two]) {
    const [queued, started, ended] = [span?.queuedAt, span?.startedAt, span?.endedAt].map((at) =>
      Date.parse(at ?? ""),
    );
    expect(queued).toBeLessThanOrEqual(started ?? 0);
    expect(started).toBeLessThanOrEqual(ended ?? 0);
    expect(span?.durationMs).toBe((ended ?? 0) - (started ?? 0));
  }
  const { data } = await world.json(`/v2/runs/${run.run_id}/trace`);
  expect(JSON.stringify(data)).not.toMatch(/"(output|input)"/);
  expect(data.rootSpan.children.map((span: Span) => span.id)).toEqual(root.children.map((span) => span.id));
});

test("TR-2, W-66: a step that fails once and then succeeds shows both attempts", async () => {
  let tries = 0;
  const run = await begin("tr2", async ({ step }) =>
    step.run("flaky", () => {
      tries += 1;
      if (tries === 1) throw new Error("not yet");
      return "done";
    }),
  );
  const waiting = await step(run, "flaky", "WAITING");
  expect(waiting).toMatchObject({ attemptCount: 1, attempts: 0, endedAt: null });
  world.advance(HOUR);
  await world.ended(run.run_id);
  const flaky = await step(run, "flaky", "COMPLETED");
  expect(outline(flaky)).toEqual(["flaky COMPLETED", "Attempt 0 FAILED", "Attempt 1 COMPLETED"]);
  expect(flaky).toMatchObject({ attemptCount: 2, attempts: 1, output: { data: "done" } });
  const [first, second] = flaky.children;
  expect(first).toMatchObject({
    attempts: 0,
    startedAt: expect.any(String),
    durationMs: expect.any(Number),
    output: { error: { message: "not yet", stack: expect.any(String) } },
  });
  expect(second).toMatchObject({ attempts: 1, startedAt: expect.any(String), output: { data: "done" } });
  expect(Date.parse(second?.startedAt ?? "")).toBeGreaterThan(Date.parse(first?.endedAt ?? ""));
});

test("TR-3: a run that sleeps shows until when, and the sleep has no output", async () => {
  const run = await begin("tr3", async ({ step }) => {
    await step.sleep("nap", "2h");
  });
  const nap = await step(run, "nap", "WAITING");
  expect(nap).toMatchObject({ stepOp: "SLEEP", endedAt: null, durationMs: null, attemptCount: null });
  expect(Date.parse(nap.stepInfo?.sleepUntil ?? "") - Date.parse(nap.startedAt ?? "")).toBe(2 * HOUR);
  expect(nap).not.toHaveProperty("output");
  expect(await trace(run)).not.toHaveProperty("output");
  world.advance(2 * HOUR);
  await world.ended(run.run_id);
  expect(await step(run, "nap", "COMPLETED")).not.toHaveProperty("output");
});

test("TR-4: a wait shows what it waits for, and then the internal id of the event that came", async () => {
  const run = await begin("tr4", async ({ step }) => {
    const event = await step.waitForEvent("paid", {
      event: "tr4/paid",
      timeout: "2h",
      if: "async.data.n == 7",
    });
    return event?.data.n;
  });
  const open = await step(run, "paid", "WAITING");
  expect(open).toMatchObject({
    stepOp: "WAIT_FOR_EVENT",
    stepInfo: {
      eventName: "tr4/paid",
      expression: "async.data.n == 7",
      timeout: expect.any(String),
      foundEventID: null,
      timedOut: null,
    },
  });
  expect(Date.parse(open.stepInfo?.timeout ?? "") - Date.parse(open.startedAt ?? "")).toBe(2 * HOUR);
  expect(open).not.toHaveProperty("output");
  const [, id] = await world.send([
    { name: "tr4/paid", data: { n: 6 } },
    { name: "tr4/paid", data: { n: 7 }, id: "the-sender's-own" },
  ]);
  expect((await world.ended(run.run_id)).output).toBe(7);
  const over = await step(run, "paid", "COMPLETED");
  expect(over.stepInfo).toMatchObject({ foundEventID: id, timedOut: false });
  expect(over.output).toMatchObject({ data: { name: "tr4/paid", data: { n: 7 } } });
});

test("TR-5: a wait that timed out is completed and says so, and the run goes on", async () => {
  const run = await begin("tr5", async ({ step }) => {
    const event = await step.waitForEvent("paid", { event: "tr5/paid", timeout: "1h" });
    return step.run("after", () => event);
  });
  await step(run, "paid", "WAITING");
  world.advance(HOUR);
  expect(await world.ended(run.run_id)).toMatchObject({ status: "Completed", output: null });
  const paid = await step(run, "paid", "COMPLETED");
  expect(paid).toMatchObject({ stepInfo: { timedOut: true, foundEventID: null }, output: { data: null } });
  expect(await step(run, "after", "COMPLETED")).toBeDefined();
});

test("TR-6: an invoke shows its child while the child runs, and how it ended", async () => {
  const child = made("tr6-child", async ({ step }) => {
    await step.sleep("nap", "2h");
    return "from the child";
  });
  const parent = made("tr6", ({ step }) => step.invoke("ask", { function: child, timeout: "1d" }));
  const run = await start("tr6", [parent, child]);
  const open = await until("the child runs", async () => {
    const [ask] = (await trace(run)).children;
    return ask?.stepInfo?.runID ? ask : null;
  });
  expect(open).toMatchObject({
    name: "ask",
    stepOp: "INVOKE",
    status: "WAITING",
    stepInfo: { returnEventID: null, timedOut: null, timeout: expect.any(String) },
  });
  const { runID, triggeringEventID, functionID } = open.stepInfo ?? {};
  const childRun = await world.run(runID ?? "");
  expect(childRun).toMatchObject({ function_slug: "app-tr6-child", event_id: triggeringEventID });
  expect(childRun.function_id).toBe(functionID);
  expect(childRun.status).not.toBe("Completed");
  await step(childRun, "nap", "WAITING");
  world.advance(2 * HOUR);
  expect((await world.ended(run.run_id)).output).toBe("from the child");
  const over = await step(run, "ask", "COMPLETED");
  expect(over).toMatchObject({ stepInfo: { runID, timedOut: false }, output: { data: "from the child" } });
  const { data: last } = await world.json(`/v1/events/${over.stepInfo?.returnEventID}`);
  expect(last).toMatchObject({ name: "inngest/function.finished", data: { run_id: runID } });
});

test("an invoke that timed out has failed, and a signal that timed out has not", async () => {
  const slow = made("slow-child", ({ step }) => step.sleep("nap", "10d"));
  const parent = made("impatient", async ({ step }) => {
    const signal = await step.waitForSignal("green", {
      signal: "impatient/go",
      timeout: "1h",
      onConflict: "fail",
    });
    await step.invoke("ask", { function: slow, timeout: "2h" }).catch(() => {});
    return signal;
  });
  const run = await start("impatient", [parent, slow]);
  expect((await step(run, "green", "WAITING")).stepInfo).toEqual({
    signal: "impatient/go",
    timeout: expect.any(String),
    timedOut: null,
  });
  world.advance(HOUR);
  await step(run, "ask", "WAITING");
  world.advance(2 * HOUR);
  expect(await world.ended(run.run_id)).toMatchObject({ status: "Completed", output: null });
  expect(await step(run, "green", "COMPLETED")).toMatchObject({
    stepOp: "WAIT_FOR_SIGNAL",
    stepInfo: { timedOut: true },
  });
  expect(await step(run, "ask", "FAILED")).toMatchObject({
    stepInfo: { timedOut: true, runID: expect.any(String), returnEventID: null },
    output: { error: { name: "InngestInvokeTimeoutError" } },
  });
});

test("what was open when a run was cancelled is cancelled with it", async () => {
  const run = await begin("dropped", async ({ step }) => {
    await Promise.all([
      step.sleep("nap", "2h"),
      step.waitForEvent("paid", { event: "dropped/paid", timeout: "2h" }),
    ]);
  });
  await step(run, "nap", "WAITING");
  await step(run, "paid", "WAITING");
  await world.fetch(`/v1/runs/${run.run_id}`, { method: "DELETE" });
  const { status, children } = await trace(run);
  expect(status).toBe("CANCELLED");
  expect(children.map(outline).sort()).toEqual(["nap CANCELLED", "paid CANCELLED"]);
  const paid = await step(run, "paid", "CANCELLED");
  expect(paid).toMatchObject({ stepInfo: { timedOut: null }, endedAt: expect.any(String) });
  expect(paid).not.toHaveProperty("output");
});

test("a request of the server is shown without its headers, query and body", async () => {
  const api = createServer((_, response) => response.writeHead(200).end("answered"));
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}/v1/ask?key=secret-query`;
  const run = await begin("asks", async ({ step }) => {
    const headers = { authorization: "Bearer secret-header" };
    const answer = await step.fetch(url, { method: "POST", headers, body: "secret-body" });
    return answer.text();
  });
  try {
    expect((await world.ended(run.run_id)).output).toBe("answered");
    const root = await trace(run);
    expect(root.children[0]).toMatchObject({
      output: { data: { url: url.replace(/\?.*/, ""), status_code: 200, body: "answered" } },
      stepOp: "RUN",
      status: "COMPLETED",
      attemptCount: 1,
      input: null,
    });
    expect(JSON.stringify(root)).not.toContain("secret");
  } finally {
    api.close();
  }
});

test("a rerun shows the steps that it took over, and its original", async () => {
  const original = await begin("repeated", async ({ step }) => {
    const one = await step.run("one", () => 1);
    return step.run("two", (n: number) => n * 10, one);
  });
  expect((await world.ended(original.run_id)).output).toBe(10);
  const answer = await world.json(`/v2/runs/${original.run_id}/rerun`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ fromStep: { stepId: "two", input: [7] } }),
  });
  const run = await world.ended(answer.data.runId);
  expect(run.output).toBe(70);
  const root = await trace(run);
  expect(outline(root)).toEqual(twoSteps);
  expect(root.children).toMatchObject([{ output: { data: 1 } }, { output: { data: 70 } }, {}]);
  const { data } = await world.json(`/v2/runs?functionId=app-repeated`);
  expect(data.map((row: FunctionRun) => [row.id, row.originalRunId])).toEqual([
    [run.run_id, original.run_id],
    [original.run_id, null],
  ]);
});

test("TR-7: the output of a failed run has its error with name, message and stack", async () => {
  const run = await begin("tr7", () => {
    throw new NonRetriableError("as planned");
  });
  await world.ended(run.run_id);
  const root = await trace(run);
  const error = {
    name: expect.any(String),
    message: "as planned",
    stack: expect.stringContaining("trace.test"),
  };
  expect(root).toMatchObject({ status: "FAILED", output: { error } });
  expect(root.children).toMatchObject([{ name: "Finalization", status: "FAILED", output: { error } }]);
  expect(root.output).not.toHaveProperty("error.__serialized");
  const { data } = await world.json(`/v2/runs/${run.run_id}?includeOutput=true`);
  expect(data).toMatchObject({ status: "FAILED", output: error, originalRunId: null });
});
