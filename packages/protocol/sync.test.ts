// Long: one table of cases for each rule of a sync, which is read best in one place.
/**
 * Every rule of a sync (semantics §3.3, §6.1, §12; wire.md §3), in one place to look them up: hence
 * the length.
 */
import { type Json, type JsonObject, StepwellError } from "@stepwell/core";
import { describe, expect, it } from "vitest";
import type { Checks } from "./function-config.ts";
import { checkServerKind, isAppAnswer, syncKindOf } from "./headers.ts";
import { appId } from "./ids.ts";
import { verifySignature } from "./signing.ts";
import { readInBand, readRegistration, registerReply, writeSyncRequest } from "./sync.ts";

/** Stand-ins for the judges of other rooms. */
const units: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const checks: Checks = {
  expression: (source) => (source.includes("((") ? "unbalanced" : null),
  cancelExpression: (source) => (source.includes("startsWith") ? "startsWith is not allowed" : null),
  cron: (source) => (source.includes("@") || source.split(" ").length < 5 ? "five fields are needed" : null),
  duration: (source) => {
    if (!/^(\d+(ms|[smhdw]))+$/.test(source)) return null;
    let sum = 0;
    for (const [, count, unit] of source.matchAll(/(\d+)(ms|[smhdw])/g))
      sum += Number(count) * (units[unit ?? ""] ?? 0);
    return sum;
  },
};

const url = "http://localhost:3000/api/inngest";
const fn = (options: JsonObject = {}, slug = "app-x"): JsonObject => ({
  id: slug,
  name: "x",
  triggers: [{ event: "t/x" }],
  steps: {
    step: {
      id: "step",
      name: "step",
      runtime: { type: "http", url: `${url}?fnId=${slug}&stepId=step` },
      retries: { attempts: 7 },
    },
  },
  ...options,
});
const registerBody = (functions: Json[], more: JsonObject = {}): Json => ({
  url,
  deployType: "ping",
  framework: "edge",
  appName: "app",
  functions,
  sdk: "js:v4.24.0",
  v: "0.1",
  capabilities: { trust_probe: "v1", connect: "v1" },
  ...more,
});
const register = (functions: Json[], more?: JsonObject) =>
  readRegistration(registerBody(functions, more), null, checks);
