// Long: one table of cases for each row of wire.md §5, which is read best in one place.
/**
 * Every row of the tables of wire.md §5, in one place to look them up: hence the length. Op JSON and
 * headers are those recorded from inngest 4.24.0.
 */
import type { Answer } from "@stepwell/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ResponseInput, readAnswer } from "./answer.ts";
import { signPayload } from "./signing.ts";

const now = 1_700_000_000_000;
const key = "signkey-test-12345678";
/** Headers as recorded from inngest 4.24.0. */
const v4 = {
  "content-type": "application/json",
  "user-agent": "inngest-js:v4.24.0",
  "x-inngest-framework": "edge",
  "x-inngest-req-version": "2",
  "x-inngest-sdk": "inngest-js:v4.24.0",
  "x-inngest-sdk-handled": "true",
};
const a = "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8";
const complete = "0737c22d3bfae812339732d14d8c7dbd6dc4e09c";
const read = (
  status: number,
  body: unknown,
  more: Partial<ResponseInput> & { header?: Record<string, string> } = {},
) => {
  const { header, ...rest } = more;
  return readAnswer({
    status,
    headers: { ...v4, ...header },
    body: typeof body === "string" ? body : JSON.stringify(body),
    now,
    signingKeys: [],
    ...rest,
  });
};
const broke = (answer: Answer) => {
  if (answer.is !== "broke") throw new Error(`expected broke, got ${answer.is}`);
  return answer;
};
const planned = (answer: Answer) => {
  if (answer.is !== "planned") throw new Error(`expected planned, got ${JSON.stringify(answer)}`);
  return answer;
};
const opsOf = (items: unknown) => planned(read(206, items)).ops;

describe("200", () => {
  it.each([
    ['{"done":true}', { done: true }],
    ["null", null],
    ["", null],
    ['"text"', "text"],
  ])("%s is the return value", (body, output) =>
    expect(read(200, body)).toEqual({ is: "returned", output, requestVersion: 2 }),
  );
  it("that is no JSON is a failed attempt", () =>
    expect(broke(read(200, "<html>"))).toMatchObject({
      error: { name: "UnreadableResponse" },
      retry: { is: "default" },
    }));
});

