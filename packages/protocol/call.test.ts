import type { Json, WireEvent } from "@stepwell/core";
import { describe, expect, it } from "vitest";
import { type CallInput, targetUrl, writeCall } from "./call.ts";
import { verifySignature } from "./signing.ts";

const event: WireEvent = {
  name: "shop/order",
  data: { id: 1 },
  id: "evt-1",
  ts: 1_700_000_000_000,
  user: {},
};
const a = "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8";
const first: CallInput = {
  run: { id: "01JRUN" },
  state: { requestVersion: -1 },
  events: [event],
  steps: [],
  call: { target: null, attempt: 0, generation: 1 },
  config: { url: "http://localhost:3000/api/inngest?fnId=app-fn&stepId=step", maxAttempts: 5 },
  functionId: "7a1c0000-0000-5000-8000-000000000001",
  die: false,
  requestId: "01REQ",
  jobId: "01JOB",
  signingKey: null,
  serverKind: "dev",
  unixSeconds: 1_700_000_000,
};
const bodyOf = (change: Partial<CallInput>) => JSON.parse(writeCall({ ...first, ...change }).body);

describe("writeCall", () => {
  it("W-13, W-14: the first call of a run", () => {
    const { method, url, headers, body } = writeCall(first);
    expect({ method, url }).toEqual({ method: "POST", url: first.config.url });
    expect(headers).toEqual({
      "content-type": "application/json",
      "x-inngest-server-kind": "dev",
      "x-request-id": "01REQ",
      "x-inngest-generation-id": "1",
      "x-inngest-job-id": "01JOB",
    });
    expect(JSON.parse(body)).toEqual({
      version: -1,
      event: { name: "shop/order", data: { id: 1 }, id: "evt-1", ts: 1_700_000_000_000, user: {} },
      events: [{ name: "shop/order", data: { id: 1 }, id: "evt-1", ts: 1_700_000_000_000, user: {} }],
      steps: {},
      defers: {},
      use_api: false,
      ctx: {
        run_id: "01JRUN",
        fn_id: "7a1c0000-0000-5000-8000-000000000001",
        qi_id: "01JOB",
        attempt: 0,
        max_attempts: 5,
        env: "dev",
        step_id: "step",
        disable_immediate_execution: false,
        use_api: false,
        stack: { stack: [], current: 0 },
      },
    });
  });
  it.each([
    ["a discovery may use checkpoints", {}, true],
    ["a discovery that plans may not: it must not run on past an open step", { die: true }, false],
    ["a targeted call may not", { call: { target: a, attempt: 0, generation: 1 } }, false],
    ["a retried discovery may", { call: { target: null, attempt: 2, generation: 3 } }, true],
  ])("%s (wire 7.1)", (_case, change, may) => {
    const { ctx } = bodyOf(change);
    expect([ctx.fn_id, ctx.qi_id]).toEqual(may ? [first.functionId, "01JOB"] : [undefined, undefined]);
  });
  it("replaced arguments of the targeted step are sent, and have no place in the stack (wire 4.7)", () => {
    const body = bodyOf({
      steps: [
        { id: "b", result: { type: "data", data: 1 } },
        { id: a, result: { type: "input", input: [2] } },
      ],
      call: { target: a, attempt: 0, generation: 1 },
    });
    expect(body.steps[a]).toEqual({ type: "input", input: [2] });
    expect(body.ctx.stack).toEqual({ stack: ["b"], current: 1 });
  });
  it("tells how far the clock has been moved, and nothing when it has not", () => {
    const offset = "x-stepwell-clock-offset-ms";
    expect(writeCall({ ...first, clockOffsetMs: 5 }).headers[offset]).toBe("5");
    expect(writeCall({ ...first, clockOffsetMs: 0 }).headers).not.toHaveProperty(offset);
  });
  it("never sends a null option (§15.2 trap 1)", () => expect(writeCall(first).body).not.toContain("null"));
  it("W-15: the version in force is in body and header", () => {
    const call = writeCall({ ...first, state: { requestVersion: 2 } });
    expect(JSON.parse(call.body).version).toBe(2);
    expect(call.headers["x-inngest-req-version"]).toBe("2");
  });
  it("W-37: sends results as stored, and the stack in completion order", () => {
    const steps: { id: string; result: Json }[] = [
      { id: "b", result: null },
      { id: a, result: { type: "data", data: { n: 1 } } },
      { id: "0", result: { type: "error", error: { name: "E", message: "m" } } },
    ];
    const body = bodyOf({ steps, die: true, call: { target: null, attempt: 2, generation: 3 } });
    expect(body.steps).toEqual({
      b: null,
      [a]: { type: "data", data: { n: 1 } },
      "0": { type: "error", error: { name: "E", message: "m" } },
    });
    expect(body.ctx.stack).toEqual({ stack: ["b", a, "0"], current: 3 });
    expect(body.ctx).toMatchObject({ attempt: 2, disable_immediate_execution: true });
  });
  it("targets a planned step", () => {
    const call = writeCall({ ...first, call: { target: a, attempt: 1, generation: 2 } });
    expect(call.url).toBe(`http://localhost:3000/api/inngest?fnId=app-fn&stepId=${a}`);
    expect(JSON.parse(call.body).ctx).toMatchObject({ step_id: a, attempt: 1 });
    expect(call.headers["x-inngest-generation-id"]).toBe("2");
  });
  it("v and meta travel when set; all events of a batch are there", () => {
    const full = { ...event, id: "evt-2", v: "1", meta: { sessions: { chat: "c" } } };
    const body = bodyOf({ events: [full, event] });
    expect(body.event).toEqual(full);
    expect(body.events).toEqual([full, event]);
  });
  it("W-9: signs the text it sends, whatever is in it", () => {
    const data = { z: "é", a: "\ud800", "10": 1, "2": 2, "": null };
    const call = writeCall({
      ...first,
      signingKey: "signkey-test-12345678",
      serverKind: "cloud",
      events: [{ ...event, data }],
    });
    const signed = { keys: ["signkey-test-12345678"], payload: call.body, now: 1_700_000_000_000 };
    expect(verifySignature({ ...signed, header: call.headers["x-inngest-signature"] })).toBe(true);
    expect(call.headers["x-inngest-server-kind"]).toBe("cloud");
    expect(JSON.parse(call.body).event.data).toEqual(data);
  });
  it("W-16: over 4 MiB it tells the app to fetch events and steps", () => {
    const steps = [{ id: a, result: { type: "data", data: "x".repeat(4 * 1024 * 1024) } }];
    const body = bodyOf({ steps });
    expect(body).toMatchObject({ events: [], steps: {}, use_api: true, event: { id: "evt-1" } });
    expect(body.ctx).toMatchObject({ use_api: true, stack: { stack: [a], current: 1 } });
    expect(bodyOf({ steps: [{ id: a, result: "x".repeat(4_000_000) }] }).use_api).toBe(false);
  });
});

describe("targetUrl", () => {
  it.each([
    ["http://h/x?fnId=a-b&stepId=step", "http://h/x?fnId=a-b&stepId=H"],
    [
      "http://h/x?deployId=D%201&stepId=step&fnId=a+b&q=%7e~",
      "http://h/x?deployId=D%201&fnId=a+b&q=%7e~&stepId=H",
    ],
    ["https://h/x", "https://h/x?stepId=H"],
    ["https://h/x?stepId=1&stepId=2", "https://h/x?stepId=H"],
  ])("%s", (registered, expected) => expect(targetUrl(registered, "H")).toBe(expected));
});
