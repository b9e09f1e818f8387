/**
 * Options that are wrong, or that exclude each other: the sync is refused with a code and a text that
 * names function, option and cure, and nothing changes (semantics §3.3, §6.0, §6.1, §8.3).
 */
import { expect, test } from "vitest";
import { completed, deploy, type Options, passed, start, useWorld, withBarrier, world } from "./bench.ts";

useWorld();

const good = () => world.client.createFunction({ id: "good", triggers: [{ event: "good" }] }, () => "good");

interface Told {
  status: number;
  message: string;
  code?: string;
}

/** What a sync is answered in which a second function has these options: to the developer, and to the SDK. */
async function syncWith(options: object): Promise<{ developer: Told; sdk: Told }> {
  const eager = { id: "eager", triggers: [{ event: "good" }], ...options } as Options & { id: string };
  world.app.deploy(withBarrier(({ createFunction }: any) => [good(), createFunction(eager, () => "eager")]));
  const response = await fetch(world.app.url, { method: "PUT" });
  const { message } = JSON.parse(await response.text());
  return { developer: { status: response.status, message }, sdk: await register(await functionsOfApp()) };
}

/** The functions as the SDK writes them down. */
async function functionsOfApp(): Promise<object[]> {
  const response = await fetch(world.app.url, {
    method: "PUT",
    headers: { "content-type": "application/json", "x-inngest-sync-kind": "in_band" },
    body: JSON.stringify({ url: world.app.url }),
  });
  return JSON.parse(await response.text()).functions;
}

/** Says what the SDK says, so that the whole answer can be seen. */
async function register(functions: object[]): Promise<Told> {
  const response = await world.fetch("/fn/register", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ appName: "app", url: world.app.url, functions }),
  });
  const { status, error, code } = JSON.parse(await response.text());
  expect(status).toBe(response.status);
  return { status, message: error, code };
}

/** Only the function of the last good sync runs. */
async function asBefore(): Promise<void> {
  const run = await start("good");
  await completed(run, "good");
  await passed();
  expect((await world.eventRuns(run.event_id)).map((one) => one.function_slug)).toEqual(["app-good"]);
}

const batchEvents = { maxSize: 5, timeout: "5s" };
const cancelOn = [{ event: "stop" }];
const key = "event.data.id";

const pairs: [string, object][] = [
  ["cancelOn", { batchEvents, cancelOn }],
  ["debounce", { batchEvents, debounce: { period: "5s" } }],
  ["singleton", { batchEvents, singleton: { mode: "skip", key } }],
  ["priority", { batchEvents, priority: { run: "1" } }],
];

test.each(pairs)("B-5: a batch beside %s is refused as a combination", async (name, options) => {
  await deploy(() => [good()]);
  const { developer, sdk } = await syncWith(options);
  expect(sdk).toMatchObject({ status: 400, code: "combo_unsupported" });
  expect(developer).toEqual({ status: 400, message: sdk.message });
  expect(sdk.message).toContain(
    `Function "app-eager": batchEvents cannot be combined with ${name} (combo_unsupported). Remove one of them.`,
  );
  await asBefore();
});

const events = (count: number): object[] => Array.from({ length: count }, (_, n) => ({ event: `e/${n}` }));

