import { type AppRow, StepwellError } from "@stepwell/core";
import type { Engine, LogEntry } from "@stepwell/engine";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { watchApps } from "./app-watch.ts";

const URL_A = "http://localhost:3000/api/inngest";
const URL_B = "http://localhost:3001/api/inngest";
let asked: string[];
let trouble: Error | null;
let logged: string[];
let known: string[];
let hanging: Set<string>;
let stop = () => {};

function watch(urls: string[], pollIntervalMs: number | null): void {
  const engine = {
    async syncUrl(url: string) {
      asked.push(url);
      if (hanging.has(url)) await new Promise(() => {});
      if (trouble !== null) throw trouble;
      return { ok: true, modified: false, appId: "a", functions: 1 };
    },
    read: { apps: async () => known.map((url) => ({ url }) as AppRow) },
  } as unknown as Engine;
  const log = ({ event, level }: LogEntry) => logged.push(`${level} ${event}`);
  stop = watchApps({ engine, urls, pollIntervalMs, log }).stop;
}

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  logged = [];
  known = [];
  trouble = null;
  hanging = new Set();
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

it("asks a URL until it answers, ever more slowly, with one line for the waiting", async () => {
  trouble = new StepwellError("app_unreachable", "refused");
  watch([URL_A], 0);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(asked.length).toBeGreaterThan(3);
  expect(asked.length).toBeLessThan(9);
  expect(logged).toEqual(["info app.waiting"]);
  trouble = null;
  await vi.advanceTimersByTimeAsync(10_000);
  const before = asked.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked.length).toBe(before);
  expect(logged).toEqual(["info app.waiting", "info app.found"]);
});

it("asks known apps at once and again at each interval, and tells only news", async () => {
  known = [URL_A, URL_A];
  watch([], 5_000);
  await vi.advanceTimersByTimeAsync(11_000);
  expect(asked).toEqual([URL_A, URL_A, URL_A]);
  trouble = new StepwellError("sync_refused", "function x is wrong");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(logged).toEqual(["info app.found", "error sync.refused"]);
});

it("does nothing after the stop", async () => {
  known = [URL_A];
  watch([URL_A], 5_000);
  await vi.advanceTimersByTimeAsync(0);
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toEqual([URL_A]);
});

it("asks named apps again each 30 s when no interval is given, and no other app", async () => {
  known = [URL_A, URL_B];
  watch([URL_A], null);
  await vi.advanceTimersByTimeAsync(61_000);
  expect(asked).toEqual([URL_A, URL_A, URL_A]);
});

it("never asks again when the interval is 0", async () => {
  known = [URL_A, URL_B];
  watch([URL_A], 0);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(asked).toEqual([URL_A]);
});

it("waits for a named app that goes away in the middle of a deploy", async () => {
  watch([URL_A], null);
  await vi.advanceTimersByTimeAsync(29_000);
  trouble = new StepwellError("app_unreachable", "refused");
  await vi.advanceTimersByTimeAsync(3_000);
  expect(asked.length).toBeGreaterThan(3);
  trouble = null;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(logged).toEqual(["info app.found", "info app.waiting", "info app.found"]);
});

it("lets an app that hangs delay no other one, and asks it once at a time", async () => {
  known = [URL_A, URL_B];
  hanging.add(URL_A);
  watch([], 5_000);
  await vi.advanceTimersByTimeAsync(11_000);
  expect(asked).toEqual([URL_A, URL_B, URL_B, URL_B]);
});
