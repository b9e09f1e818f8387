/** Flow-control options at a sync: what is read, what goes together, and what is refused (semantics §6, §12). */
import {
  ExpressionError,
  type FunctionConfig,
  type JsonObject,
  parseDuration,
  parseExpression,
  StepwellError,
} from "@stepwell/core";
import { describe, expect, test } from "vitest";
import type { Checks } from "./function-config.ts";
import { readRegistration } from "./sync.ts";

const checks: Checks = {
  expression(source) {
    try {
      parseExpression(source);
      return null;
    } catch (error) {
      if (error instanceof ExpressionError) return error.message;
      throw error;
    }
  },
  cancelExpression: () => null,
  cron: () => null,
  duration: parseDuration,
};
const url = "http://localhost:3000/api/inngest";

function register(options: JsonObject): FunctionConfig {
  const fn = {
    id: "app-x",
    name: "x",
    triggers: [{ event: "t/x" }],
    steps: { step: { id: "step", name: "step", runtime: { type: "http", url }, retries: { attempts: 3 } } },
    ...options,
  };
  const body = { url, appName: "app", framework: "edge", sdk: "js:v4", functions: [fn] };
  const [config] = readRegistration(body, null, checks).functions;
  if (config === undefined) throw new Error("no function was read");
  return config;
}
/** What the sync is refused with; fails when it is accepted. */
function refused(options: JsonObject): StepwellError {
  try {
    register(options);
  } catch (error) {
    if (error instanceof StepwellError) return error;
    throw error;
  }
  throw new Error(`accepted: ${JSON.stringify(options)}`);
}

const DAY = 86_400_000;
const batchEvents = { maxSize: 5, timeout: "5s" };
const debounce = { period: "5s" };
const rateLimit = { limit: 2, period: "10s" };
const throttle = { limit: 1, period: "5s" };
const singleton = { mode: "skip", key: "event.data.id" };
const priority = { run: "event.data.p" };
const cancel = [{ event: "c" }];
const concurrency = 1;
const timeouts = { start: "3s" };

describe("what is read", () => {
  test.each<[string, JsonObject, Partial<FunctionConfig>]>([
    [
      "a rate limit",
      { rateLimit: { limit: 2, period: "10s", key: "event.data.id" } },
      { rateLimit: { limit: 2, periodMs: 10_000, key: "event.data.id", option: "rateLimit" } },
    ],
    [
      "I-6 · idempotency: one per key and day",
      { idempotency: "event.data.cart" },
      { rateLimit: { limit: 1, periodMs: DAY, key: "event.data.cart", option: "idempotency" } },
    ],
    [
      "I-7 · idempotency takes the place of a rate limit",
      { idempotency: "event.data.cart", rateLimit: { limit: 5, period: "1m" } },
      { rateLimit: { limit: 1, periodMs: DAY, key: "event.data.cart", option: "idempotency" } },
    ],
    ["a throttle, burst 0", { throttle }, { throttle: { limit: 1, periodMs: 5000, burst: 0 } }],
    [
      "a throttle with burst and key",
      { throttle: { limit: 2, period: "6s", burst: 1, key: "event.data.id" } },
      { throttle: { limit: 2, periodMs: 6000, burst: 1, key: "event.data.id" } },
    ],
    [
      "a throttle of 0, which is one of 1",
      { throttle: { limit: 0, period: "1500ms" } },
      { throttle: { limit: 0, periodMs: 1500, burst: 0 } },
    ],
    [
      "a debounce",
      { debounce: { period: "5s", timeout: "10s", key: "event.data.id" } },
      { debounce: { periodMs: 5000, timeoutMs: 10_000, key: "event.data.id" } },
    ],
    [
      "a batch",
      { batchEvents: { maxSize: 5, timeout: "1m30s", key: "event.data.id", if: "event.data.go" } },
      { batch: { maxSize: 5, timeoutMs: 90_000, key: "event.data.id", if: "event.data.go" } },
    ],
    ["a priority", { priority }, { priority: "event.data.p" }],
    ["a singleton", { singleton }, { singleton: { mode: "skip", key: "event.data.id" } }],
    [
      "a singleton without a key, as the protocol allows",
      { singleton: { mode: "cancel" } },
      { singleton: { mode: "cancel" } },
    ],
  ])("%s", (_case, options, config) => expect(register(options)).toMatchObject(config));

  test.each([null, "", {}, { key: null }])("%j counts as absent in every option", (nothing) => {
    const options = Object.fromEntries(
      ["rateLimit", "throttle", "debounce", "batchEvents", "priority", "singleton", "idempotency"].map(
        (name) => [name, nothing],
      ),
    );
    if (typeof nothing === "object") options.idempotency = null;
    const config = register(options as JsonObject);
    for (const name of ["rateLimit", "throttle", "debounce", "batch", "priority", "singleton"])
      expect(config).not.toHaveProperty(name);
  });

  test.each(["key", "if"])("an empty `%s` of a batch is none", (name) =>
    expect(register({ batchEvents: { ...batchEvents, [name]: "" } }).batch).toEqual({
      maxSize: 5,
      timeoutMs: 5000,
    }),
  );
});

