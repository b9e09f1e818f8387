import type { LogEntry } from "@stepwell/engine";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Answer, NoAnswer } from "./app-probe.ts";
import { discover } from "./discovery.ts";

const closed: NoAnswer = { failure: "closed", message: "ECONNREFUSED" };
const slow: NoAnswer = { failure: "slow", message: "no answer" };
const page: Answer = { status: 404, headers: {}, body: "not found" };
const app = (mode = "dev"): Answer => ({
  status: 200,
  headers: { "x-inngest-sdk": "inngest-js:v4.24.0" },
  body: JSON.stringify({ function_count: 1, mode, schema_version: "2024-05-24" }),
});
const at = (port: number, path = "/api/inngest"): string => `http://localhost:${port}${path}`;

/** What is at each address; everything else is closed. */
let there: Map<string, Answer | NoAnswer>;
let looked: string[];
let asked: string[];
let answering: Map<string, boolean>;
let known: { id: string; url: string }[];
let logged: string[];
let atOnce: number;
let stop = () => {};

function start(ports = [3000, 3001], urls: string[] = []): void {
  let open = 0;
  stop = discover({
    ports,
    urls,
    ownPort: 8288,
    known: async () => known,
    log: ({ level, event }: LogEntry) => logged.push(`${level} ${event}`),
    async look(url) {
      looked.push(url);
      open += 1;
      atOnce = Math.max(atOnce, open);
      await Promise.resolve();
      open -= 1;
      return there.get(url) ?? there.get(new URL(url).port) ?? closed;
    },
    watch: {
      answers: (url) => answering.get(url) ?? null,
      async ask(url) {
        asked.push(url);
        answering.set(url, true);
        known = [...known.filter(({ id }) => id !== "app"), { id: "app", url }];
        return { ok: true, appId: "app" };
      },
    },
  });
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  there = new Map();
  [looked, asked, known, logged, atOnce] = [[], [], [], [], 0];
  answering = new Map();
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

it("asks a closed port one thing each scan, and at most one scan each 5 s", async () => {
  start([3000]);
  await pass(0);
  expect(looked).toEqual([at(3000)]);
  await pass(4_900);
  expect(looked).toHaveLength(1);
  await pass(5_200);
  expect(looked).toHaveLength(3);
  expect(logged).toEqual([]);
});

it("finds an app within 5 s and leaves its port alone from then on", async () => {
  start();
  await pass(1_000);
  there.set(at(3001), app());
  await pass(4_000);
  expect(asked).toEqual([at(3001)]);
  looked = [];
  await pass(20_000);
  expect(new Set(looked)).toEqual(new Set([at(3000)]));
  expect(asked).toHaveLength(1);
});

it("finds the other paths, too, in a fixed order", async () => {
  there.set("3000", page);
  there.set(at(3000, "/.netlify/functions/inngest"), app());
  start([3000]);
  await pass(0);
  expect(looked).toEqual([at(3000), at(3000, "/x/inngest"), at(3000, "/.netlify/functions/inngest")]);
  expect(asked).toEqual([at(3000, "/.netlify/functions/inngest")]);
});

it("asks a port that is no app, or slow, ever more seldom, and at once when it was closed between", async () => {
  there.set("3000", page);
  there.set("3001", slow);
  start();
  await pass(0);
  // A slow one is not asked for the other paths.
  expect(looked).toHaveLength(5);
  looked = [];
  await pass(300_000);
  expect(looked.length).toBeLessThan(5 * 14);
  expect(looked.length).toBeGreaterThan(5 * 8);
  there.set("3000", closed);
  await pass(30_000);
  there.set("3000", app());
  await pass(5_000);
  expect(asked).toEqual([at(3000)]);
  expect(logged).toEqual([]);
});

it("does not let two copies of an app take turns, but takes the one that is left", async () => {
  there.set(at(3000), app());
  there.set(at(3001), app());
  start();
  await pass(0);
  expect(asked).toHaveLength(2);
  await pass(60_000);
  expect(asked).toHaveLength(2);
  const last = known[0]?.url ?? "";
  const other = last === at(3000) ? at(3001) : at(3000);
  there.set(last, closed);
  answering.set(last, false);
  await pass(5_000);
  expect(asked.slice(2)).toEqual([other]);
});

it("asks a known app under the name that it has", async () => {
  known = [{ id: "app", url: "http://127.0.0.1:3000/api/inngest" }];
  answering.set("http://127.0.0.1:3000/api/inngest", false);
  there.set("http://127.0.0.1:3000/api/inngest", app());
  start([3000], ["https://jobs.example.com/api/inngest"]);
  await pass(0);
  expect(asked).toEqual(["http://127.0.0.1:3000/api/inngest"]);
});

it("says once what to do about an app in cloud mode, and does not sync with it", async () => {
  there.set(at(3000), { status: 401, headers: { "x-inngest-sdk-handled": "true" }, body: "{}" });
  there.set(at(3001), app("cloud"));
  start();
  await pass(20_000);
  expect(asked).toEqual([]);
  expect(logged).toEqual(["warn app.cloud_mode", "warn app.cloud_mode"]);
  there.set(at(3000), app());
  await pass(5_000);
  expect(asked).toEqual([at(3000)]);
});

it("is few requests at once, skips its own port, and is still after the stop", async () => {
  start([3000, 3001, 3002, 3003, 3004, 3005, 8288]);
  await pass(0);
  expect(atOnce).toBeLessThanOrEqual(4);
  expect(looked).toHaveLength(6);
  expect(looked).not.toContain(at(8288));
  stop();
  await pass(60_000);
  expect(looked).toHaveLength(6);
});
