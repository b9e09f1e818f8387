/** Sentences for every option of a function, as the run and function pages show them. */
import type { FunctionConfig } from "@stepwell/core";
import { describe, expect, it } from "vitest";
import { configLines } from "./config-words.ts";
import { cronWords } from "./cron-words.ts";
import { durationText, periodText } from "./duration-text.ts";

const base: FunctionConfig = {
  slug: "app-fn",
  name: "fn",
  triggers: [{ event: "t/e" }],
  url: "http://localhost:3000/api/inngest",
  maxAttempts: 5,
  concurrency: [],
};
/** The lines that an option adds to a plain function. */
function told(config: Partial<FunctionConfig>, option: string): string[] {
  return configLines({ ...base, ...config })
    .filter((line) => line.option === option)
    .map(({ text }) => text);
}

describe("a function's configuration in words", () => {
  it("tells of a plain function what starts it and how often it is tried, and nothing else", () => {
    expect(configLines(base)).toEqual([
      { option: "triggers", text: "Starts for each event `t/e`." },
      { option: "retries", text: "Each step is tried up to 5 times: 4 retries after the first attempt." },
    ]);
  });

  it.each<[string, Partial<FunctionConfig>, string, string[]]>([
    ["no trigger", { triggers: [] }, "triggers", ["Nothing starts it but an invoke: it has no triggers."]],
    [
      "a condition and a pattern",
      { triggers: [{ event: "t/*", expression: "event.data.ok" }] },
      "triggers",
      ["Starts for each event whose name matches `t/*`, if `event.data.ok`."],
    ],
    [
      "a schedule",
      { triggers: [{ cron: "TZ=Europe/Berlin 30 2 * * *", jitterMs: 60_000 }] },
      "triggers",
      ["Starts by schedule: At 02:30, every day (Europe/Berlin), up to 1 minute later (jitter)."],
    ],
    ["no retries", { maxAttempts: 1 }, "retries", ["Each step is tried once: no retries."]],
    [
      "one retry",
      { maxAttempts: 2 },
      "retries",
      ["Each step is tried up to 2 times: 1 retry after the first attempt."],
    ],
    [
      "concurrency",
      {
        concurrency: [
          { limit: 3, key: "event.data.account", scope: "fn" },
          { limit: 1, scope: "fn", level: "run" },
          { limit: 0, scope: "fn" },
          { limit: 5, key: "'printer'", scope: "env" },
        ],
      },
      "concurrency",
      [
        "At most 3 steps at once for each `event.data.account`.",
        "At most 1 run at once, each from its start to its end.",
        "At most 5 steps at once under the key `'printer'`, counted together with all functions that use the same key in this environment.",
      ],
    ],
    [
      "throttle",
      { throttle: { limit: 10, periodMs: 60_000, burst: 2, key: "event.data.org" } },
      "throttle",
      [
        "Starts at most 10 runs every minute for each `event.data.org`, and up to 2 more in a burst; the others wait.",
      ],
    ],
    [
      "rate limit",
      { rateLimit: { limit: 10, periodMs: 60_000, option: "rateLimit" } },
      "rateLimit",
      [
        "Takes at most 10 events every minute (2 at once, then one every 6 seconds); what is over that starts nothing.",
      ],
    ],
    [
      "idempotency",
      { rateLimit: { limit: 1, periodMs: 86_400_000, key: "event.data.cart", option: "idempotency" } },
      "idempotency",
      ["Runs once for each `event.data.cart` in 1 day; repetitions start nothing."],
    ],
    [
      "debounce",
      { debounce: { periodMs: 5000, timeoutMs: 90_000, key: "event.data.id" } },
      "debounce",
      [
        "Starts for the newest event for each `event.data.id` once none has come for 5 seconds, at the latest 1 minute and 30 seconds after the first one.",
      ],
    ],
    [
      "batch",
      { batch: { maxSize: 100, timeoutMs: 10_000, if: "event.data.bulk" } },
      "batchEvents",
      [
        "Collects up to 100 events for one run, for at most 10 seconds. Events for which `event.data.bulk` is not true run alone.",
      ],
    ],
    [
      "priority",
      { priority: "event.data.vip ? 120 : 0" },
      "priority",
      [
        "Runs go ahead of runs queued up to `event.data.vip ? 120 : 0` seconds earlier; a negative number puts them behind.",
      ],
    ],
    [
      "singleton",
      { singleton: { mode: "cancel", key: "event.data.user" } },
      "singleton",
      ["At most 1 unfinished run for each `event.data.user`: a new one cancels the one that is there."],
    ],
    [
      "cancelOn",
      {
        cancelOn: [
          { event: "t/stop", if: "async.data.id == event.data.id", timeout: "2h" },
          { event: "t/off", timeout: "2027-01-01" },
        ],
      },
      "cancelOn",
      [
        "An event `t/stop` with `async.data.id == event.data.id` cancels its runs, within 2 hours of their start.",
        "An event `t/off` cancels its runs, until 2027-01-01.",
      ],
    ],
    [
      "timeouts",
      { timeouts: { startMs: 30_000, finishMs: 5_400_000 } },
      "timeouts",
      [
        "A run that has not started 30 seconds after it was queued is cancelled.",
        "A run that has not ended 1 hour and 30 minutes after its start is cancelled.",
      ],
    ],
  ])("tells %s", (_case, config, option, texts) => expect(told(config, option)).toEqual(texts));
});

it.each([
  ["30 2 * * *", "At 02:30, every day (UTC)"],
  ["*/5 * * * *", "Every 5 minutes (UTC)"],
  ["TZ=America/New_York 0 9 * * 1-5", "At 09:00, Monday through Friday (America/New_York)"],
  ["CRON_TZ=Asia/Tokyo 0 0 1 * *", "At 00:00, on day 1 of the month (Asia/Tokyo)"],
  ["0 0 1 * 1", "At 00:00, on day 1 of the month, or on Monday (UTC)"],
])("says the cron expression %s as %s", (cron, words) => expect(cronWords(cron)).toBe(words));

it.each([
  [0, "0 seconds", "0 seconds"],
  [600, "600 milliseconds", "600 milliseconds"],
  [1000, "1 second", "second"],
  [90_061_000, "1 day, 1 hour, 1 minute and 1 second", "1 day, 1 hour, 1 minute and 1 second"],
  [600_000, "10 minutes", "10 minutes"],
])("says %i ms as %s", (ms, text, period) => {
  expect(durationText(ms)).toBe(text);
  expect(periodText(ms)).toBe(period);
});