describe("the compatibility table (semantics §6.1)", () => {
  test.each<[string, JsonObject, string]>([
    ["B-5 · batch + cancelOn", { batchEvents, cancel }, "cancelOn"],
    ["batch + debounce", { batchEvents, debounce }, "debounce"],
    ["batch + singleton", { batchEvents, singleton }, "singleton"],
    ["batch + priority", { batchEvents, priority }, "priority"],
  ])("%s: refused, with both names, the code and the cure", (_case, options, name) => {
    const { code, message } = refused(options);
    expect(code).toBe("combo_unsupported");
    expect(message).toContain(
      `Function "app-x": batchEvents cannot be combined with ${name} (combo_unsupported). Remove one of them.`,
    );
  });

  test.each<[string, JsonObject]>([
    ["batch + rateLimit", { batchEvents, rateLimit }],
    ["batch + idempotency", { batchEvents, idempotency: "event.data.id" }],
    ["batch + throttle", { batchEvents, throttle }],
    ["batch + concurrency", { batchEvents, concurrency }],
    ["batch + timeouts.start", { batchEvents, timeouts }],
    ["batch + cron trigger", { batchEvents, triggers: [{ event: "t/x" }, { cron: "* * * * *" }] }],
    ["idempotency + rateLimit", { idempotency: "event.data.id", rateLimit }],
    ["debounce + rateLimit", { debounce, rateLimit }],
    [
      "debounce + throttle, concurrency, priority and singleton",
      { debounce, throttle, concurrency, priority, singleton },
    ],
    ["singleton + concurrency", { singleton, concurrency }],
    ["singleton + rateLimit", { singleton, rateLimit }],
    ["throttle + concurrency", { throttle, concurrency }],
    ["throttle and concurrency + timeouts.start", { throttle, concurrency, timeouts }],
    ["priority + throttle and concurrency", { priority, throttle, concurrency }],
    ["2 concurrency limits", { concurrency: [{ limit: 1 }, { limit: 2, key: "event.data.id" }] }],
    ["5 cancelOn", { cancel: Array.from({ length: 5 }, () => ({ event: "c" })) }],
    ["10 triggers", { triggers: Array.from({ length: 10 }, (_, n) => ({ event: `t/${n}` })) }],
    ["batch beside options that ask for nothing", { batchEvents, cancel: [], debounce: null, singleton: {} }],
  ])("%s: accepted", (_case, options) => expect(() => register(options)).not.toThrow());

  test("two forbidden pairs are told both, and the code stays", () => {
    const { code, message } = refused({ batchEvents, cancel, debounce });
    expect(code).toBe("combo_unsupported");
    for (const name of ["cancelOn", "debounce"]) expect(message).toContain(`combined with ${name} (combo_`);
  });

  test("a forbidden pair beside another mistake: the code that covers both", () => {
    const { code, message } = refused({ batchEvents, cancel, debounce: { period: "1ms" } });
    expect(code).toBe("sync_refused");
    for (const part of ["cancelOn (combo_unsupported)", "debounce.period"]) expect(message).toContain(part);
  });

  test.each<[string, JsonObject, string]>([
    [
      "C-8 · 3 concurrency limits",
      { concurrency: [1, 2, 3].map((limit) => ({ limit })) },
      "concurrency has 3 limits; at most 2 are allowed. Remove some.",
    ],
    [
      "K-6 · 6 cancelOn",
      { cancel: Array.from({ length: 6 }, () => ({ event: "c" })) },
      "cancelOn has 6 entries; at most 5 are allowed. Remove some.",
    ],
    [
      "11 triggers",
      { triggers: Array.from({ length: 11 }, (_, n) => ({ event: `t/${n}` })) },
      "it has 11 triggers; at most 10 are allowed. Remove some, or make a second function.",
    ],
    [
      "2 limits on runs",
      { concurrency: { fn: [{ limit: 1 }, { limit: 2 }] } },
      "concurrency.fn has 2 limits; at most 1 are allowed. Remove some.",
    ],
  ])("%s: refused with function, option and cure", (_case, options, says) => {
    const { code, message } = refused(options);
    expect(code).toBe("sync_refused");
    expect(message).toContain(`Function "app-x": ${says}`);
  });
});

