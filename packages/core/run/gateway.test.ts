/** `step.fetch` and `step.ai.infer` (semantics §7.7): requests of the server's own, and the secrets in them. */
import { describe, expect, test } from "vitest";
import type { Fetched, GatewayRequest, Op } from "../model/op.ts";
import type { RunState } from "../model/run.ts";
import {
  answered,
  calls,
  effectsOf,
  fresh,
  type Given,
  happened,
  laters,
  laterWake,
  momentAt,
  NOW,
  named,
  never,
  notes,
  opened,
  ops,
  result,
  run,
  stored,
} from "./fixtures/samples.ts";
import { record } from "./record.ts";

const request: GatewayRequest = {
  method: "POST",
  url: "https://me:pass-secret@api.example:8443/v1/chat?key=query-secret#frag-secret",
  headers: { authorization: "Bearer header-secret" },
  body: '{"prompt":"body-secret"}',
};
const gateway = (op: "Gateway" | "AIGateway" = "Gateway", more: Partial<GatewayRequest> = {}): Op => ({
  op,
  request: { ...request, ...more },
  race: false,
  ...named("g"),
});

describe("a gateway step opens", () => {
  test.each(["Gateway", "AIGateway"] as const)("%s: the request is kept, and made at once", (op) => {
    const decision = answered(ops(gateway(op)));
    expect(effectsOf(decision, "keep")).toEqual([
      { do: "keep", name: "request:g", value: { ...request, ai: op === "AIGateway" } },
    ]);
    expect(laters(decision)).toEqual([{ job: { kind: "fetch", step: "g", attempt: 0 }, dueAt: NOW }]);
    expect(effectsOf(decision, "note")).toMatchObject([
      {
        kind: "step.fetching",
        step: "g",
        data: { name: "g", op, method: "POST", url: "https://api.example:8443/v1/chat" },
      },
    ]);
    expect(decision.state?.open.g).toMatchObject({ op, name: "https://api.example:8443/v1/chat" });
    expect(calls(decision)).toEqual([]);
  });

  test.each([
    ["https://h/p?key=s", "https://h/p"],
    ["https://h/p#s", "https://h/p"],
    ["https://u:s@h/p", "https://h/p"],
    ["https://s@h", "https://h/"],
    ["https://u:p@s@h/a@b", "https://h/a@b"],
    ["HTTP://u:s@h/p\n?s", "http://h/p"],
    // Forms that `fetch` takes for the same address.
    [" https://u:s@h/p", "https://h/p"],
    ["https:/u:s@h/p", "https://h/p"],
    ["https:\\\\u:s@h/p", "https://h/p"],
    ["https:u:s@h/p", "https://h/p"],
    // Without its scheme, a password looks like a path; such a request is never sent.
    ["u:s@h/p?s", ""],
    ["no address ?s", ""],
    ["https://h/a@b/c", "https://h/a@b/c"],
    ["", ""],
  ])("of %j only the place is told", (url, place) => {
    const decision = answered(ops(gateway("Gateway", { url })));
    expect(effectsOf(decision, "note")[0]?.data.url).toBe(place);
    expect(decision.state?.open.g?.name).toBe(place);
  });

  test("nothing but the kept request holds a secret: neither history nor state", () => {
    const decision = answered(ops(gateway("AIGateway")));
    const others = decision.effects.filter((effect) => effect.do !== "keep");
    expect(JSON.stringify([others, decision.state])).not.toContain("secret");
    expect(JSON.stringify(effectsOf(decision, "keep"))).toContain("header-secret");
  });

  test("the same op again makes no second request", () => {
    const state = { open: opened("Gateway", "g"), group: 1 };
    expect(answered(ops(gateway()), { state }).effects).toEqual([]);
    expect(laters(answered(ops(gateway()), { steps: ["g"] }))).toEqual([]);
  });

  test("wire 4.7: the body of a rerun replaces that of its step, once", () => {
    const replacedBody = { step: "g", body: { prompt: "new" } };
    const decision = answered(ops(gateway("AIGateway")), { state: { replacedBody } });
    expect(effectsOf(decision, "keep")).toMatchObject([{ value: { ...request, body: '{"prompt":"new"}' } }]);
    expect(decision.state).not.toHaveProperty("replacedBody");
  });

  test("it waits for its step, and replaces no other's", () => {
    const replacedBody = { step: "later", body: { prompt: "new" } };
    const decision = answered(ops(gateway("AIGateway")), { state: { replacedBody } });
    expect(effectsOf(decision, "keep")).toMatchObject([{ value: { body: request.body } }]);
    expect(decision.state?.replacedBody).toEqual(replacedBody);
  });
});

