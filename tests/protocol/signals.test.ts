/** Signals: one waiter each, not kept for later (semantics §7.4), over HTTP with a real SDK. */
import { expect, test } from "vitest";
import { deployAll, HOUR, passed, start, useWorld, waitsWith, world } from "./bench.ts";

useWorld();

async function signal(name: string, data: unknown): Promise<{ status: number; body: any }> {
  const response = await world.fetch("/v1/signals", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ signal: name, data }),
  });
  return { status: response.status, body: await response.json() };
}

test("ST-11: a second waiter for a signal fails, and the first is not touched", async () => {
  await deployAll({
    id: "st11",
    handler: async ({ step }) => step.waitForSignal("w", { signal: "st11", timeout: "1h" }),
  });
  const first = await start("st11");
  await waitsWith(first, "WAIT_FOR_SIGNAL");
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
  await deployAll(
    {
      id: "st12",
      handler: async ({ step }) => step.waitForSignal("w", { signal: "st12", timeout: "1h" }),
    },
    { id: "sender", handler: async ({ step }) => step.sendSignal("s", { signal: "nobody", data: 1 }) },
  );
  const run = await start("st12");
  await waitsWith(run, "WAIT_FOR_SIGNAL");
  await passed();
  expect((await world.run(run.run_id)).status).toBe("Running");
  const sender = await world.ended((await start("sender")).run_id);
  expect(sender.status).toBe("Completed");
  world.advance(HOUR);
  expect(await world.ended(run.run_id)).toMatchObject({ status: "Completed", output: null });
});

test("W-30: with conflict `replace` the newer waiter gets the signal, the older waits until its timeout", async () => {
  await deployAll({
    id: "w30",
    handler: async ({ step }) =>
      step.waitForSignal("w", { signal: "w30", timeout: "1h", onConflict: "replace" }),
  });
  const older = await start("w30");
  await waitsWith(older, "WAIT_FOR_SIGNAL");
  const newer = await start("w30");
  await waitsWith(newer, "WAIT_FOR_SIGNAL");
  expect((await signal("w30", "x")).body.data.run_id).toBe(newer.run_id);
  expect(await world.ended(newer.run_id)).toMatchObject({ output: { signal: "w30", data: "x" } });
  expect(await signal("w30", "y")).toMatchObject({ status: 404 });
  world.advance(HOUR);
  expect(await world.ended(older.run_id)).toMatchObject({ status: "Completed", output: null });
});
