/** The stream with a fake connection, a fake document and a stopped clock: what it does when it is lost or hidden. */
import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { whenSignedOut } from "./call.ts";
import type { openStream, StreamEnds } from "./event-stream.ts";
import { startLive } from "./live.ts";

class FakeStream {
  static made: FakeStream[] = [];
  closed = false;
  readonly lastId: string | null;
  readonly #on: StreamEnds;
  constructor(lastId: string | null, on: StreamEnds) {
    this.lastId = lastId;
    this.#on = on;
    FakeStream.made.push(this);
  }
  static open: typeof openStream = (_url, lastId, on) => {
    const made = new FakeStream(lastId, on);
    return () => {
      made.closed = true;
    };
  };
  tell(kind: string, data: object, id: string | null = null): void {
    this.#on.event({ kind, data: JSON.stringify(data), id });
  }
  lose(status: number | null = null): void {
    this.#on.end(status);
  }
}
const page = Object.assign(new EventTarget(), { hidden: false });
const show = (hidden: boolean) => {
  page.hidden = hidden;
  page.dispatchEvent(new Event("visibilitychange"));
};
const change = { runs: ["a"], manyRuns: false, events: 0, functions: false, bulk: [] };
const newest = () => FakeStream.made.at(-1) as FakeStream;
let stop = () => {};
let client: QueryClient;
let reads: string[];

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", page);
  FakeStream.made = [];
  page.hidden = false;
  reads = [];
  client = new QueryClient();
  const read = (key: readonly unknown[], live: boolean) =>
    client.getQueryCache().build(client, { queryKey: key, meta: { live }, queryFn: () => null });
  for (const query of [
    read(["listRuns", {}], true),
    read(["listUsers", {}], true),
    read(["getRun", { params: { id: "a" } }], false),
  ])
    query.invalidate = () => void reads.push(String(query.queryKey[0]));
  stop = startLive(client, FakeStream.open);
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("changes reach only what they touch and what wants them, at most once a second", () => {
  newest().tell("hello", { now: "2026-11-28T00:00:00.000Z" });
  newest().tell("change", change);
  vi.advanceTimersByTime(0);
  vi.advanceTimersByTime(1000);
  expect(reads).toEqual(["listRuns"]);
  for (let at = 0; at < 4; at++) {
    newest().tell("change", change);
    vi.advanceTimersByTime(250);
  }
  expect(reads).toHaveLength(2);
});

test("lost once, it comes back and reads again what it may have missed", () => {
  newest().tell("hello", { now: "2026-11-28T00:00:00.000Z" });
  newest().lose();
  vi.advanceTimersByTime(1000);
  expect(FakeStream.made).toHaveLength(2);
  newest().tell("hello", { now: "2026-11-28T00:00:00.000Z" });
  expect(reads).toEqual(["listRuns", "listUsers"]);
});

test("lost three times, pages are read each five seconds until it is back", () => {
  for (let at = 0; at < 3; at++) {
    newest().lose();
    if (at < 2) vi.advanceTimersByTime(10_000);
  }
  reads = [];
  vi.advanceTimersByTime(5000);
  expect(reads).toEqual(["listRuns", "listUsers"]);
  newest().tell("hello", { now: "2026-11-28T00:00:00.000Z" });
  reads = [];
  vi.advanceTimersByTime(20_000);
  expect(reads).toEqual([]);
});

test("hidden for a minute it is closed; looked at, it reads and follows again", () => {
  newest().tell("hello", { now: "2026-11-28T00:00:00.000Z" });
  show(true);
  vi.advanceTimersByTime(59_000);
  show(false);
  vi.advanceTimersByTime(120_000);
  expect(newest().closed).toBe(false);
  show(true);
  vi.advanceTimersByTime(60_000);
  expect(newest().closed).toBe(true);
  expect(reads).toEqual([]);
  show(false);
  expect(reads).toEqual(["listRuns", "listUsers"]);
  expect(FakeStream.made).toHaveLength(2);
});

test("after a loss it goes on from the last change that was told", () => {
  expect(newest().lastId).toBeNull();
  newest().tell("change", change, "17");
  newest().lose();
  vi.advanceTimersByTime(1000);
  expect(newest().lastId).toBe("17");
});

test("refused because the sign-in is over, it says so", () => {
  const told = vi.fn();
  whenSignedOut(told);
  newest().lose(401);
  expect(told).toHaveBeenCalledOnce();
});

test("a reset reads everything again", () => {
  newest().tell("reset", {});
  expect(reads).toEqual(["listRuns", "listUsers"]);
});

test("a read under way is let end, and asked again after it", () => {
  const [runs] = client.getQueryCache().findAll({ queryKey: ["listRuns"] });
  runs?.setState({ fetchStatus: "fetching" });
  newest().tell("change", change);
  vi.advanceTimersByTime(3000);
  expect(reads).toEqual([]);
  runs?.setState({ fetchStatus: "idle" });
  vi.advanceTimersByTime(1000);
  expect(reads).toEqual(["listRuns"]);
  vi.advanceTimersByTime(5000);
  expect(reads).toEqual(["listRuns"]);
});