describe("206: ops as recorded from v4", () => {
  const base = { id: a, displayName: "a", userland: { id: "a" } };
  it.each([
    [
      "StepRun",
      {
        id: a,
        op: "StepRun",
        name: "a",
        opts: {},
        displayName: "a",
        userland: { id: "a" },
        data: { n: 1 },
        timing: { a: 1795538022951000000, b: 0 },
      },
      { ...base, op: "StepRun", data: { n: 1 }, durationMs: 0 },
    ],
    [
      "W-24: StepRun without data",
      { id: a, op: "StepRun", displayName: "a", userland: { id: "a" } },
      { ...base, op: "StepRun", data: null },
    ],
    [
      "legacy Step",
      { id: a, op: "Step", name: "a", userland: { id: "a" }, data: 1 },
      { ...base, op: "StepRun", data: 1 },
    ],
    [
      "StepPlanned",
      { displayName: "a", op: "StepPlanned", id: a, name: "a", opts: {}, userland: { id: "a" }, data: null },
      { ...base, op: "StepPlanned", race: false },
    ],
    [
      "W-42: StepPlanned in a race",
      { displayName: "a", op: "StepPlanned", id: a, opts: { parallelMode: "race" }, userland: { id: "a" } },
      { ...base, op: "StepPlanned", race: true },
    ],
    [
      "StepError",
      {
        id: a,
        op: "StepError",
        displayName: "a",
        userland: { id: "a" },
        error: { name: "Error", message: "sboom", stack: "s", __serialized: true },
        data: null,
      },
      {
        ...base,
        op: "StepError",
        error: { name: "Error", message: "sboom", stack: "s", __serialized: true },
      },
    ],
    [
      "StepFailed whose error is only in data",
      { id: a, op: "StepFailed", displayName: "a", userland: { id: "a" }, data: { name: "E", message: "m" } },
      { ...base, op: "StepFailed", error: { name: "E", message: "m" } },
    ],
    [
      "StepError without an error",
      { id: a, op: "StepError", displayName: "a", userland: { id: "a" } },
      { ...base, op: "StepError", error: { name: "Error", message: "Unknown error" } },
    ],
    [
      "Sleep",
      { displayName: "a", op: "Sleep", id: a, name: "1h", opts: {}, userland: { id: "a" }, data: null },
      { ...base, op: "Sleep", name: "1h", race: false },
    ],
    [
      "W-28: Sleep with an empty name",
      { displayName: "a", op: "Sleep", id: a, name: "", userland: { id: "a" } },
      { ...base, op: "Sleep", name: "", race: false },
    ],
    ["DiscoveryRequest", { ...base, op: "DiscoveryRequest" }, { ...base, op: "DiscoveryRequest" }],
    [
      "W-18: RunComplete",
      { op: "RunComplete", id: complete, data: { n: 1 } },
      { id: complete, displayName: complete, userland: null, op: "RunComplete", data: { n: 1 } },
    ],
    [
      "RunComplete without id",
      { op: "RunComplete" },
      { id: complete, displayName: complete, userland: null, op: "RunComplete", data: null },
    ],
    [
      "SyncRunComplete",
      { op: "SyncRunComplete", id: complete, data: 1 },
      { id: complete, displayName: complete, userland: null, op: "RunComplete", data: 1 },
    ],
    [
      "names of Python: name",
      { op: "StepRun", id: a, name: "n", data: 1 },
      { id: a, displayName: "n", userland: null, op: "StepRun", data: 1 },
    ],
    [
      "names of Python: id",
      { op: "StepRun", id: a, name: null, data: 1 },
      { id: a, displayName: a, userland: null, op: "StepRun", data: 1 },
    ],
    [
      "a repeat",
      { op: "StepRun", id: a, displayName: "x", userland: { id: "x", index: 2 }, data: 2 },
      { id: a, displayName: "x", userland: { id: "x", index: 2 }, op: "StepRun", data: 2 },
    ],
  ])("%s", (_case, item, op) => {
    expect(opsOf([item])).toEqual([op]);
    // W-57: one object instead of a list.
    expect(opsOf(item)).toEqual([op]);
  });
  it.each(["DeferAdd", "DeferAbort"])("%s is known and not built", (op) =>
    expect(opsOf([{ op, id: a, displayName: "a", userland: { id: "a" }, opts: {} }])).toEqual([
      { ...base, op: "unsupported", code: op },
    ]),
  );
  it("W-23: unknown ops are skipped and named, the others count", () => {
    const answer = planned(
      read(206, [{ op: "Teleport", id: "x" }, { op: "StepRun", id: a, data: 1 }, { op: "StepNotFound" }]),
    );
    expect(answer.unknownOps).toEqual(["Teleport", "StepNotFound"]);
    expect(answer.ops).toHaveLength(1);
  });
  it("an empty list is an answer", () => expect(opsOf([])).toEqual([]));
  it.each([
    ["no JSON", "not json"],
    ["cut JSON", '[{"op":"StepRun"'],
    ["nothing", ""],
    ["text", '"x"'],
    ["null", "null"],
    ["a list of numbers", "[1]"],
    ["an op without code", '[{"id":"x"}]'],
    ["a step op without id", '[{"op":"StepRun","data":1}]'],
    ["100,000 levels", "[".repeat(100_000) + "]".repeat(100_000)],
  ])("refuses the whole answer: %s", (_case, body) =>
    expect(broke(read(206, body, { header: { "x-inngest-no-retry": "true" } }))).toMatchObject({
      error: { name: "UnreadableResponse" },
      retry: { is: "default" },
      requestVersion: 2,
    }),
  );
  it("R-12: refuses a step result or input over 4 MiB, but not a return value", () => {
    const large = "x".repeat(4 * 1024 * 1024);
    const small = { op: "StepRun", id: "b", data: 1 };
    for (const item of [
      { op: "StepRun", id: a, displayName: "big", data: large },
      { op: "StepPlanned", id: a, displayName: "big", opts: { input: [large] } },
      { op: "StepFailed", id: a, displayName: "big", error: { message: large } },
    ])
      expect(broke(read(206, [small, item]))).toMatchObject({
        error: { message: expect.stringMatching(/of step "big" is over 4 MiB/) },
        retry: { is: "default" },
      });
    expect(opsOf([{ op: "RunComplete", id: complete, data: large }])).toHaveLength(1);
    expect(
      opsOf([
        { op: "StepRun", id: a, data: large.slice(2) },
        { ...small, data: large.slice(2) },
      ]),
    ).toHaveLength(2);
  });
  it("an error op of sha1(complete) is the function's error", () => {
    const error = { name: "TypeError", message: "boom" };
    expect(broke(read(206, [{ op: "StepError", id: complete, error }]))).toMatchObject({
      error,
      retry: { is: "default" },
    });
    expect(broke(read(206, [{ op: "StepFailed", id: complete, error }]))).toMatchObject({
      error,
      retry: { is: "never" },
    });
    const beside = read(206, [
      { op: "StepRun", id: a, data: 1 },
      { op: "StepError", id: complete, error },
    ]);
    expect(planned(beside).ops).toMatchObject([{ op: "StepRun" }]);
  });
});

