import { type V1Run, v1RunSchema } from "@stepwell/api";
import { StepwellError } from "@stepwell/core";
import { StoreError } from "@stepwell/store";
import { describe, expect, it } from "vitest";
import type { ServerOptions } from "./context.ts";
import { createServer } from "./create-server.ts";
import { aRun, createFakeEngine, fn, optionsFor, SIGNING_KEY } from "./fixtures/fake-engine.ts";

const RUN = "01KAV000000000000000000RN1";
const EVENT = "01KAV0000000000000000000E1";

function world(more: Partial<ServerOptions> = {}) {
  const engine = createFakeEngine();
  const server = createServer(optionsFor(engine, more));
  const ask = (path: string, init: RequestInit = {}) =>
    server(new Request(`http://localhost:8288${path}`, init));
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    ask(path, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers },
    });
  return { engine, ask, post };
}
const start = (more: Partial<ServerOptions> = {}) =>
  world({ mode: "start", eventKeys: ["key-1"], signingKeys: [SIGNING_KEY], ...more });

describe("sending events", () => {
  it("answers with the ids, in order", async () => {
    const { post, engine } = world();
    const response = await post("/e/any", [
      { name: "a", data: {} },
      { name: "b", data: { n: 1 } },
    ]);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ ids: engine.stored.map((event) => event.id), status: 200 });
    expect(engine.stored.map((event) => event.name)).toEqual(["a", "b"]);
  });

  it("stores the events before a bad one and refuses the request", async () => {
    const { post, engine } = world();
    const response = await post("/e/any", [{ name: "a" }, { data: {} }, { name: "c" }]);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      status: 400,
      code: "event_invalid",
      ids: [engine.stored[0]?.id],
    });
    expect(engine.stored).toHaveLength(1);
  });

  it("takes only known keys in start and never repeats a wrong one", async () => {
    const { post } = start();
    expect((await post("/e/key-1", { name: "a" })).status).toBe(200);
    const response = await post("/e/secret-guess", { name: "a" });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      error: "Event key not found",
      status: 401,
      code: "event_key_unknown",
    });
  });

  it("refuses a body over the limit, said or streamed", async () => {
    const { post, ask } = world();
    expect((await post("/e/k", { name: "a", data: { text: "x".repeat(20_000) } })).status).toBe(413);
    const chunk = new Uint8Array(6_000).fill(32);
    const body = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 3; i += 1) controller.enqueue(chunk);
        controller.close();
      },
    });
    const response = await ask("/e/k", { method: "POST", body, duplex: "half" } as RequestInit);
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ status: 413, code: "body_too_large" });
  });

  it.each([
    ["malformed JSON", "{", "invalid_json"],
    ["JSON that is nested too deeply", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, "json_too_deep"],
    ["a reserved name", '{"name":"inngest/x"}', "event_name_reserved"],
  ])("refuses %s with a code", async (_what, body, code) => {
    const { post } = world({ maxBodyBytes: 1_000_000 });
    const response = await post("/e/k", body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ status: 400, code });
  });

  it("answers 503 with Retry-After when overloaded, and when the store cannot write", async () => {
    const { post, engine } = world();
    engine.trouble = new StepwellError("overloaded");
    const overloaded = await post("/e/k", { name: "a" });
    expect([overloaded.status, overloaded.headers.get("retry-after")]).toEqual([503, "1"]);
    engine.trouble = new StoreError("store_full", "disk full");
    const full = await post("/e/k", { name: "a" });
    expect([full.status, full.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(((await full.json()) as { error: string }).error).toContain("disk full");
  });

  it("is open to pages of any origin, also when it refuses", async () => {
    const { ask, post } = start();
    const origin = { origin: "https://shop.example" };
    const preflight = await ask("/e/key-1", {
      method: "OPTIONS",
      headers: { ...origin, "access-control-request-headers": "content-type,x-inngest-sdk" },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    expect(preflight.headers.get("access-control-allow-headers")).toBe("content-type,x-inngest-sdk");
    const refused = await post("/e/wrong", { name: "a" }, origin);
    expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([401, "*"]);
  });

  it("says how, when asked with GET", async () => {
    const response = await world().ask("/e/k");
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
  });
});

describe("registering", () => {
  const body = {
    url: "http://localhost:3000/api/inngest",
    appName: "shop",
    sdk: "js:v4.24.0",
    functions: [
      {
        id: "shop-charge",
        name: "Charge",
        triggers: [{ event: "shop/order" }],
        steps: {
          step: {
            id: "step",
            name: "step",
            runtime: { type: "http", url: "http://localhost:3000/api/inngest?fnId=shop-charge&stepId=step" },
          },
        },
      },
    ],
  };

  it("takes `Bearer undefined` in dev", async () => {
    const response = await world().post("/fn/register", body, { authorization: "Bearer undefined" });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ ok: true, modified: true, status: 200 });
  });

  it("puts the status into the body of each refusal", async () => {
    const { post } = start();
    const cases: [object, Record<string, string>, number][] = [
      [body, { authorization: "Bearer undefined" }, 401],
      [{ ...body, appName: "" }, { authorization: `Bearer ${SIGNING_KEY}` }, 400],
      [body, { authorization: `Bearer ${SIGNING_KEY}`, "x-inngest-expected-server-kind": "dev" }, 400],
    ];
    for (const [sent, headers, status] of cases) {
      const response = await post("/fn/register", sent, headers);
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject({ status, error: expect.any(String) });
    }
  });
});

