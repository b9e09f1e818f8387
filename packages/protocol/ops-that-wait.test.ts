/** Ops whose result comes from elsewhere (wire.md §5.4), exactly as recorded from inngest 4.24.0 (docs/protocol/recorded). */
import type { Op } from "@stepwell/core";
import { describe, expect, it } from "vitest";
import { readOps } from "./ops.ts";

const read = (text: string): Op => {
  const list = readOps(JSON.parse(text), text.length);
  if ("problem" in list) throw new Error(list.problem);
  expect(list.unknownOps).toEqual([]);
  const [op] = list.ops;
  if (op === undefined) throw new Error("no op was read");
  return op;
};
const readOne = (item: object): Op =>
  read(JSON.stringify([{ id: "h", displayName: "n", userland: { id: "n" }, data: null, ...item }]));
const base = { id: "h", displayName: "n", userland: { id: "n" }, race: false };

describe("as recorded", () => {
  it.each<[string, string, Op]>([
    [
      "W-29: WaitForEvent",
      '[{"displayName":"w","op":"WaitForEvent","id":"aff024fe4ab0fece4091de044c58c9ae4233383a","name":"t/w","opts":{"timeout":"2d","if":"event.data.id == async.data.id"},"userland":{"id":"w"},"data":null}]',
      {
        op: "WaitForEvent",
        id: "aff024fe4ab0fece4091de044c58c9ae4233383a",
        displayName: "w",
        userland: { id: "w" },
        event: "t/w",
        timeout: "2d",
        if: "event.data.id == async.data.id",
        race: false,
      },
    ],
    [
      "W-30: WaitForSignal",
      '[{"displayName":"sg","op":"WaitForSignal","id":"ff39796487e85a7066e18d814bcb63856de6cfff","name":"s/1","opts":{"signal":"s/1","timeout":"1h","conflict":"replace"},"userland":{"id":"sg"},"data":null}]',
      {
        op: "WaitForSignal",
        id: "ff39796487e85a7066e18d814bcb63856de6cfff",
        displayName: "sg",
        userland: { id: "sg" },
        signal: "s/1",
        timeout: "1h",
        replace: true,
        race: false,
      },
    ],
    [
      "InvokeFunction",
      '[{"displayName":"inv","op":"InvokeFunction","id":"a22c81f9e58d3e183314100cda7df50c66582b16","opts":{"payload":{"data":{"p":1}},"function_id":"app-other","timeout":"10m"},"userland":{"id":"inv"},"data":null}]',
      {
        op: "InvokeFunction",
        id: "a22c81f9e58d3e183314100cda7df50c66582b16",
        displayName: "inv",
        userland: { id: "inv" },
        function: "app-other",
        payload: { data: { p: 1 } },
        timeout: "10m",
        race: false,
      },
    ],
    [
      "W-32: InvokeFunction with a version, sessions and a date",
      '[{"displayName":"i","op":"InvokeFunction","id":"042dc4512fa3d391c5170cf3aa61e6a638f84342","opts":{"payload":{"data":{"a":1},"v":"2","meta":{"sessions":{"x":"y"},"propagated_sessions":{"chat":"c"}}},"function_id":"app-o","timeout":"2030-01-01T00:00:00.000Z"},"userland":{"id":"i"},"data":null}]',
      {
        op: "InvokeFunction",
        id: "042dc4512fa3d391c5170cf3aa61e6a638f84342",
        displayName: "i",
        userland: { id: "i" },
        function: "app-o",
        payload: {
          data: { a: 1 },
          v: "2",
          meta: { sessions: { x: "y" }, propagated_sessions: { chat: "c" } },
        },
        timeout: "2030-01-01T00:00:00.000Z",
        race: false,
      },
    ],
    [
      "W-34: Gateway",
      '[{"displayName":"step.fetch: example.com","op":"Gateway","id":"cddbefbc388f55bde1c7f013cfa5d987c51e3d0f","opts":{"url":"https://example.com/p?q=1","method":"POST","headers":{"h":"1"},"body":"{\\"a\\":1}"},"userland":{"id":"step.fetch: example.com"},"data":null}]',
      {
        op: "Gateway",
        id: "cddbefbc388f55bde1c7f013cfa5d987c51e3d0f",
        displayName: "step.fetch: example.com",
        userland: { id: "step.fetch: example.com" },
        request: { method: "POST", url: "https://example.com/p?q=1", headers: { h: "1" }, body: '{"a":1}' },
        race: false,
      },
    ],
    [
      "AIGateway",
      '[{"displayName":"ai","op":"AIGateway","id":"141a92417f71895e56c4a5da05f3e98fc78e2220","opts":{"type":"step.ai.infer","url":"https://api.openai.com/v1/chat/completions","auth_key":"sk-x","format":"openai-chat","body":{"messages":[{"role":"user","content":"hi"}],"model":"gpt-4o"}},"userland":{"id":"ai"},"data":null}]',
      {
        op: "AIGateway",
        id: "141a92417f71895e56c4a5da05f3e98fc78e2220",
        displayName: "ai",
        userland: { id: "ai" },
        request: {
          method: "POST",
          url: "https://api.openai.com/v1/chat/completions",
          headers: { "content-type": "application/json", authorization: "Bearer sk-x" },
          body: '{"messages":[{"role":"user","content":"hi"}],"model":"gpt-4o"}',
        },
        race: false,
      },
    ],
  ])("%s", (_case, text, op) => expect(read(text)).toEqual(op));
});