describe("retry facts", () => {
  const item = [{ op: "StepError", id: a, error: { name: "E", message: "m" } }];
  const advice = (header: Record<string, string>) => planned(read(206, item, { header })).retry;
  it.each([
    [{}, { is: "default" }],
    [{ "x-inngest-no-retry": "false" }, { is: "default" }],
    [{ "x-inngest-no-retry": "true" }, { is: "never" }],
    [{ "x-inngest-no-retry": "true", "retry-after": "30" }, { is: "never" }],
    [{ "retry-after": "2" }, { is: "at", at: now + 2_000 }],
    [
      { "x-inngest-no-retry": "false", "retry-after": "30" },
      { is: "at", at: now + 30_000 },
    ],
    [{ "retry-after": "0" }, { is: "at", at: now + 1_000 }],
    [{ "retry-after": "999999" }, { is: "at", at: now + 86_400_000 }],
    [{ "retry-after": "12345678" }, { is: "default" }],
    [{ "retry-after": "-5" }, { is: "default" }],
    [{ "retry-after": "1.5" }, { is: "default" }],
    [{ "retry-after": "soon" }, { is: "default" }],
    [{ "retry-after": "" }, { is: "default" }],
    [{ "retry-after": new Date(now + 60_000).toISOString() }, { is: "at", at: now + 60_000 }],
    [
      { "retry-after": new Date(now + 60_000).toISOString().replace("Z", "") },
      { is: "at", at: now + 60_000 },
    ],
    [{ "retry-after": "2023-11-15T00:00:00+01:00" }, { is: "at", at: Date.UTC(2023, 10, 14, 23) }],
    [{ "retry-after": new Date(now + 60_000).toUTCString() }, { is: "at", at: now + 60_000 }],
    [
      { "retry-after": new Date(now + 60_000).toUTCString().replace(" GMT", "") },
      { is: "at", at: now + 60_000 },
    ],
    [{ "retry-after": "2020-01-01T00:00:00.000Z" }, { is: "at", at: now + 1_000 }],
    [{ "retry-after": "2030-01-01T00:00:00.000Z" }, { is: "at", at: now + 86_400_000 }],
  ])("W-22, R-7, R-8: %j", (header, retry) => expect(advice(header)).toEqual(retry));
});

describe("4xx and 5xx of an SDK", () => {
  const error = {
    name: "TypeError",
    message: "boom",
    stack: "s",
    cause: { name: "Error", message: "inner", __serialized: true },
    __serialized: true,
  };
  it.each([
    ["W-19: 400, no-retry true", 400, "true", { is: "never" }],
    ["400, no-retry false", 400, "false", { is: "default" }],
    ["W-20: 500, no-retry false", 500, "false", { is: "default" }],
    ["500, no-retry true", 500, "true", { is: "never" }],
    ["W-21: 500 without the header", 500, undefined, { is: "default" }],
    ["400 without the header", 400, undefined, { is: "default" }],
  ])("%s", (_case, status, noRetry, retry) =>
    expect(
      read(status, error, noRetry === undefined ? {} : { header: { "x-inngest-no-retry": noRetry } }),
    ).toEqual({
      is: "broke",
      error,
      retry,
      requestVersion: 2,
    }),
  );
  it.each([
    ["inngest-js:v1.10.0", { is: "never" }],
    ["inngest-js:v2.4.0", { is: "never" }],
    ["inngest-js:v1.10.1", { is: "default" }],
    ["inngest-js:v2.4.1", { is: "default" }],
    ["inngest-js:v3.0.0", { is: "default" }],
    ["inngest-py:v0.4.0", { is: "default" }],
  ])("a bare 400 of %s", (sdk, retry) =>
    expect(broke(read(400, error, { header: { "x-inngest-sdk": sdk } })).retry).toEqual(retry),
  );
  it.each([
    [
      "the step was not found",
      { error: 'Could not find step "x" to run', requestedStep: "x", foundSteps: [] },
      { name: "Error", message: 'Could not find step "x" to run', requestedStep: "x" },
    ],
    [
      "no signing key",
      { code: "internal_server_error" },
      { message: "the app answered HTTP 500: internal_server_error", code: "internal_server_error" },
    ],
    ["401", { message: "Unauthorized" }, { name: "Error", message: "Unauthorized" }],
    ["text", "boom", { name: "Error", message: "the app answered HTTP 500", stack: "boom" }],
    ["JSON text", '"boom"', { name: "Error", message: "boom" }],
    ["nothing", "", { name: "Error", message: "the app answered HTTP 500" }],
    [
      "parts of the wrong kind",
      { name: 1, message: null, stack: {} },
      { name: "Error", message: "the app answered HTTP 500" },
    ],
  ])("%s", (_case, body, expected) => {
    const answer = broke(read(500, body));
    expect(answer.error).toMatchObject(expected);
    expect(answer.retry).toEqual({ is: "default" });
  });
  it("other statuses cannot be read", () => {
    for (const status of [202, 204, 304])
      expect(broke(read(status, "")).error.message).toContain(`HTTP ${status}`);
  });
});