describe("reading", () => {
  it("shows an event's runs: none, then some; 404 for an unknown event, 400 for no id at all", async () => {
    const { ask, post, engine } = world();
    const { ids } = (await (await post("/e/k", { name: "shop/order" })).json()) as { ids: string[] };
    const id = ids[0] ?? "";
    expect(await (await ask(`/v1/events/${id}/runs`)).json()).toMatchObject({ data: [] });
    engine.runRows.push(aRun(RUN, { eventIds: [id] }));
    engine.outputs.set(RUN, { data: { ok: true } });
    expect(await (await ask(`/v1/events/${id}/runs`)).json()).toMatchObject({
      data: [{ run_id: RUN, status: "Completed", output: { ok: true }, function_slug: fn.slug }],
      metadata: { fetchedAt: "2026-11-24T12:00:00.000Z", cachedUntil: null },
    });
    expect((await ask(`/v1/events/${EVENT}/runs`)).status).toBe(404);
    expect((await ask("/v1/events/nonsense/runs")).status).toBe(400);
  });

  it("shows the error of a failed run as its output", async () => {
    const { ask, engine } = world();
    engine.runRows.push(aRun(RUN, { status: "failed" }));
    engine.outputs.set(RUN, { error: { name: "Error", message: "no", __serialized: true } });
    const { data } = (await (await ask(`/v1/runs/${RUN}`)).json()) as { data: V1Run };
    expect(data.status).toBe("Failed");
    expect(data.output).toEqual({ name: "Error", message: "no" });
    expect(v1RunSchema.safeParse(data).success).toBe(true);
  });

  it("reads the filters of the run list, in either spelling", async () => {
    const { ask, engine } = world();
    const query =
      "status=FAILED&status[]=Running&functionId=shop-charge&appId=shop&from=2026-11-24T00:00:00Z&timeField=STARTED_AT&order=ASC&limit=2&cursor=abc";
    const response = await ask(`/v2/runs?${query}`);
    expect(await response.json()).toMatchObject({
      data: [],
      page: { cursor: "next", hasMore: true, limit: 2 },
    });
    expect(engine.runFilters).toEqual([
      {
        limit: 2,
        status: ["failed", "running"],
        functionIds: [fn.id],
        appIds: [fn.appId],
        from: Date.UTC(2026, 10, 24),
        timeField: "startedAt",
        order: "asc",
        cursor: "abc",
      },
    ]);
  });

  it.each(["limit=0", "limit=x", "status=broken", "from=yesterday", "order=up", "timeField=x"])(
    "refuses ?%s in the words of v2",
    async (query) => {
      const response = await world().ask(`/v2/runs?${query}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ errors: [{ code: "query_invalid" }] });
    },
  );

  it("finds nothing for an unknown function", async () => {
    const { ask, engine } = world();
    engine.runRows.push(aRun(RUN));
    expect(await (await ask("/v2/runs?functionId=other")).json()).toMatchObject({
      data: [],
      page: { hasMore: false },
    });
  });

  it("hides internal events unless they are asked for", async () => {
    const { ask, engine } = world();
    await ask("/v1/events");
    await ask("/v1/events?name=inngest/function.failed&limit=5");
    expect(engine.eventFilters).toEqual([
      { limit: 20 },
      { limit: 5, name: "inngest/function.failed", includeInternal: true },
    ]);
  });
});

describe("cancelling", () => {
  it("answers 200 with an empty body, again and for an ended run; 404 and 400 otherwise", async () => {
    const { ask, engine } = world();
    engine.runRows.push(aRun(RUN));
    for (let i = 0; i < 2; i += 1) {
      const response = await ask(`/v1/runs/${RUN}`, { method: "DELETE" });
      expect([response.status, await response.text()]).toEqual([200, ""]);
    }
    expect((await ask(`/v0/runs/${RUN}`, { method: "DELETE" })).status).toBe(204);
    expect((await ask(`/v2/runs/${RUN}/cancel`, { method: "POST" })).status).toBe(200);
    expect((await ask("/v1/runs/01KAV000000000000000000XXX", { method: "DELETE" })).status).toBe(404);
    expect((await ask("/v1/runs/run-1", { method: "DELETE" })).status).toBe(400);
  });
});

describe("who may ask", () => {
  it.each([
    "localhost",
    "localhost:9000",
    "127.0.0.1:8288",
    "127.9.9.9",
    "[::1]:8288",
    "jobs.example.com",
    "jobs.example.com:443",
  ])("answers to the host %s", async (host) => {
    const { ask } = world({ allowedHosts: ["jobs.example.com"] });
    expect((await ask("/health", { headers: { host } })).status).toBe(200);
  });

  it.each([
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "evil.example:8288",
    "1270.0.0.1",
    "127.999.1.1",
    "localhost:99999",
    "",
    "a@localhost",
  ])("refuses the host %j in every mode", async (host) => {
    for (const { ask } of [world(), start()]) {
      const response = await ask("/health", { headers: { host } });
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ code: "host_not_allowed" });
    }
  });

  it("refuses writes of foreign pages, but takes events and reads", async () => {
    const { ask, post, engine } = world();
    engine.runRows.push(aRun(RUN));
    const foreign = { origin: "https://evil.example" };
    expect((await ask(`/v1/runs/${RUN}`, { method: "DELETE", headers: foreign })).status).toBe(403);
    expect((await post("/fn/register", {}, { origin: "null" })).status).toBe(403);
    expect((await post("/e/k", { name: "a" }, foreign)).status).toBe(200);
    const own = { origin: "http://localhost:3000" };
    expect((await ask(`/v1/runs/${RUN}`, { method: "DELETE", headers: own })).status).toBe(200);
    expect(engine.cancelled).toEqual([RUN]);
  });

  it("asks for the signing key, raw or hashed, in start only", async () => {
    const hashed = "signkey-test-b2ed992186a5cb19f6668aade821f502c1d00970dfd0e35128d51bac4649916c";
    const { ask } = start();
    for (const path of [
      "/v1/events",
      `/v1/runs/${RUN}`,
      "/v2/runs",
      "/api/v2/runs",
      "/v1/unknown",
      "/v0/runs/x",
      "/%761/events",
    ])
      expect([path, (await ask(path)).status]).toEqual([path, 401]);
    for (const key of [SIGNING_KEY, hashed])
      expect((await ask("/v1/events", { headers: { authorization: `Bearer ${key}` } })).status).toBe(200);
    expect(
      (await ask("/v1/events", { headers: { authorization: "Bearer signkey-test-87654321" } })).status,
    ).toBe(401);
    for (const path of ["/health", "/v2/health"]) expect((await ask(path)).status).toBe(200);
    expect((await world().ask("/v1/events")).status).toBe(200);
  });

  it("serves /dev in dev only", async () => {
    expect(await (await world().ask("/dev")).json()).toMatchObject({
      functions: [{ slug: fn.slug }],
      handlers: [],
    });
    expect((await start().ask("/dev")).status).toBe(404);
  });
});

describe("what goes wrong", () => {
  it("answers unknown paths with JSON", async () => {
    const response = await world().ask("/nothing/here");
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ status: 404, code: "not_found" });
  });

  it("takes a body that breaks off for no bug", async () => {
    const logged: string[] = [];
    const { ask } = world({ log: (entry) => logged.push(entry.event) });
    const body = new ReadableStream({ start: (controller) => controller.error(new Error("aborted")) });
    const response = await ask("/e/k", { method: "POST", body, duplex: "half" } as RequestInit);
    expect(response.status).toBe(400);
    expect(logged).toEqual([]);
  });

  it("answers a bug with 500, logs it, and lives on", async () => {
    const logged: string[] = [];
    const { ask, post, engine } = world({ log: (entry) => logged.push(entry.message) });
    engine.trouble = new Error("boom in /var/lib");
    const response = await post("/e/my-secret-key", { name: "a" });
    expect(response.status).toBe(500);
    const body = JSON.stringify(await response.json());
    expect(body).toContain("internal");
    expect(body).not.toContain("boom");
    expect(logged).toEqual(["POST /e/…: boom in /var/lib"]);
    expect((await ask("/health")).status).toBe(200);
  });
});

describe("pages", () => {
  const asBrowser = { headers: { accept: "text/html,*/*;q=0.8" } };
  const pages = async (request: Request, path: string) =>
    path.startsWith("/app") ? new Response(`page ${request.method} ${path}`) : null;

  it("answer the GETs that nothing else takes, before 404", async () => {
    const { ask } = world({ pages });
    expect(await (await ask("/app/runs", asBrowser)).text()).toBe("page GET /app/runs");
    expect((await ask("/elsewhere", asBrowser)).status).toBe(404);
    expect((await ask("/app", { method: "POST" })).status).toBe(404);
    expect((await ask("/health")).headers.get("content-type")).toContain("json");
  });

  it("are never what a program gets that asks for an address that is not there", async () => {
    const { ask } = world({ pages: async (_request, path) => new Response(`page ${path}`) });
    for (const path of [
      "/v1/none",
      "/v2/none",
      "/api/v2/none",
      "/api/stepwell/v1/none",
      "/e/x/y",
      "/fn/none",
    ]) {
      const response = await ask(path, asBrowser);
      expect({ path, status: response.status }).toEqual({ path, status: 404 });
      expect(response.headers.get("content-type")).toContain("json");
    }
    expect((await ask("/nowhere", { headers: { accept: "*/*" } })).status).toBe(404);
    for (const path of ["/", "/events", "/functions/x", "/v1x", "/health-check"])
      expect(await (await ask(path, asBrowser)).text()).toBe(`page ${path}`);
    // The page that people ask for by hand, and the files that it loads.
    for (const path of ["/", "/assets/x.js"]) expect(await (await ask(path)).text()).toBe(`page ${path}`);
  });

  it("are not answered to a host that is not ours", async () => {
    const { ask } = world({ pages });
    expect((await ask("/app", { headers: { host: "evil.example" } })).status).toBe(403);
  });
});