describe("what may be left out", () => {
  it.each<[string, object, object]>([
    [
      "a wait without options",
      { op: "WaitForEvent", name: "t/w" },
      { ...base, op: "WaitForEvent", event: "t/w", timeout: "", if: null },
    ],
    [
      "a blank condition is none",
      { op: "WaitForEvent", name: "t/w", opts: { timeout: "1s", if: "  " } },
      { ...base, op: "WaitForEvent", event: "t/w", timeout: "1s", if: null },
    ],
    [
      "a signal that fails on conflict, by its name",
      { op: "WaitForSignal", name: "s", opts: { conflict: "fail" } },
      { ...base, op: "WaitForSignal", signal: "s", timeout: "", replace: false },
    ],
    [
      "an invoke without payload",
      { op: "InvokeFunction", opts: { function_id: "a-b" } },
      { ...base, op: "InvokeFunction", function: "a-b", payload: { data: {} }, timeout: "" },
    ],
    [
      "a user of v3 goes along",
      {
        op: "InvokeFunction",
        opts: { function_id: "a-b", payload: { data: null, user: { id: 1 }, name: "x" } },
      },
      { ...base, op: "InvokeFunction", function: "a-b", payload: { data: {}, user: { id: 1 } }, timeout: "" },
    ],
    [
      "a plain fetch",
      { op: "Gateway", opts: { url: "http://h" } },
      { ...base, op: "Gateway", request: { method: "GET", url: "http://h", headers: {}, body: null } },
    ],
    [
      "method and names in one case",
      { op: "Gateway", opts: { url: "http://h", method: "put", headers: { "X-A": "1", n: 2, no: null } } },
      {
        ...base,
        op: "Gateway",
        request: { method: "PUT", url: "http://h", headers: { "x-a": "1", n: "2" }, body: null },
      },
    ],
    [
      "an inference without body",
      { op: "AIGateway", opts: { url: "http://h" } },
      {
        ...base,
        op: "AIGateway",
        request: {
          method: "POST",
          url: "http://h",
          headers: { "content-type": "application/json" },
          body: "{}",
        },
      },
    ],
  ])("%s", (_case, item, op) => expect(readOne(item)).toEqual(op));

  it.each(["WaitForEvent", "WaitForSignal", "InvokeFunction", "Gateway", "AIGateway"])(
    "W-42: %s in a race",
    (op) =>
      expect(readOne({ op, name: "x", opts: { parallelMode: "race" } })).toMatchObject({ op, race: true }),
  );
});

describe("W-35: authentication by provider format", () => {
  const headersOf = (format: string, headers: object = {}, auth_key = "key") => {
    const op = readOne({ op: "AIGateway", opts: { url: "http://h", auth_key, format, headers, body: {} } });
    if (op.op !== "AIGateway") throw new Error(`read ${op.op}`);
    const { "content-type": _json, ...rest } = op.request.headers;
    return rest;
  };
  it.each<[string, object, object]>([
    ["openai-chat", {}, { authorization: "Bearer key" }],
    ["openai-responses", {}, { authorization: "Bearer key" }],
    ["grok", {}, { authorization: "Bearer key" }],
    ["of tomorrow", {}, { authorization: "Bearer key" }],
    ["", {}, { authorization: "Bearer key" }],
    ["azure-openai", { "api-key": "k" }, { "api-key": "k" }],
    ["gemini", {}, {}],
    [
      "anthropic",
      { "anthropic-version": "2023-06-01" },
      { "anthropic-version": "2023-06-01", "x-api-key": "key" },
    ],
    ["openai-chat", { Authorization: "Bearer mine" }, { authorization: "Bearer key" }],
  ])("%s with headers %j", (format, headers, expected) =>
    expect(headersOf(format, headers)).toEqual(expected),
  );

  it("no key, no header", () => expect(headersOf("openai-chat", {}, "")).toEqual({}));
});

describe("StepRun", () => {
  it.each<[string, object, object]>([
    [
      "v4 tells how long it took, in nanoseconds",
      { timing: { a: 1_795_538_022_951_000_000, b: 1_200_000 } },
      { durationMs: 1.2 },
    ],
    ["v3 does not", {}, {}],
    ["a negative time is none", { timing: { a: 1, b: -1 } }, {}],
    ["text is none", { timing: { b: "5" } }, {}],
    ["no arguments leave no input", { opts: { input: [] } }, {}],
    ["arguments are kept", { opts: { input: [1, null] } }, { input: [1, null] }],
    ["step.sendEvent is told from others", { opts: { type: "step.sendEvent" } }, { sends: true }],
    ["other types are plain steps", { opts: { type: "step.ai.wrap" } }, {}],
  ])("%s", (_case, item, more) => {
    const { race: _none, ...plain } = base;
    expect(readOne({ op: "StepRun", ...item })).toEqual({ ...plain, op: "StepRun", data: null, ...more });
  });
});