describe("what is refused, by option and cure", () => {
  test.each<[JsonObject, string]>([
    [{ rateLimit: { limit: 0, period: "1m" } }, "rateLimit.limit (0) must be a whole number, 1 or more."],
    [{ rateLimit: { limit: 1.5, period: "1m" } }, "rateLimit.limit (1.5) must be a whole number"],
    [{ rateLimit: { period: "1m" } }, "rateLimit.limit (null) must be a whole number"],
    [{ rateLimit: { limit: 1 } }, "rateLimit.period (null) is not a duration from 1s to 24h."],
    [
      { rateLimit: { limit: 1, period: "25h" } },
      'rateLimit.period ("25h") is not a duration from 1s to 24h.',
    ],
    [{ rateLimit: { limit: 1, period: "24h1ms" } }, "rateLimit.period"],
    [{ rateLimit: { limit: 1, period: "500ms" } }, "rateLimit.period"],
    [{ rateLimit: { limit: 1, period: "soon" } }, "rateLimit.period"],
    [{ rateLimit: { limit: 1, period: 60 } }, "rateLimit.period (60)"],
    [{ rateLimit: 5 }, "rateLimit must be an object with `limit`, `period`, `key`."],
    [
      { rateLimit: { limit: 1, period: "1m", key: 7 } },
      "rateLimit.key must be text: an expression over `event`.",
    ],
    [
      { rateLimit: { limit: 1, period: "1m", key: "event.data.((" } },
      "rateLimit.key (event.data.(() is not valid",
    ],
    [{ idempotency: "event.data.((" }, "idempotency (event.data.(() is not valid"],
    [{ idempotency: 5 }, "idempotency must be text"],
    [{ throttle: { limit: -1, period: "5s" } }, "throttle.limit (-1) must be a whole number, 0 or more."],
    [
      { throttle: { limit: 1, period: "999ms" } },
      'throttle.period ("999ms") is not a duration of 1s or more.',
    ],
    [
      { throttle: { limit: 1, period: "5s", burst: -1 } },
      "throttle.burst (-1) must be a whole number, 0 or more.",
    ],
    [{ throttle: { limit: 1, period: "5s", burst: "2" } }, 'throttle.burst ("2")'],
    [{ throttle: { limit: 1, period: "5s", key: "((" } }, "throttle.key ((() is not valid"],
    [{ throttle: true }, "throttle must be an object"],
    [{ debounce: { period: "500ms" } }, 'debounce.period ("500ms") is not a duration from 1s to 7d.'],
    [{ debounce: { period: "7d1s" } }, "debounce.period"],
    [{ debounce: { timeout: "10s" } }, "debounce.period (null)"],
    [
      { debounce: { period: "5s", timeout: "late" } },
      'debounce.timeout ("late") is not a duration like 30s or 1h.',
    ],
    [{ debounce: { period: "5s", key: "((" } }, "debounce.key"],
    [
      { batchEvents: { maxSize: 1, timeout: "5s" } },
      "batchEvents.maxSize (1) must be a whole number, 2 or more.",
    ],
    [{ batchEvents: { timeout: "5s" } }, "batchEvents.maxSize (null)"],
    [
      { batchEvents: { maxSize: 5 } },
      "batchEvents.timeout (null) is not a duration of 1s or more, without days or weeks.",
    ],
    [
      { batchEvents: { maxSize: 5, timeout: "1d" } },
      'batchEvents.timeout ("1d") is not a duration of 1s or more',
    ],
    [{ batchEvents: { maxSize: 5, timeout: "1w" } }, 'batchEvents.timeout ("1w")'],
    [{ batchEvents: { maxSize: 5, timeout: "999ms" } }, 'batchEvents.timeout ("999ms")'],
    [{ batchEvents: { ...batchEvents, if: "((" } }, "batchEvents.if ((() is not valid"],
    [{ batchEvents: { ...batchEvents, key: "((" } }, "batchEvents.key"],
    [{ priority: { run: "((" } }, "priority.run ((() is not valid"],
    [{ priority: { run: 120 } }, "priority.run must be text"],
    [{ priority: 120 }, "priority must be an object with `run`."],
    [{ singleton: { mode: "replace" } }, 'singleton.mode must be "skip" or "cancel".'],
    [{ singleton: { key: "event.data.id" } }, 'singleton.mode must be "skip" or "cancel".'],
    [{ singleton: { mode: "skip", key: "((" } }, "singleton.key"],
  ])("%j: %s", (options, says) => {
    const { code, message } = refused(options);
    expect(code).toBe("sync_refused");
    expect(message).toContain(`Function "app-x": ${says}`);
  });

  test.each<[string, JsonObject]>([
    ["rateLimit.burst", { rateLimit: { ...rateLimit, burst: 3 } }],
    ["throttle.scope", { throttle: { ...throttle, scope: "env" } }],
    ["debounce.leading", { debounce: { ...debounce, leading: true } }],
    ["batchEvents.min", { batchEvents: { ...batchEvents, min: 2 } }],
    ["priority.step", { priority: { ...priority, step: "1" } }],
    ["singleton.ttl", { singleton: { ...singleton, ttl: "1h" } }],
  ])("%s, which nobody reads, is not silently accepted", (name, options) => {
    const { code, message } = refused(options);
    expect(code).toBe("option_not_built");
    expect(message).toContain(`${name} is not built yet`);
  });

  test("all mistakes of a function are told at once", () => {
    const { message } = refused({
      rateLimit: { limit: 0, period: "25h" },
      debounce: { period: "1ms" },
      batchEvents: { maxSize: 1, timeout: "1d" },
    });
    for (const part of [
      "rateLimit.limit",
      "rateLimit.period",
      "debounce.period",
      "maxSize",
      "timeout",
      "combo_unsupported",
    ])
      expect(message).toContain(part);
  });

  test("one mistake is told once", () => {
    const { message } = refused({ batchEvents: { maxSize: 5, timeout: "1d" } });
    expect(message.split("batchEvents.timeout")).toHaveLength(2);
  });
});

describe("the ends of what is allowed", () => {
  test.each<[JsonObject, Partial<FunctionConfig>]>([
    [
      { rateLimit: { limit: 1, period: "1s" } },
      { rateLimit: { limit: 1, periodMs: 1000, option: "rateLimit" } },
    ],
    [
      { rateLimit: { limit: 1, period: "24h" } },
      { rateLimit: { limit: 1, periodMs: DAY, option: "rateLimit" } },
    ],
    [{ debounce: { period: "1s" } }, { debounce: { periodMs: 1000 } }],
    [{ debounce: { period: "7d" } }, { debounce: { periodMs: 7 * DAY } }],
    [{ throttle: { limit: 1, period: "1s" } }, { throttle: { limit: 1, periodMs: 1000, burst: 0 } }],
    [{ batchEvents: { maxSize: 2, timeout: "1s" } }, { batch: { maxSize: 2, timeoutMs: 1000 } }],
    [{ batchEvents: { maxSize: 10_000, timeout: "2m" } }, { batch: { maxSize: 10_000, timeoutMs: 120_000 } }],
  ])("%j", (options, config) => expect(register(options)).toMatchObject(config));
});
