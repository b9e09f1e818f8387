/** Which cells an event has at the gates, by what its keys evaluate to (semantics §4.1, §6). */
import { describe, expect, test } from "vitest";
import type { FunctionConfig } from "../model/function.ts";
import type { JsonObject } from "../model/json.ts";
import { NOW } from "../run/fixtures/samples.ts";
import { eventOf, functionOf } from "./fixtures/gate-samples.ts";
import { type GateKeys, gateKeys, gatesOf } from "./keys.ts";

const DAY = 86_400_000;
type Gate = Exclude<keyof GateKeys, "priority" | "refused">;

const keysOf = (
  config: Partial<FunctionConfig>,
  data: JsonObject = {},
  how?: "event" | "cron" | "rerun",
): GateKeys => gateKeys(functionOf(config), eventOf(data) as unknown as JsonObject, NOW, how);

const withKey: Record<Gate, (key?: string) => Partial<FunctionConfig>> = {
  rate: (key) => ({
    rateLimit: { limit: 1, periodMs: 60_000, option: "rateLimit", ...(key === undefined ? {} : { key }) },
  }),
  debounce: (key) => ({ debounce: { periodMs: 5000, ...(key === undefined ? {} : { key }) } }),
  singleton: (key) => ({ singleton: { mode: "skip", ...(key === undefined ? {} : { key }) } }),
  batch: (key) => ({ batch: { maxSize: 2, timeoutMs: 5000, ...(key === undefined ? {} : { key }) } }),
};
const cellOf = (gate: Gate, key: string | undefined, data: JsonObject = {}): string | null =>
  keysOf(withKey[gate](key), data)[gate];

describe.each<Gate>(["rate", "debounce", "singleton", "batch"])("the cell of %s", (gate) => {
  test("is one for the whole function without a key", () => {
    expect(cellOf(gate, undefined, { id: 1 })).toBe(cellOf(gate, undefined, { id: 2 }));
    expect(cellOf(gate, undefined)).not.toBeNull();
  });

  test("is one per value of the key", () => {
    const of = (id: string | number) => cellOf(gate, "event.data.id", { id });
    expect(new Set([of(7), of(8), of("x")]).size).toBe(3);
    expect(of(7)).toBe(cellOf(gate, "event.data.id", { id: 7, more: true }));
  });

  test("an explicit null is a value as any other", () => {
    const of = (id: null | string) => cellOf(gate, "event.data.id", { id });
    expect(of(null)).not.toBeNull();
    expect(of(null)).not.toBe(of("x"));
    expect(of(null)).toBe(of(null));
  });

  test("there is none without the option", () => expect(keysOf({})[gate]).toBeNull());
});

describe("rate limit and singleton: a key that says no", () => {
  const gates = ["rate", "singleton"] as const;
  test.each(gates)("RL-4 · %s: the value false means that this event is not limited", (gate) => {
    expect(cellOf(gate, "event.data.id", { id: false })).toBeNull();
    expect(cellOf(gate, "event.data.id == 7", { id: 8 })).toBeNull();
    expect(cellOf(gate, "event.data.id == 7", { id: 7 })).not.toBeNull();
  });
  test.each(gates)("X-15 · %s: a missing attribute likewise", (gate) =>
    expect(cellOf(gate, "event.data.id")).toBeNull(),
  );
  test("singleton: a run whose key cannot be evaluated goes without the lock", () => {
    const keys = keysOf(withKey.singleton("json_parse(event.data.id)"), { id: "{" });
    expect([keys.singleton, keys.refused]).toEqual([null, null]);
  });
  test("rate: an event whose key cannot be evaluated starts nothing, with function and reason", () =>
    expect(keysOf(withKey.rate("json_parse(event.data.id)"), { id: "{" }).refused).toMatch(
      /^the rate limit key of app-fn cannot be evaluated: ./,
    ));
  test.each<[string, JsonObject]>([
    ["the text false", { id: "false" }],
    ["zero", { id: 0 }],
    ["the empty text", { id: "" }],
  ])("%s is a value as any other", (_case, data) =>
    expect([cellOf("rate", "event.data.id", data), cellOf("singleton", "event.data.id", data)]).not.toContain(
      null,
    ),
  );
});