describe("no SDK answered", () => {
  const foreign = (status: number, body: string, headers = {}) =>
    broke(readAnswer({ status, headers, body, now, signingKeys: [key] }));
  it("R-10: a 2xx page is a failed attempt, and its text is kept", () => {
    const answer = foreign(200, "<html>hello</html>", { "x-inngest-no-retry": "true" });
    expect(answer.error).toMatchObject({
      name: "NotAnSdkResponse",
      message: expect.stringContaining("not an SDK response"),
      stack: "<html>hello</html>",
    });
    expect(answer.body).toEqual({ status: 200, body: "<html>hello</html>" });
    expect(answer.retry).toEqual({ is: "default" });
    expect(foreign(206, "[]").error.name).toBe("NotAnSdkResponse");
    expect(foreign(201, '{"status":200,"body":"1"}').error.name).toBe("NotAnSdkResponse");
  });
  it("a 502 says so; Retry-After counts", () => {
    const answer = foreign(502, "bad gateway", { "retry-after": "5" });
    expect(answer.error.message).toBe("the server returned HTTP 502 before the SDK responded");
    expect(answer.retry).toEqual({ is: "at", at: now + 5_000 });
  });
  it("keeps 8,192 bytes and no half characters", () => {
    for (const text of ["x".repeat(9_000), "é".repeat(9_000), `x${"😀".repeat(9_000)}`]) {
      const kept = foreign(500, text).error.stack ?? "";
      expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(8192);
      expect(Buffer.byteLength(kept)).toBeGreaterThan(8188);
      expect(text.startsWith(kept)).toBe(true);
    }
  });
});

describe("201: a streamed answer", () => {
  const inner = {
    "Content-Type": "application/json",
    "x-inngest-sdk": "inngest-js:v4.24.0",
    "x-inngest-req-version": "2",
  };
  const outer = { "content-type": "application/json", "x-inngest-sdk": "inngest-js:v4.24.0" };
  const stream = (wrapper: unknown, signingKeys: string[] = []) =>
    readAnswer({
      status: 201,
      headers: outer,
      body: `   ${typeof wrapper === "string" ? wrapper : JSON.stringify(wrapper)}\n`,
      now,
      signingKeys,
    });
  const ops = JSON.stringify([{ op: "StepRun", id: a, data: 1 }]);
  it("W-36: is unwrapped", () => {
    expect(stream({ status: 206, headers: inner, body: ops, version: 2 })).toMatchObject({
      is: "planned",
      ops: [{ op: "StepRun" }],
      requestVersion: 2,
    });
    expect(stream({ status: 200, body: "7" })).toEqual({ is: "returned", output: 7, requestVersion: null });
    const failed = {
      status: 400,
      headers: { ...inner, "X-Inngest-No-Retry": "true", "Retry-After": 5 },
      body: '{"name":"E","message":"m"}',
    };
    expect(stream(failed)).toMatchObject({
      is: "broke",
      error: { name: "E", message: "m" },
      retry: { is: "never" },
    });
  });
  it("W-36: the inner body carries the signature", () => {
    const signed = { ...inner, "x-inngest-signature": signPayload(key, ops, now / 1000) };
    expect(stream({ status: 206, headers: signed, body: ops }, [key]).is).toBe("planned");
    expect(broke(stream({ status: 206, headers: signed, body: `${ops} ` }, [key])).error.name).toBe(
      "InvalidSignature",
    );
    expect(broke(stream({ status: 206, headers: inner, body: ops }, [key])).error.name).toBe(
      "InvalidSignature",
    );
  });
  it.each([
    ["R-11: cut", '{"status":206,"headers":{},"bo'],
    ["only spaces", ""],
    ["no status", { body: "1" }],
    ["a body that is no text", { status: 200, body: {} }],
    ["a stream in a stream", { status: 201, headers: inner, body: "{}" }],
  ])("%s is a failed attempt", (_case, wrapper) =>
    expect(broke(stream(wrapper)).error.name).toBe("UnreadableResponse"),
  );
});