const refusal = (act: () => unknown): StepwellError => {
  try {
    act();
  } catch (error) {
    if (error instanceof StepwellError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
};
const refused = (options: JsonObject) => refusal(() => register([fn(options)]));
const config = (options: JsonObject) => register([fn(options)]).functions[0];

describe("readRegistration", () => {
  it("W-1: reads what the SDK sends", () => {
    const body = registerBody([fn()], { appVersion: "1.2.3", deployId: "D1", featureObservations: {} });
    expect(readRegistration(body, "branch-1", checks, "vercel")).toEqual({
      appName: "app",
      url,
      sdk: "js:v4.24.0",
      framework: "edge",
      platform: "vercel",
      env: "branch-1",
      appVersion: "1.2.3",
      functions: [
        {
          slug: "app-x",
          name: "x",
          triggers: [{ event: "t/x" }],
          url: `${url}?fnId=app-x&stepId=step`,
          maxAttempts: 8,
          concurrency: [],
        },
      ],
      checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });
  it("reads Python's spelling, and null options as absent (W-6)", () => {
    const nulls: JsonObject = {};
    for (const key of [
      "idempotency",
      "batchEvents",
      "rateLimit",
      "throttle",
      "concurrency",
      "debounce",
      "priority",
      "timeouts",
      "singleton",
      "cancel",
    ])
      nulls[key] = null;
    const body = registerBody(
      [
        fn({
          ...nulls,
          priority: { run: null },
          cancel: [],
          timeouts: {},
          triggers: [
            { event: "a", expression: null },
            { cron: "* * * * *", event: null, jitter: null },
          ],
        }),
      ],
      { appName: null, appname: "py", appVersion: null },
    );
    const { appName, functions } = readRegistration(body, null, checks);
    expect(appName).toBe("py");
    expect(functions[0]?.triggers).toEqual([{ event: "a" }, { cron: "* * * * *" }]);
  });
  it.each([[{ appName: "" }], [{ appName: null }], [{ appName: "  " }]])(
    "W-2: refuses an app without a name",
    (more) => {
      const error = refusal(() => register([fn()], more));
      expect(error.code).toBe("app_name_missing");
      expect(registerReply(error)).toEqual({ status: 400, error: error.message });
    },
  );
  it.each([
    ["no body", null],
    ["a list", []],
    ["no url", { appName: "a", functions: [] }],
    ["a url that is none", { appName: "a", url: "localhost", functions: [] }],
    ["a ws url", { appName: "a", url: "wss://connect", functions: [] }],
    ["functions that are no list", { appName: "a", url, functions: {} }],
    ["a function that is text", { appName: "a", url, functions: ["x"] }],
    ["a function without id", { appName: "a", url, functions: [{ name: "x" }] }],
    ["two functions of one id", { appName: "a", url, functions: [fn(), fn()] }],
  ])("refuses %s", (_case, body) =>
    expect(refusal(() => readRegistration(body as Json, null, checks)).code).toBe("sync_refused"),
  );
  it("A-8: the checksum follows url and functions only, in any order", () => {
    const [a, b] = [fn({}, "app-a"), fn({}, "app-b")];
    const sum = register([a, b]).checksum;
    expect(register([b, a], { sdk: "js:v3.54.2", appVersion: "2" }).checksum).toBe(sum);
    expect(register([a]).checksum).not.toBe(sum);
    expect(register([a, b], { url: `${url}2` }).checksum).not.toBe(sum);
    expect(register([a, fn({ name: "y" }, "app-b")]).checksum).not.toBe(sum);
  });
  it("names every problem of all functions at once", () => {
    const error = refusal(() =>
      register([fn({ triggers: [{}] }), fn({ throttle: { limit: 1, period: "1m", rounds: 2 } }, "app-y")]),
    );
    expect(error.code).toBe("sync_refused");
    expect(error.message).toMatch(
      /^At least one function is invalid\..*"app-x".*"app-y": throttle.rounds is not built yet/,
    );
  });
});

describe("triggers", () => {
  it("keeps wildcards, expressions, crons with jitter; the list may be empty", () => {
    const triggers = [
      { event: "app/*" },
      { event: "a", expression: "event.data.n > 1" },
      { cron: "TZ=Europe/Paris 0 12 * * 5", jitter: "30s" },
    ];
    expect(config({ triggers })?.triggers).toEqual([
      { event: "app/*" },
      { event: "a", expression: "event.data.n > 1" },
      { cron: "TZ=Europe/Paris 0 12 * * 5", jitterMs: 30_000 },
    ]);
    expect(config({ triggers: [] })?.triggers).toEqual([]);
  });
  it.each([
    ["11 triggers", Array.from({ length: 11 }, (_, i) => ({ event: `e${i}` })), /11 triggers; at most 10/],
    ["two identical ones", [{ event: "a" }, { event: "a" }], /event "a" is there twice/],
    [
      "one cron with two jitters",
      [
        { cron: "* * * * *", jitter: "1s" },
        { cron: "* * * * *", jitter: "5m" },
      ],
      /cron .* is there twice/,
    ],
    ["event and cron in one", [{ event: "a", cron: "* * * * *" }], /both event/],
    ["neither event nor cron", [{ expression: "true" }], /neither/],
    [
      "an `if` that does not parse",
      [{ event: "a", expression: "((" }],
      /`if` of the trigger on event "a".*unbalanced/,
    ],
    ["an `if` that is no text", [{ event: "a", expression: 1 }], /must be text/],
    ["T-12: @hourly", [{ cron: "@hourly" }], /"@hourly" is not valid: five fields/],
    ["a cron of 256 characters", [{ cron: `${"1,".repeat(124)}1 * * * *` }], /at most 255/],
    ["DU-7: jitter 500ms", [{ cron: "* * * * *", jitter: "500ms" }], /"500ms".*from 1s to 5m/],
    ["DU-7: jitter 6m", [{ cron: "* * * * *", jitter: "6m" }], /"6m".*from 1s to 5m/],
    ["a jitter that is no duration", [{ cron: "* * * * *", jitter: "soon" }], /"soon"/],
    ["text", ["a"], /must be an object/],
    ["no list", { event: "a" }, /must be a list/],
  ])("refuses %s", (_case, triggers, message) => {
    const error = refused({ triggers: triggers as Json });
    expect(error.code).toBe("sync_refused");
    expect(error.message).toMatch(message);
    expect(error.message).toContain('Function "app-x": ');
  });
  it("one event with two different filters is fine", () =>
    expect(config({ triggers: [{ event: "a", expression: "x" }, { event: "a" }] })?.triggers).toHaveLength(
      2,
    ));
  it("does not ignore what it does not know", () =>
    expect(refused({ triggers: [{ event: "a", jitter: "1s" }] })).toMatchObject({
      code: "option_not_built",
      message: expect.stringContaining('jitter of the trigger on event "a"'),
    }));
});

describe("retries", () => {
  const steps = (retries: Json): JsonObject => ({
    steps: { step: { runtime: { type: "http", url }, ...(retries === undefined ? {} : { retries }) } },
  });
  it.each([
    [null, 5],
    [{}, 5],
    [{ attempts: 0 }, 1],
    [{ attempts: 4 }, 5],
    [{ attempts: 20 }, 21],
    [{ attempts: 25 }, 21],
    [{ attempts: -3 }, 1],
  ])("R-9: %j → %d attempts", (retries, attempts) =>
    expect(config(steps(retries))?.maxAttempts).toBe(attempts),
  );
  it("refuses what is no whole number", () =>
    expect(refused(steps({ attempts: 1.5 })).code).toBe("sync_refused"));
});

describe("what is not built is refused, never ignored", () => {
  it("an option that nobody knows", () => {
    const error = refused({ somethingNew: { a: 1 } });
    expect(error.code).toBe("option_not_built");
    expect(error.message).toContain('Function "app-x": the option somethingNew is not built yet');
  });
  it.each([
    [{ type: "ws", url: "wss://connect?fnId=a" }],
    [{ type: "http", url: "wss://connect?fnId=a-failure" }],
  ])("Connect: %j", (runtime) => {
    const error = refused({ steps: { step: { runtime } } });
    expect(error).toMatchObject({ code: "option_not_built", message: expect.stringContaining("serve()") });
  });
  it.each([
    ["no steps", null],
    ["no step", {}],
    ["two steps", { a: {}, b: {} }],
    ["no url", { step: { runtime: { type: "http" } } }],
    ["another runtime", { step: { runtime: { type: "grpc", url } } }],
  ])("refuses %s", (_case, steps) => expect(refused({ steps: steps as Json }).code).toBe("sync_refused"));
  it.each([
    ["DU-3: batch timeout 1d", { batchEvents: { maxSize: 2, timeout: "1d" } }, /batchEvents.timeout/],
    ["DU-4: debounce 500ms", { debounce: { period: "500ms" } }, /debounce.period/],
    ["DU-6: rate limit 25h", { rateLimit: { limit: 1, period: "25h" } }, /rateLimit.period/],
    ["throttle under 1s", { throttle: { limit: 1, period: "900ms" } }, /throttle.period/],
  ])("tells a mistake as a mistake: %s", (_case, options, message) => {
    const error = refused(options);
    expect(error.code).toBe("sync_refused");
    expect(error.message).toMatch(message);
  });
});

describe("readInBand", () => {
  const headers = {
    "x-inngest-sdk": "inngest-js:v4.24.0",
    "x-inngest-platform": "vercel",
    "x-inngest-sync-kind": "in_band",
  };
  it("W-5: reads the answer of a v4 app", () => {
    const body = {
      app_id: "app",
      appVersion: "1.2.3",
      env: null,
      framework: "edge",
      functions: [fn()],
      inspection: {},
      sdk_author: "inngest",
      sdk_language: "",
      sdk_version: "",
      sdk: "js:v4.24.0",
      url,
    };
    expect(readInBand(body, headers, "http://other", checks)).toMatchObject({
      appName: "app",
      url,
      sdk: "js:v4.24.0",
      framework: "edge",
      platform: "vercel",
      env: null,
      appVersion: "1.2.3",
      functions: [{ slug: "app-x" }],
    });
  });
  it("falls back to what was asked and to the headers", () =>
    expect(readInBand({ app_id: "app", env: "b" }, headers, url, checks)).toMatchObject({
      url,
      sdk: "inngest-js:v4.24.0",
      env: "b",
      functions: [],
    }));
  it("gives the checksum that a register call of the same app gives", () =>
    expect(readInBand({ app_id: "app", functions: [fn()] }, headers, url, checks).checksum).toBe(
      register([fn()]).checksum,
    ));
  it("refuses an app without a name", () =>
    expect(refusal(() => readInBand({ app_id: "" }, headers, url, checks)).code).toBe("app_name_missing"));
});

describe("the sync request and its headers", () => {
  it("is a signed in-band PUT with only the URL", () => {
    const request = writeSyncRequest({
      url,
      signingKey: "signkey-test-12345678",
      serverKind: "cloud",
      unixSeconds: 1_700_000_000,
    });
    expect(request).toMatchObject({
      method: "PUT",
      url,
      body: `{"url":"${url}"}`,
      headers: {
        "content-type": "application/json",
        "x-inngest-server-kind": "cloud",
        "x-inngest-sync-kind": "in_band",
      },
    });
    const header = request.headers["x-inngest-signature"];
    expect(
      verifySignature({ keys: ["12345678"], header, payload: request.body, now: 1_700_000_000_000 }),
    ).toBe(true);
  });
  it("is unsigned in dev", () =>
    expect(
      writeSyncRequest({ url, signingKey: null, serverKind: "dev", unixSeconds: 1 }).headers,
    ).not.toHaveProperty("x-inngest-signature"));
  it("tells how the app answered", () => {
    expect(syncKindOf({ "x-inngest-sync-kind": "in_band" })).toBe("in_band");
    expect(syncKindOf({ "x-inngest-sync-kind": "out_of_band" })).toBe("out_of_band");
    expect(syncKindOf({ "x-inngest-sync-kind": "in-band" })).toBeNull();
    expect(isAppAnswer({ "x-inngest-sdk-handled": "true" })).toBe(true);
    expect(isAppAnswer({ server: "nginx" })).toBe(false);
  });
  it("refuses an app that expects the other kind of server", () => {
    expect(refusal(() => checkServerKind({ "x-inngest-expected-server-kind": "cloud" }, "dev")).code).toBe(
      "server_kind_mismatch",
    );
    expect(() => checkServerKind({ "x-inngest-expected-server-kind": "dev" }, "dev")).not.toThrow();
    expect(() => checkServerKind({}, "cloud")).not.toThrow();
  });
  it("replies with the status in the body (§3.1)", () => {
    expect(registerReply({ modified: true, appId: appId("app") })).toEqual({
      ok: true,
      modified: true,
      status: 200,
      app_id: appId("app"),
    });
    expect(registerReply({ modified: false })).toEqual({ ok: true, modified: false, status: 200 });
  });
});