describe("debounce: a key that says nothing", () => {
  test("missing ones share the text false, errors another one", () => {
    const missing = cellOf("debounce", "event.data.id");
    const failed = cellOf("debounce", "json_parse(event.data.id)", { id: "{" });
    expect(missing).toBe(cellOf("debounce", "event.data.id", { id: false }));
    expect(failed).toContain("<invalid>");
    expect(failed).not.toBe(missing);
  });
});

describe("batch", () => {
  test.each<[string, string, JsonObject]>([
    ["false", "event.data.go", { go: false }],
    ["missing", "event.data.go", {}],
    ["not a boolean", "event.data.go", { go: "yes" }],
    ["an error", "json_parse(event.data.go)", { go: "{" }],
  ])("B-3 · `if` that is %s: the event runs alone", (_case, source, data) =>
    expect(keysOf({ batch: { maxSize: 2, timeoutMs: 5000, if: source } }, data)).toMatchObject({
      batch: null,
      refused: null,
    }),
  );

  test("`if` that is true: it is collected", () => {
    const batch = { maxSize: 2, timeoutMs: 5000, if: "event.data.go" };
    expect(keysOf({ batch }, { go: true }).batch).not.toBeNull();
  });

  test("a key that cannot be evaluated drops the event, with function and reason", () => {
    const keys = keysOf(withKey.batch("json_parse(event.data.id)"), { id: "{" });
    expect(keys.batch).toBeNull();
    expect(keys.refused).toMatch(/^the batch key of app-fn cannot be evaluated: ./);
  });

  test("other gates do not see a batched event; one that runs alone they do", () => {
    const config = {
      ...withKey.rate(),
      ...withKey.batch(),
      batch: { maxSize: 2, timeoutMs: 1, if: "event.data.go" },
    };
    expect(keysOf(config, { go: true }).rate).toBeNull();
    expect(keysOf(config, { go: false }).rate).not.toBeNull();
  });
});

describe("priority", () => {
  test.each<[string, JsonObject, number]>([
    ["120", {}, 120],
    ["-10", {}, -10],
    ["event.data.p", { p: 120 }, 120],
    ["event.data.p", { p: 1.5 }, 0],
    ["event.data.p", { p: "high" }, 0],
    ["event.data.p", {}, 0],
    ["event.data.p == 1", { p: 1 }, 0],
    ["json_parse(event.data.p)", { p: "{" }, 0],
  ])("P-3 · %s over %j is %i", (priority, data, seconds) =>
    expect(keysOf({ priority }, data).priority).toBe(seconds),
  );
  test("without the option it is 0", () => expect(keysOf({}).priority).toBe(0));
});

describe("where an event comes from", () => {
  const all: Partial<FunctionConfig> = { ...withKey.rate(), ...withKey.debounce(), ...withKey.singleton() };
  test("a cron tick is not batched and not debounced (semantics §3.4, §6.1)", () => {
    expect(keysOf({ ...all, ...withKey.batch() }, {}, "cron")).toMatchObject({ batch: null, debounce: null });
    expect(keysOf(all, {}, "cron").rate).not.toBeNull();
    expect(keysOf(all, {}, "cron").singleton).not.toBeNull();
  });
  test("a rerun is neither batched nor debounced: it is asked for now, and kept single", () => {
    const { batch, debounce } = keysOf({ ...all, ...withKey.batch() }, {}, "rerun");
    expect([batch, debounce]).toEqual([null, null]);
    expect(keysOf(all, {}, "rerun").debounce).toBeNull();
    expect(keysOf(all, {}, "rerun").singleton).not.toBeNull();
  });
});

test("I-7 · idempotency has a cell of its own: it takes the place of a rate limit (semantics §5.2)", () => {
  const once = { limit: 1, periodMs: DAY, key: "event.data.id", option: "idempotency" as const };
  const limit = { ...once, limit: 5, option: "rateLimit" as const };
  expect(keysOf({ rateLimit: once }, { id: 1 }).rate).not.toBe(keysOf({ rateLimit: limit }, { id: 1 }).rate);
  expect(keysOf({ rateLimit: once }, { id: false }).rate).toBeNull();
});

test("a commit locks the cells that there are", () => {
  expect(gatesOf(null, keysOf({}))).toEqual([]);
  const keys = keysOf({ ...withKey.rate(), ...withKey.debounce(), ...withKey.singleton() });
  expect(gatesOf("once", keys)).toEqual(["once", keys.rate, keys.debounce, keys.singleton]);
  const batched = keysOf(withKey.batch());
  expect(gatesOf("once", batched)).toEqual(["once", batched.batch]);
});
