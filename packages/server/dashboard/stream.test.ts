import type { Engine, Touched } from "@stepwell/engine";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createLiveFeed } from "./stream.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function world() {
  const listeners = new Set<(touched: Touched) => void>();
  const engine = {
    now: () => 1_000,
    onChange(listener: (touched: Touched) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as Engine;
  const tell = (touched: Partial<Touched>): void => {
    for (const listener of listeners)
      listener({ runs: [], events: 0, functions: false, bulk: [], ...touched });
  };
  return { feed: createLiveFeed(engine, "e1"), tell, listeners };
}

/** What a client has got so far, message by message. */
function follow(stream: ReadableStream<Uint8Array> | null) {
  const reader = stream?.getReader();
  if (reader === undefined) throw new Error("no stream");
  const got: string[] = [];
  let ended = false;
  void (async () => {
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      got.push(...decoder.decode(value).split("\n\n").filter(Boolean));
    }
    ended = true;
  })();
  return {
    async seen() {
      await vi.advanceTimersByTimeAsync(0);
      return got;
    },
    ended: () => ended,
    leave: () => reader.cancel(),
  };
}
const never = async () => false;
const changeOf = (message: string) => JSON.parse(/^data: (.*)$/m.exec(message)?.[1] ?? "");

it("greets, then tells what changed within a quarter of a second as one message", async () => {
  const { feed, tell } = world();
  const client = follow(feed.open(null, never));
  tell({ runs: ["r1"], events: 1 });
  tell({ runs: ["r1", "r2"], functions: true, bulk: ["b"] });
  expect(await client.seen()).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(250);
  const [hello, change] = await client.seen();
  expect(hello).toBe('id: e1-0\nevent: hello\ndata: {"now":"1970-01-01T00:00:01.000Z"}');
  expect(change).toMatch(/^id: e1-1\nevent: change\n/);
  expect(changeOf(change ?? "")).toEqual({
    runs: ["r1", "r2"],
    manyRuns: false,
    events: 1,
    functions: true,
    bulk: ["b"],
  });
});

it("names at most 200 runs and says that there were more", async () => {
  const { feed, tell } = world();
  const client = follow(feed.open(null, never));
  tell({ runs: Array.from({ length: 5_000 }, (_, n) => `r${n}`) });
  await vi.advanceTimersByTimeAsync(250);
  const change = changeOf((await client.seen())[1] ?? "");
  expect(change.runs).toHaveLength(200);
  expect(change.manyRuns).toBe(true);
});

it("gives a client that comes back what it missed, while another one kept the feed awake", async () => {
  const { feed, tell } = world();
  const first = follow(feed.open(null, never));
  const other = follow(feed.open(null, never));
  tell({ runs: ["r1"] });
  await vi.advanceTimersByTimeAsync(250);
  await first.leave();
  tell({ runs: ["r2"] });
  await vi.advanceTimersByTimeAsync(250);
  const again = follow(feed.open("e1-1", never));
  expect((await again.seen()).slice(1).map((message) => changeOf(message).runs)).toEqual([["r2"]]);
  expect(await other.seen()).toHaveLength(3);
});

it("numbers the greeting only where nothing is missed: a break right behind it must not hide that", async () => {
  const { feed, tell } = world();
  const other = follow(feed.open(null, never));
  tell({ runs: ["r1"] });
  await vi.advanceTimersByTimeAsync(250);
  const [hello] = await follow(feed.open("e1-0", never)).seen();
  expect(hello).toMatch(/^event: hello/);
  const [greeted, reset] = await follow(feed.open("e0-7", never)).seen();
  expect(greeted).toMatch(/^event: hello/);
  expect(reset).toBe("id: e1-1\nevent: reset\ndata: {}");
  expect((await follow(feed.open("e1-1", never)).seen())[0]).toMatch(/^id: e1-1\n/);
  await other.leave();
});

it.each([
  ["a number of another process", "e0-1"],
  ["a number that does not exist yet", "e1-9"],
  ["no number at all", "nonsense"],
])("says reset for %s", async (_, lastId) => {
  const { feed } = world();
  const client = follow(feed.open(lastId, never));
  expect((await client.seen())[1]).toMatch(/^id: e1-\d+\nevent: reset\ndata: {}$/);
});

it("listens to the engine only while somebody follows, and says reset to who comes back after that", async () => {
  const { feed, listeners, tell } = world();
  expect(listeners.size).toBe(0);
  const client = follow(feed.open(null, never));
  expect(listeners.size).toBe(1);
  await client.leave();
  expect(listeners.size).toBe(0);
  tell({ runs: ["r1"] });
  const again = follow(feed.open("e1-0", never));
  expect((await again.seen())[1]).toMatch(/^id: e1-\d+\nevent: reset\ndata: {}$/);
});

it("pings each 15 s, and ends a stream whose sign-in is over", async () => {
  const { feed, listeners } = world();
  let over = false;
  const client = follow(feed.open(null, async () => over));
  await vi.advanceTimersByTimeAsync(15_000);
  expect((await client.seen()).at(-1)).toBe(": ping");
  expect(client.ended()).toBe(false);
  over = true;
  await vi.advanceTimersByTimeAsync(15_000);
  expect(client.ended()).toBe(true);
  expect(listeners.size).toBe(0);
});

it("cuts off a client that reads nothing", async () => {
  const { feed, tell, listeners } = world();
  feed.open(null, never);
  const long = Array.from({ length: 200 }, (_, n) => `run-${n}-${"x".repeat(100)}`);
  for (let sent = 0; sent < 100 && listeners.size > 0; sent += 1) {
    tell({ runs: long });
    await vi.advanceTimersByTimeAsync(250);
  }
  expect(listeners.size).toBe(0);
});

it("refuses more than 500 streams", () => {
  const { feed } = world();
  for (let n = 0; n < 500; n += 1) expect(feed.open(null, never)).not.toBeNull();
  expect(feed.open(null, never)).toBeNull();
});