describe("a gateway step ends", () => {
  const open: RunState["open"] = opened("Gateway", "g", { name: "https://h" });
  const fetched = (outcome: Fetched, attempt = 0, given: Given = {}) =>
    happened(
      { is: "fetched", wakeId: "f", step: "g", attempt, fetched: outcome },
      { state: { open, group: 1 }, wakes: [laterWake("f", { kind: "fetch", step: "g", attempt })], ...given },
    );
  const broken: Fetched = {
    error: { name: "GatewayError", message: "no connection" },
    retry: { is: "default" },
  };
  const takenAway = { do: "keep", name: "request:g", value: null };

  test("ST-20: an answer is the result, whatever its status, and the request is forgotten", () => {
    const data = { url: "https://h", status_code: 500, headers: {}, body: "no" };
    const decision = fetched({ data });
    expect(result(decision)).toEqual({ type: "data", data });
    expect(effectsOf(decision, "storeStep")).toMatchObject([
      { step: { op: "Gateway", status: "completed", attempts: 1 } },
    ]);
    expect(effectsOf(decision, "keep")).toEqual([takenAway]);
    expect(effectsOf(decision, "dropWake")).toEqual([{ do: "dropWake", wakeId: "f" }]);
    expect(calls(decision)).toEqual([{ target: null, attempt: 0, dueAt: null }]);
  });

  test.each([
    [0, 15_000],
    [1, 30_000],
  ])("a failed attempt %i is made again after %i ms, and nothing else happens", (attempt, delayMs) => {
    const decision = fetched(broken, attempt);
    expect(laters(decision)).toEqual([
      { job: { kind: "fetch", step: "g", attempt: attempt + 1 }, dueAt: NOW + delayMs },
    ]);
    expect(effectsOf(decision, "note")).toMatchObject([
      { kind: "step.retrying", step: "g", data: { attempt, name: "g", error: { message: "no connection" } } },
    ]);
    expect([stored(decision), calls(decision), effectsOf(decision, "keep")]).toEqual([[], [], []]);
    expect(decision.state?.open).toHaveProperty("g");
  });

  test("the constant of the dev server replaces the table", () =>
    expect(laters(fetched(broken, 0, { about: { retryIntervalMs: 5 } }))).toMatchObject([
      { dueAt: NOW + 5 },
    ]));

  test("a time that the other side names is kept", () =>
    expect(laters(fetched({ ...broken, retry: { is: "at", at: NOW + 77 } }))).toMatchObject([
      { dueAt: NOW + 77 },
    ]));

  test("ST-21: the last failed attempt is the step's error", () => {
    const decision = fetched(broken, 2);
    expect(result(decision)).toEqual({
      type: "error",
      error: { name: "GatewayError", message: "no connection" },
    });
    expect(effectsOf(decision, "storeStep")).toMatchObject([{ step: { status: "failed", attempts: 3 } }]);
    expect(effectsOf(decision, "keep")).toEqual([takenAway]);
    expect(calls(decision)).toHaveLength(1);
  });

  test("an error that is final is not tried again", () =>
    expect(stored(fetched({ ...broken, retry: never }))).toEqual(["g"]));

  test("an answer that comes when the step has one, or when its wake is gone, does nothing", () => {
    expect(fetched({ data: 1 }, 0, { state: {}, steps: ["g"] }).effects).toEqual([
      { do: "dropWake", wakeId: "f" },
    ]);
    expect(fetched({ data: 1 }, 0, { wakes: [] }).effects).toEqual([]);
  });

  test("a run that ends takes its open requests with it", () => {
    const both = { ...open, ...opened("AIGateway", "h"), ...opened("Sleep", "z") };
    const decision = happened({ is: "cancelled", cause: "x" }, { state: { open: both, group: 3 } });
    expect(effectsOf(decision, "keep")).toEqual([takenAway, { ...takenAway, name: "request:h" }]);
    const seen = { run, state: fresh, steps: new Map(), wakes: [] };
    expect(record(seen, decision, null, momentAt())).toContainEqual({
      remove: "payloads",
      key: { owner: "R", name: "request:g" },
    });
    expect(notes(decision)).toEqual([]);
  });
});
