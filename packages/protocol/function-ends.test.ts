/** `cancelOn` and `timeouts` of a sync (semantics §6.9, §6.10): taken over as they are, or refused with the reason. */
import type { Json, JsonObject } from "@stepwell/core";
import { describe, expect, it } from "vitest";
import { type Checks, readFunction } from "./function-config.ts";

const checks: Checks = {
  expression: () => null,
  cancelExpression: (source) => (source.includes("startsWith") ? "startsWith is not allowed" : null),
  cron: () => null,
  duration: (source) => ({ "0s": 0, "10m": 600_000, "1h": 3_600_000, "90d": 7_776_000_000 })[source] ?? null,
};
const url = "http://localhost:3000/api/inngest?fnId=app-x&stepId=step";
const read = (options: JsonObject) =>
  readFunction(
    {
      id: "app-x",
      triggers: [{ event: "t/x" }],
      steps: { step: { runtime: { type: "http", url } } },
      ...options,
    },
    0,
    checks,
  );
const config = (options: JsonObject) => {
  const outcome = read(options);
  if ("problems" in outcome) throw new Error(outcome.problems.map(({ text }) => text).join("\n"));
  return outcome.config;
};
const problems = (options: JsonObject) => {
  const outcome = read(options);
  return "problems" in outcome ? outcome.problems : [];
};

describe("cancelOn", () => {
  it("up to five entries are taken over, with their conditions and ends", () => {
    const cancel = [
      { event: "c/1", timeout: "1h", if: "event.data.id == async.data.id" },
      { event: "c/2", timeout: "2030-01-01T00:00:00.000Z" },
      { event: "c/3" },
      { event: "c/4", if: null, timeout: null },
      { event: "c/5", if: " ", timeout: "" },
    ];
    expect(config({ cancel }).cancelOn).toEqual([
      cancel[0],
      cancel[1],
      { event: "c/3" },
      { event: "c/4" },
      { event: "c/5" },
    ]);
  });

  it.each([[undefined], [null], [[]]])("%j is none, and leaves no field", (cancel) =>
    expect(config(cancel === undefined ? {} : { cancel })).not.toHaveProperty("cancelOn"),
  );

  it.each<[string, Json, RegExp]>([
    ["K-6: six entries", Array.from({ length: 6 }, () => ({ event: "c" })), /6 entries; at most 5/],
    ["no event", [{ if: "a" }], /no `event`/],
    ["an empty event", [{ event: "" }], /no `event`/],
    ["text", ["c/1"], /no `event`/],
    [
      "X-9: what the policy forbids",
      [{ event: "c", if: "async.data.n.startsWith('x')" }],
      /cancelOn.if .*startsWith/,
    ],
    ["DU-8: a year is no duration", [{ event: "c", timeout: "1y" }], /cancelOn.timeout \("1y"\)/],
    ["a number as timeout", [{ event: "c", timeout: 5 }], /cancelOn.timeout \(5\)/],
    ["a date that is none", [{ event: "c", timeout: "2030-13-01T00:00:00Z" }], /cancelOn.timeout/],
    ["no list", { event: "c" }, /cancelOn must be a list/],
    ["a condition that is no text", [{ event: "c", if: true }], /cancelOn.if must be text/],
  ])("refuses %s", (_case, cancel, message) =>
    expect(problems({ cancel })).toEqual([{ code: "sync_refused", text: expect.stringMatching(message) }]),
  );

  it("a property that nobody reads is not silently accepted", () =>
    expect(problems({ cancel: [{ event: "c", match: "data.id" }] })).toEqual([
      { code: "option_not_built", text: expect.stringContaining("cancelOn.match is not built yet") },
    ]));
});

describe("timeouts", () => {
  it.each<[Json, object | undefined]>([
    [
      { start: "10m", finish: "1h" },
      { startMs: 600_000, finishMs: 3_600_000 },
    ],
    [{ finish: "90d" }, { finishMs: 7_776_000_000 }],
    [{ start: "0s", finish: "10m" }, { finishMs: 600_000 }],
    [{ start: "0s" }, undefined],
    [{ start: null, finish: "" }, undefined],
    [{}, undefined],
    [null, undefined],
  ])("%j", (timeouts, expected) => expect(config({ timeouts }).timeouts).toEqual(expected));

  it.each<[string, Json, RegExp]>([
    ["no duration", { start: "soon" }, /timeouts.start \("soon"\)/],
    ["a number", { finish: 60 }, /timeouts.finish \(60\)/],
    ["no object", "5m", /timeouts must be an object with `start`, `finish`/],
  ])("refuses %s", (_case, timeouts, message) =>
    expect(problems({ timeouts })).toEqual([{ code: "sync_refused", text: expect.stringMatching(message) }]),
  );

  it("a property that nobody reads is not silently accepted", () =>
    expect(problems({ timeouts: { total: "1h" } })).toEqual([
      { code: "option_not_built", text: expect.stringContaining("timeouts.total is not built yet") },
    ]));
});