describe("signed mode", () => {
  const body = JSON.stringify([{ op: "StepRun", id: a, data: "é" }]);
  const signed = (text: string, seconds = now / 1000) => ({
    "x-inngest-signature": signPayload(key, text, seconds),
  });
  it("accepts an answer signed with one of the keys", () =>
    expect(read(206, body, { signingKeys: ["signkey-test-ff", key], header: signed(body) }).is).toBe(
      "planned",
    ));
  it.each([
    ["W-11: altered", 206, body, signed(`${body} `)],
    ["W-10: old", 206, body, signed(body, now / 1000 - 301)],
    ["not signed", 206, body, {}],
    ["a final error nobody signed", 400, '{"message":"x"}', { "x-inngest-no-retry": "true" }],
    ["a return value nobody signed", 200, "1", {}],
  ])("refuses and retries: %s", (_case, status, text, header) =>
    expect(
      broke(read(status, text, { signingKeys: [key], header: header as Record<string, string> })),
    ).toMatchObject({
      error: { name: "InvalidSignature" },
      retry: { is: "default" },
      requestVersion: null,
    }),
  );
  it("tells what to do when the app refused our signature", () => {
    const answer = broke(
      readAnswer({
        status: 401,
        headers: { "x-inngest-sdk-handled": "true" },
        body: '{"message":"Unauthorized"}',
        now,
        signingKeys: [key],
      }),
    );
    expect(answer.error.message).toContain("same signing key");
  });
});

describe("readAnswer never throws", () => {
  it("whatever comes", { timeout: 60_000 }, () => {
    const op = fc.record(
      {
        op: fc.constantFrom(
          ...["StepRun", "StepError", "Sleep", "WaitForEvent", "WaitForSignal", "InvokeFunction"],
          ...["Gateway", "AIGateway", "RunComplete", "DeferAdd", "x"],
        ),
        id: fc.anything(),
        opts: fc.anything(),
        data: fc.anything(),
        error: fc.anything(),
        userland: fc.anything(),
        timing: fc.anything(),
      },
      { requiredKeys: ["op"] },
    );
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.array(op).map((ops) => {
        try {
          return JSON.stringify(ops);
        } catch {
          return "[]";
        }
      }),
      fc
        .record({
          status: fc.integer(),
          headers: fc.dictionary(fc.string(), fc.jsonValue()),
          body: fc.json(),
        })
        .map((wrapper) => JSON.stringify(wrapper)),
    );
    const headers = fc.record(
      {
        "x-inngest-sdk": fc.string(),
        "retry-after": fc.string(),
        "x-inngest-no-retry": fc.string(),
        "x-inngest-signature": fc.string(),
        "x-inngest-req-version": fc.string(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.constantFrom(200, 201, 204, 206, 302, 400, 401, 500),
        headers,
        text,
        fc.boolean(),
        (status, header, body, signs) => {
          const answer = readAnswer({ status, headers: header, body, now, signingKeys: signs ? [key] : [] });
          expect(["planned", "returned", "broke"]).toContain(answer.is);
          expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

it("reads what a step was given and how long it took, also when it failed", () => {
  for (const op of ["StepError", "StepFailed"]) {
    const failed = {
      ...{ id: a, op, name: "a", displayName: "a", opts: { input: [{ card: "4242" }] } },
      ...{ error: { name: "Error", message: "no" }, timing: { a: 1_700_000_000_000_000_000, b: 1_200_000 } },
    };
    expect(read(206, [failed])).toMatchObject({ ops: [{ op, input: [{ card: "4242" }], durationMs: 1.2 }] });
  }
});