const mistakes: [string, object, string][] = [
  [
    "three limits",
    { concurrency: [{ limit: 1 }, { limit: 2, key }, 3] },
    "concurrency has 3 limits; at most 2 are allowed. Remove some.",
  ],
  [
    "two limits on runs",
    { concurrency: { fn: [{ limit: 1 }, { limit: 2, key }] } },
    "concurrency.fn has 2 limits; at most 1",
  ],
  [
    "a limit of 0 on runs",
    { concurrency: { fn: [{ limit: 0 }] } },
    "concurrency.fn.limit (0) must be a whole number, 1 or more.",
  ],
  [
    "a limit on runs that is shared",
    { concurrency: { fn: [{ limit: 1, key, scope: "env" }] } },
    'limits on runs (concurrency.fn) have the scope "fn" only. Remove `scope`.',
  ],
  [
    "a shared limit without key",
    { concurrency: { limit: 1, scope: "account" } },
    'concurrency with scope "account" needs a `key`.',
  ],
  ["six cancelOn", { cancelOn: events(6) }, "cancelOn has 6 entries; at most 5 are allowed. Remove some."],
  [
    "what a cancelOn may not use",
    { cancelOn: [{ event: "stop", if: "async.data.n.startsWith('x')" }] },
    "cancelOn.if",
  ],
  [
    "eleven triggers",
    { triggers: events(11) },
    "it has 11 triggers; at most 10 are allowed. Remove some, or make a second function.",
  ],
  [
    "two equal triggers",
    { triggers: [{ event: "a" }, { event: "a" }] },
    'the trigger on event "a" is there twice. Remove one.',
  ],
  [
    "one cron twice",
    { triggers: [{ cron: "0 1 * * *" }, { cron: "0 1 * * *", jitter: "5s" }] },
    'the trigger on cron "0 1 * * *" is there twice. Remove one.',
  ],
  [
    "a trigger `if` that does not parse",
    { triggers: [{ event: "a", if: "event.data.(" }] },
    'the `if` of the trigger on event "a"',
  ],
  ["a cron in words", { triggers: [{ cron: "@daily" }] }, 'the cron expression "@daily" is not valid'],
  [
    "a debounce under 1 s",
    { debounce: { period: "500ms" } },
    'debounce.period ("500ms") is not a duration from 1s to 7d.',
  ],
  ["a debounce over 7 d", { debounce: { period: "8d" } }, 'debounce.period ("8d")'],
  [
    "a throttle under 1 s",
    { throttle: { limit: 1, period: "900ms" } },
    'throttle.period ("900ms") is not a duration of 1s or more.',
  ],
  ["a throttle of less than 0", { throttle: { limit: -1, period: "1m" } }, "throttle.limit (-1)"],
  [
    "a rate limit over 24 h",
    { rateLimit: { limit: 1, period: "25h" } },
    'rateLimit.period ("25h") is not a duration from 1s to 24h.',
  ],
  [
    "a rate limit of 0",
    { rateLimit: { limit: 0, period: "1h" } },
    "rateLimit.limit (0) must be a whole number, 1 or more.",
  ],
  ["idempotency that cannot be read", { idempotency: "event.data.(" }, "idempotency (event.data.()"],
  [
    "a batch of one",
    { batchEvents: { maxSize: 1, timeout: "5s" } },
    "batchEvents.maxSize (1) must be a whole number, 2 or more.",
  ],
  [
    "a batch for days",
    { batchEvents: { maxSize: 5, timeout: "1d" } },
    'batchEvents.timeout ("1d") is not a duration of 1s or more, without days or weeks.',
  ],
  ["a priority over `async`", { priority: { run: "async.data.p" } }, "priority.run (async.data.p)"],
  [
    "a singleton of another mode",
    { singleton: { mode: "wait" } },
    'singleton.mode must be "skip" or "cancel".',
  ],
  [
    "a timeout that is none",
    { timeouts: { start: "soon" } },
    'timeouts.start ("soon") is not a duration like 30s or 1h.',
  ],
  [
    "a forbidden pair beside another mistake",
    { batchEvents: { maxSize: 1, timeout: "5s" }, cancelOn },
    "batchEvents.maxSize (1)",
  ],
];

test.each(mistakes)("%s: refused, and the old configuration stays", async (_what, options, says) => {
  await deploy(() => [good()]);
  const { developer, sdk } = await syncWith(options);
  expect(sdk).toMatchObject({ status: 400, code: "sync_refused" });
  expect(developer).toEqual({ status: 400, message: sdk.message });
  expect(sdk.message).toContain(`Function "app-eager": ${says}`);
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
  expect(await register([newer])).toMatchObject({
    status: 400,
    code: "option_not_built",
    message: expect.stringMatching(/"app-eager": the option somethingNew is not built yet/),
  });
  await asBefore();
});
