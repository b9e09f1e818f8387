/** Meetings of several runs and reruns of odd shapes that a review looked for, over HTTP with a real SDK. */
import { expect, test } from "vitest";
import { deployAll, HOUR, start, useWorld, world } from "./bench.ts";
import { type RunView, until } from "./world.ts";

useWorld();

async function rerun(run: RunView, stepId: string): Promise<RunView> {
  const response = await world.fetch(`/v2/runs/${run.run_id}/rerun`, {
    method: "POST",
    body: JSON.stringify({ fromStep: { stepId } }),
  });
  const body = await response.json();
  expect(response.status, JSON.stringify(body)).toBeLessThan(300);
  return world.run(body.data.runId);
}
const signal = (name: string, data: unknown): Promise<Response> =>
  world.fetch("/v1/signals", { method: "POST", body: JSON.stringify({ signal: name, data }) });

test("a rerun from the step that failed runs only that one and what follows", async () => {
  const ran: string[] = [];
  let broken = true;
  const body = (id: string) => () => {
    ran.push(id);
    if (id === "b" && broken) throw new Error("broken");
    return id;
  };
  await deployAll({
    id: "rv-failed",
    options: { retries: 0 },
    handler: async ({ step }) => [
      await step.run("a", body("a")),
      await step.run("b", body("b")),
      await step.run("c", body("c")),
    ],
  });
  const run = await start("rv-failed");
  expect(await world.ended(run.run_id)).toMatchObject({ status: "Failed" });
  broken = false;
  ran.length = 0;
  const again = await rerun(run, "b");
  expect(await world.ended(again.run_id)).toMatchObject({ status: "Completed", output: ["a", "b", "c"] });
  expect(ran).toEqual(["b", "c"]);
});

test("a rerun from a step of a parallel group comes to the end with every step run at most once", async () => {
  const ran: string[] = [];
  const body = (id: string) => () => {
    ran.push(id);
    return id;
  };
  await deployAll({
    id: "rv-group",
    options: {},
    handler: async ({ step }) => {
      const group = await Promise.all(["a", "b", "c"].map((id) => step.run(id, body(id))));
      await step.sleep("z", "1h");
      return [...group, await step.run("d", body("d"))];
    },
  });
  const run = await start("rv-group");
  await until("it sleeps", () => ran.length === 3);
  const again = await until("the sleep is known", async () => {
    world.advance(HOUR);
    return (await world.run(run.run_id)).status === "Completed";
  });
  expect(again).toBe(true);
  for (const from of ["a", "b", "c"]) {
    ran.length = 0;
    const next = await rerun(run, from);
    await until(`the rerun from ${from} ends`, async () => {
      world.advance(HOUR);
      return (await world.run(next.run_id)).status === "Completed";
    });
    expect((await world.run(next.run_id)).output).toEqual(["a", "b", "c", "d"]);
    expect(ran).toContain(from);
    expect(ran.at(-1)).toBe("d");
    expect(new Set(ran).size).toBe(ran.length);
  }
});

test("the end of one function's run can cancel the runs of another", async () => {
  await deployAll(
    { id: "rv-ender", options: {}, handler: async () => "over" },
    {
      id: "rv-cancelled",
      options: {
        cancelOn: [{ event: "inngest/function.finished", if: "async.data.function_id == 'app-rv-ender'" }],
      },
      handler: async ({ step }) => step.sleep("z", "1d"),
    },
  );
  const run = await start("rv-cancelled");
  await until("it sleeps", async () => (await world.run(run.run_id)).status === "Running");
  await start("rv-ender");
  expect(await world.ended(run.run_id)).toMatchObject({ status: "Cancelled" });
});

test("many invokes at once each get the result of their own child", async () => {
  await deployAll(
    { id: "rv-child", options: {}, handler: async ({ event }) => event.data.n * 2 },
    {
      id: "rv-many",
      options: {},
      handler: async ({ step }) =>
        Promise.all(
          Array.from({ length: 40 }, (_, n) =>
            step.invoke(`i${n}`, {
              function: world.client.createFunction({ id: "rv-child", triggers: [] }, async () => 0) as never,
              data: { n },
            }),
          ),
        ),
    },
  );
  const run = await start("rv-many");
  const output = Array.from({ length: 40 }, (_, n) => n * 2);
  expect(await world.ended(run.run_id, 30_000)).toMatchObject({ status: "Completed", output });
});

test("of many signals sent at once, one ends the wait and the others find nobody", async () => {
  await deployAll({
    id: "rv-signal",
    options: {},
    handler: async ({ step }) => step.waitForSignal("s", { signal: "rv/s", timeout: "1h" }),
  });
  const run = await start("rv-signal");
  const first = await until("it waits", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => signal("rv/s", n)));
    const good = answers.filter(({ status }) => status === 200);
    return good.length > 0 && answers.map(({ status }) => status);
  });
  expect(first.filter((status) => status === 200)).toHaveLength(1);
  expect(first.filter((status) => status === 404)).toHaveLength(7);
  expect(await world.ended(run.run_id)).toMatchObject({ status: "Completed" });
});

test("a loop of waits takes one event each, however fast they come", async () => {
  await deployAll({
    id: "rv-loop",
    options: {},
    handler: async ({ step }) => {
      const seen: number[] = [];
      for (let i = 0; i < 5; i += 1) {
        const event = await step.waitForEvent(`w${i}`, { event: "rv-loop/go", timeout: "1h" });
        seen.push(event!.data.n);
      }
      return seen;
    },
  });
  const run = await start("rv-loop");
  let n = 0;
  await until("it ends", async () => {
    n += 1;
    await world.send({ name: "rv-loop/go", data: { n } });
    return (await world.run(run.run_id)).status === "Completed";
  });
  const seen = (await world.run(run.run_id)).output as number[];
  expect(seen).toHaveLength(5);
  expect(new Set(seen).size).toBe(5);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
});
