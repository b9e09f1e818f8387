/** Options of flow control that are wrong: the sync is refused with a text that names them, and nothing changes (semantics §6, §8.3). */
import { expect, test } from "vitest";
import { completed, deploy, passed, start, useWorld, withBarrier, world } from "./bench.ts";

useWorld();

const good = () => world.client.createFunction({ id: "good", triggers: [{ event: "good" }] }, () => "good");

/** What a sync is answered in which a second function has these options. */
async function syncWith(options: object): Promise<{ status: number; message: string }> {
  const eager = { id: "eager", triggers: [{ event: "good" }], ...options };
  world.app.deploy(withBarrier(({ createFunction }: any) => [good(), createFunction(eager, () => "eager")]));
  const response = await fetch(world.app.url, { method: "PUT" });
  return { status: response.status, message: JSON.parse(await response.text()).message };
}

/** Only the function of the last good sync runs. */
async function asBefore(): Promise<void> {
  const run = await start("good");
  await completed(run, "good");
  await passed();
  expect((await world.eventRuns(run.event_id)).map((one) => one.function_slug)).toEqual(["app-good"]);
}

const mistakes: [string, object, string][] = [
  ["a debounce under 1 s", { debounce: { period: "500ms" } }, 'debounce.period ("500ms")'],
  ["a debounce over 7 d", { debounce: { period: "8d" } }, 'debounce.period ("8d")'],
  ["a throttle under 1 s", { throttle: { limit: 1, period: "900ms" } }, 'throttle.period ("900ms")'],
  ["a throttle of less than 0", { throttle: { limit: -1, period: "1m" } }, "throttle.limit (-1)"],
  ["a rate limit over 24 h", { rateLimit: { limit: 1, period: "25h" } }, 'rateLimit.period ("25h")'],
  ["a rate limit of 0", { rateLimit: { limit: 0, period: "1h" } }, "rateLimit.limit (0)"],
  ["idempotency that cannot be read", { idempotency: "event.data.(" }, "idempotency (event.data.()"],
  ["a priority over `async`", { priority: { run: "async.data.p" } }, "priority.run (async.data.p)"],
  ["a singleton of another mode", { singleton: { mode: "wait" } }, "singleton.mode must be"],
];

test.each(mistakes)("%s is refused, and the old configuration stays", async (_what, options, says) => {
  await deploy(() => [good()]);
  const { status, message } = await syncWith(options);
  expect({ status, message }).toMatchObject({ status: 400 });
  expect(message).toContain(`Function "app-eager": ${says}`);
  await asBefore();
});

test("an option that this version has never heard of is refused by name, not ignored", async () => {
  await deploy(() => [good()]);
  const runtime = { type: "http", url: `${world.app.url}?fnId=app-eager&stepId=step` };
  const newer = {
    id: "app-eager",
    name: "eager",
    triggers: [{ event: "good" }],
    steps: { step: { id: "step", name: "step", runtime } },
    somethingNew: { a: 1 },
  };
  const response = await world.fetch("/fn/register", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ appName: "app", url: world.app.url, functions: [newer] }),
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    code: "option_not_built",
    error: expect.stringMatching(/"app-eager": the option somethingNew is not built yet/),
  });
  await asBefore();
});
